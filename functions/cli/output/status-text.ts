import type { ConnectionStatus } from '../../../shared/application/observe/connection-status.ts';
import type { StateWord } from '../../../shared/application/reporting/state-words.ts';
import { selectStateWord, stateWords } from '../../../shared/application/reporting/state-words.ts';
import type { RetirementStatus } from '../../../shared/domain/migration/migration-readiness.ts';
import { failingSentence } from '../../../shared/domain/plan/failing-changes.ts';
import type { CredentialKind } from '../../../shared/domain/azure-devops/service-connection.ts';
import { parseRoleArn } from '../../../shared/domain/kernel/arn.ts';
import { counted } from '../../../shared/domain/kernel/counted.ts';
import { formatAge } from '../../../shared/domain/kernel/durations.ts';
import { accountName, type Layout } from './layout.ts';
import { inert } from './sanitize.ts';
import type { Style } from './style.ts';
import { table, whole, type Column } from './table.ts';
import { wrapText } from './text.ts';

/** How it stands in one line, then a line for each connection, those that need somebody first. */
export function statusText(rows: readonly ConnectionStatus[], isPartial: boolean, layout: Layout): string {
  if (rows.length === 0) return emptyText(isPartial);
  return [
    wrapText(summaryText(rows, isPartial, layout.style), layout.columns),
    table(
      statusColumns,
      sortByTrouble(rows).map((row) => statusCells(row, layout)),
      layout.columns,
    ),
    ...failingLines(rows, layout),
    ...(rows.every((row) => isQuiet(selectStateWord(row))) ? [] : [hintText(layout)]),
  ].join('\n\n');
}

export function emptyText(isPartial: boolean): string {
  return isPartial
    ? 'Nothing can be said: not everything could be read.'
    : 'There is no AWS connection that can be seen. See: azfed doctor';
}

/** How many connections are in each state, the most urgent first. */
export function countStates(
  rows: readonly ConnectionStatus[],
): readonly (readonly [word: StateWord, count: number])[] {
  const words = rows.map(selectStateWord);
  return (Object.keys(stateWords) as StateWord[]).flatMap((word) => {
    const count = words.filter((one) => one === word).length;
    return count > 0 ? [[word, count] as const] : [];
  });
}

/** `1 drifted (critical), 8 ok`: of what drifted, how dangerous the worst is. */
export function statesText(rows: readonly ConnectionStatus[], style: Style): string {
  return countStates(rows)
    .map(([word, count]) => {
      const here = rows.filter((row) => selectStateWord(row) === word);
      const urgent = (['critical', 'high'] as const).flatMap((severity) => {
        const found = here.filter((row) => row.severity === severity).length;
        return found > 0 ? [`${found} ${severity}`] : [];
      });
      const note = urgent.length > 0 ? ` (${urgent.join(', ')})` : '';
      return stateColours(style)[word](`${count} ${word}${note}`);
    })
    .join(', ');
}

function summaryText(rows: readonly ConnectionStatus[], isPartial: boolean, style: Style): string {
  const accounts = new Set(rows.flatMap(({ roleArn }) => parseRoleArn(roleArn)?.account ?? []));
  const ids = new Set(rows.map(({ connectionId }) => connectionId));
  const place = `${counted(ids.size, 'AWS connection')} in ${counted(accounts.size, 'account')}`;
  const gap = isPartial ? ` ${style.yellow('Not complete:')} something could not be read.` : '';
  return `${style.bold(`${place}:`)} ${statesText(rows, style)}.${gap}`;
}

const hintText = ({ columns, style }: Layout) =>
  style.dim(
    wrapText('`azfed plan` shows every difference; `azfed explain WORD` says what a word means.', columns),
  );

const isQuiet = (word: StateWord) => ['ok', 'closed', 'unmanaged', 'settling'].includes(word);

function sortByTrouble(rows: readonly ConnectionStatus[]): readonly ConnectionStatus[] {
  const order = Object.keys(stateWords);
  const rank = (row: ConnectionStatus) => order.indexOf(selectStateWord(row));
  return [...rows].sort((a, b) => rank(a) - rank(b));
}

/** What the table has no room for: since when, how often, and the text of AWS. */
function failingLines(rows: readonly ConnectionStatus[], { columns }: Layout): readonly string[] {
  const lines = rows.flatMap(({ connection, failing }) =>
    failing ? [wrapText(`${inert(connection)}: ${inert(failingSentence(failing))}`, columns, '', '  ')] : [],
  );
  return lines.length > 0 ? [lines.join('\n')] : [];
}

export const statusColumns: readonly Column[] = [
  { heading: 'CONNECTION' },
  whole('STATE'),
  { ...whole('WHY'), leaves: 1 },
  { ...whole('AGE'), leaves: 4 },
  { heading: 'ACCOUNT', leaves: 3 },
  { heading: 'ROLE', leaves: 2 },
  { ...whole('FINDINGS'), leaves: 5 },
];

export function statusCells(row: ConnectionStatus, layout: Layout): readonly string[] {
  const { connection, roleArn, since } = row;
  const word = selectStateWord(row);
  const role = parseRoleArn(roleArn);
  return [
    inert(connection),
    stateColours(layout.style)[word](word),
    inert(reasonText(row)),
    since === undefined ? '' : formatAge(Math.max(0, layout.now - Date.parse(since))),
    role ? accountName(role.account, layout) : '',
    inert(role && !layout.isWide ? role.name : roleArn),
    findingsCell(row),
  ];
}

/** Those that people live with are counted alone. */
function findingsCell({ findings, acceptedFindings = [] }: ConnectionStatus): string {
  const left = [...acceptedFindings];
  const open = findings.filter((code) => {
    const at = left.indexOf(code);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  const count = acceptedFindings.length;
  return [...open, ...(count > 0 ? [`${count} accepted`] : [])].join(', ');
}

function reasonText(row: ConnectionStatus): string {
  const { severity, held, permissions, failing } = row;
  const urgent = severity === 'critical' || severity === 'high' ? [severity] : [];
  const notes = [
    ...urgent,
    ...(failing ? ['failing'] : []),
    ...describeState(row),
    ...(held === null ? [] : [held]),
    ...(permissions === 'unmanaged' ? ['trust only'] : []),
  ];
  return notes.join(', ');
}

/** What its word does not say yet. */
function describeState(row: ConnectionStatus): readonly string[] {
  const { state, fields = [], retirement, credentials, cause } = row;
  if (retirement && closedStates.includes(state)) return retirementNotes(state, retirement);
  if (credentials !== undefined) return [credentialWords[credentials] ?? credentials];
  if (cause === 'drift' || cause === 'conflict') return fields;
  if (cause === 'gone') return ['role deleted'];
  return ['converged', 'settling', 'closed', 'failing'].includes(state) ? [] : [state];
}

const closedStates = ['closed', 'deleted'];

const credentialWords: Partial<Record<CredentialKind, string>> = {
  nothing: 'no sign-in',
  federated: 'OIDC',
  'agent-role': 'role of the agent',
};

/** Days are enough for what lasts weeks. */
function retirementNotes(
  state: string,
  { closedAt, dueAt, isRestorable }: RetirementStatus,
): readonly string[] {
  if (state === 'deleted') return [isRestorable ? 'deleted (restorable)' : 'deleted'];
  return [`since ${dayText(closedAt)}`, ...(dueAt === null ? [] : [`to be deleted after ${dayText(dueAt)}`])];
}

const dayText = (iso: string) => iso.slice(0, 10);

/** Red needs somebody now, yellow before long, cyan nobody; what is at rest is dim. */
const stateColours = (style: Style): Readonly<Record<StateWord, (text: string) => string>> => ({
  drifted: style.red,
  blocked: style.yellow,
  unknown: style.yellow,
  pending: style.cyan,
  settling: style.cyan,
  unmanaged: style.dim,
  closed: style.dim,
  ok: style.green,
});
