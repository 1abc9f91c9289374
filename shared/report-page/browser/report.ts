import { unpackTrusts } from '../packed-trusts.ts';
import type { ReportDocument, ReportedFinding } from '../../application/reporting/report-document.ts';
import type { ReportedConnection } from '../../application/reporting/reported-connections.ts';
import type { StateWord } from '../../application/reporting/state-words.ts';
import { selectStateWord, stateWords, waitsForPerson } from '../../application/reporting/state-words.ts';
import { rateBreadth, rateSubject, type Breadth } from '../../domain/policy/statement-text.ts';

/** Filled by `readReport` before anything is drawn; what comes from outside stands in it and nowhere else. */
export const report = {} as ReportDocument;

export type Connection = ReportedConnection;

/** ok: as it should be. bad: somebody changed it. due: something is to be done. busy: azfed does it. still: nothing is, on purpose. */
export type Tone = 'bad' | 'due' | 'busy' | 'still' | 'ok';

export const tones: Readonly<Record<StateWord, Tone>> = {
  drifted: 'bad',
  blocked: 'due',
  unknown: 'due',
  pending: 'busy',
  settling: 'busy',
  unmanaged: 'still',
  closed: 'still',
  ok: 'ok',
};

/** The most urgent first. */
export const words = Object.keys(stateWords) as readonly StateWord[];

/** What tiles and the verdict count, and the list can be limited to. */
export type Flag = 'federated' | 'open' | 'open-project' | 'critical' | 'waiting' | 'keys';

/** A connection with all that is shown of it in more than one place. */
export interface Row {
  /** Its trusts are packed until `findRow` gives it out. */
  readonly connection: Connection;
  readonly word: StateWord;
  readonly tone: Tone;
  readonly accountName: string;
  /** Without its path. */
  readonly role: string;
  readonly flags: ReadonlySet<Flag>;
}

export const rows: Row[] = [];

const byId = new Map<string, Row>();

export async function readReport(): Promise<void> {
  const holder = document.getElementById('report') as HTMLScriptElement | null;
  const text = holder?.textContent ?? '';
  const json = holder?.type === 'application/gzip' ? await unpack(text) : text;
  Object.assign(report, JSON.parse(json));
  const facts = collectFacts();
  for (const connection of report.connections) {
    const row = buildRow(connection, facts);
    rows.push(row);
    byId.set(connection.connectionId, row);
  }
}

async function unpack(base64: string): Promise<string> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Response(stream).text();
}

interface Facts {
  readonly names: ReadonlyMap<string, string | undefined>;
  readonly keys: ReadonlySet<string>;
  readonly critical: ReadonlySet<string>;
  /** By the ARN of the role, of those that let in more than connections that they name. */
  readonly breadths: ReadonlyMap<string, Breadth>;
}

function collectFacts(): Facts {
  const wide = report.doors.filter(
    ({ subject, match, state }) =>
      state !== 'never-works' && (subject === null || match === 'pattern' || match === 'any'),
  );
  return {
    names: new Map((report.accounts ?? []).map(({ id, name }) => [id, name])),
    keys: new Set(report.staticKeys.map(({ connectionId }) => connectionId)),
    critical: new Set(
      report.findings.flatMap(({ severity, connectionId, accepted }) =>
        severity === 'critical' && connectionId && !accepted ? [connectionId] : [],
      ),
    ),
    breadths: new Map(wide.map(({ roleArn, subject }) => [roleArn, rateSubject(subject)])),
  };
}

function buildRow(connection: Connection, facts: Facts): Row {
  const word = selectStateWord(connection);
  const { account, roleArn } = connection;
  return {
    connection,
    word,
    tone: tones[word],
    accountName: facts.names.get(account) ?? account,
    role: roleArn.slice(roleArn.lastIndexOf('/') + 1),
    flags: new Set(selectFlags(connection, word, facts)),
  };
}

function selectFlags(connection: Connection, word: StateWord, facts: Facts): readonly Flag[] {
  const { connectionId, roleArn, severity, liveTrust, differences } = connection;
  const hasKeys = facts.keys.has(connectionId);
  const hasRole =
    connection.permissionSet !== undefined && liveTrust !== null && connection.state !== 'left alone';
  const isFederated =
    hasRole && !hasKeys && ['ok', 'drifted', 'settling', 'pending', 'blocked'].includes(word);
  const isForEverybody = differences.length > 0 && liveTrust && isOpenToAll(connection);
  const breadth = isForEverybody ? 'everybody' : facts.breadths.get(roleArn);
  const isCritical = severity === 'critical' || facts.critical.has(connectionId);
  const found: readonly (readonly [Flag, boolean])[] = [
    ['federated', isFederated],
    ['open', breadth === 'everybody' || breadth === 'organization'],
    ['open-project', breadth === 'project'],
    ['critical', isCritical],
    ['waiting', waitsForPerson(connection)],
    ['keys', hasKeys],
  ];
  return found.flatMap(([flag, isSo]) => (isSo ? [flag] : []));
}

/** With its trusts as documents. */
export function findRow(id: string): Row | undefined {
  const row = byId.get(id);
  return row && { ...row, connection: unpackTrusts<Connection>(row.connection) };
}

const isOpenToAll = (connection: Connection) =>
  rateBreadth(unpackTrusts<Connection>(connection).liveTrust ?? {}) === 'everybody';

type Severity = ReportedFinding['severity'];

/** Worst first. */
export const severityTones = {
  critical: 'bad',
  high: 'bad',
  medium: 'due',
  low: 'still',
  info: 'still',
} as const satisfies Record<Severity, Tone>;

/** The place of a severity among all, the worst first; what has none comes last. */
export function rankSeverity({ severity }: { readonly severity?: Severity }): number {
  const all = Object.keys(severityTones);
  return severity === undefined ? all.length : all.indexOf(severity);
}

/** The most urgent first, then by name. */
export const compareUrgency = (a: Row, b: Row): number =>
  words.indexOf(a.word) - words.indexOf(b.word) ||
  rankSeverity(a.connection) - rankSeverity(b.connection) ||
  (a.connection.connection < b.connection.connection ? -1 : 1);

export const countWord = (some: readonly Row[], word: StateWord): number =>
  some.filter((row) => row.word === word).length;

/** `2 drifted, 1 blocked`; what is as it should be is left out where something else is said. */
export function describeWords(some: readonly Row[]): string {
  const parts = words.flatMap((word) => {
    const count = countWord(some, word);
    return count > 0 ? [`${count.toLocaleString('en-US')} ${word}`] : [];
  });
  return parts.join(', ');
}
