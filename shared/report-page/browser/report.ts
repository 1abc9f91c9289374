import type {
  ReportDocument,
  ReportedConnection,
  ReportedFinding,
} from '../../application/reporting/report-document.ts';
import { element } from './elements.ts';

/** The JSON beside the script; what comes from outside stands in it and nowhere else. */
export const report = JSON.parse(document.getElementById('report')?.textContent ?? '') as ReportDocument;

export type Connection = ReportedConnection;

/** The most urgent first. */
export const tones = ['bad', 'due', 'ok', 'still'] as const;

/** ok: as it should be. bad: somebody changed it. due: something is to be done or known. still: nothing is, on purpose. */
export type Tone = (typeof tones)[number];

const states: Readonly<Record<string, readonly [says: string, tone: Tone]>> = {
  converged: ['in order', 'ok'],
  create: ['to be created', 'due'],
  repair: ['to be repaired', 'bad'],
  failing: ['keeps failing', 'bad'],
  adopt: ['to be adopted', 'due'],
  close: ['to be closed', 'due'],
  delete: ['to be deleted', 'due'],
  closed: ['closed', 'still'],
  deleted: ['deleted', 'still'],
  'left alone': ['left alone', 'still'],
  missing: ['missing', 'due'],
  settling: ['settling', 'due'],
  'as recorded': ['not seen now', 'due'],
  'not read': ['not read', 'due'],
  'no provider': ['waits for its provider', 'bad'],
};

export const describeState = ({ state }: Connection): string => states[state]?.[0] ?? state;
export const selectTone = ({ state }: Connection): Tone => states[state]?.[1] ?? 'still';

/** A word in a colour and a shape: no state is told by colour alone. */
export const mark = (says: string, tone: Tone): HTMLElement =>
  element('span', { class: `state ${tone}` }, [says]);

export const stateMark = (connection: Connection): HTMLElement =>
  mark(
    connection.held === null ? describeState(connection) : `${describeState(connection)}, held`,
    selectTone(connection),
  );

type Severity = ReportedFinding['severity'];

/** Worst first. */
const severityTones = {
  critical: 'bad',
  high: 'bad',
  medium: 'due',
  low: 'still',
  info: 'still',
} as const satisfies Record<Severity, Tone>;

export const severityMark = (severity: Severity): HTMLElement => mark(severity, severityTones[severity]);

/** The place of a severity among all, the worst first; what has none comes last. */
export function rankSeverity({ severity }: { readonly severity?: Severity }): number {
  const all = Object.keys(severityTones);
  return severity === undefined ? all.length : all.indexOf(severity);
}

const byId = new Map<string, Connection>(
  report.connections.map((connection) => [connection.connectionId, connection]),
);

export const findReportedConnection = (id: string): Connection | undefined => byId.get(id);

export const formatConnectionHref = (id: string): string => `#connection=${encodeURIComponent(id)}`;

/** The connection's name, leading to it; its id where the report does not hold it. */
export function connectionLink(id: string): HTMLElement | string {
  const known = byId.get(id);
  return known ? element('a', { href: formatConnectionHref(id) }, [known.connection]) : id;
}

/** How often each, the most frequent first. */
export function tally(all: readonly string[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const one of all) counts.set(one, (counts.get(one) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}
