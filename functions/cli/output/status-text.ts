import type { ConnectionStatus } from '../../../shared/application/reporting/connection-status.ts';
import { failingSentence } from '../../../shared/domain/plan/failing-changes.ts';
import { inert } from './sanitize.ts';
import { table } from './table.ts';
import { wrapWords } from './text.ts';
import type { RetirementStatus } from '../../../shared/domain/migration/migration-readiness.ts';

export function statusText(rows: readonly ConnectionStatus[], isPartial: boolean, columns?: number): string {
  if (rows.length === 0 && isPartial) return 'Nothing can be said: not everything could be read.';
  if (rows.length === 0)
    return 'No connection is federated, and none asks for it inside a grant. See: azfed plan';
  const shown = table(statusHeadings, rows.map(statusCells), columns);
  return [shown, ...failingLines(rows, columns)].join('\n');
}

/** What the table has no room for: since when, how often, and the text of AWS. */
function failingLines(rows: readonly ConnectionStatus[], columns = USUAL_COLUMNS): readonly string[] {
  const lines = rows.flatMap(({ connection, failing }) =>
    failing
      ? wrapWords(`${inert(connection)}: ${inert(failingSentence(failing))}`.split(' '), columns, '  ')
      : [],
  );
  return lines.length > 0 ? ['', ...lines] : [];
}

/** Where nobody says how wide the screen is. */
const USUAL_COLUMNS = 100;

export const statusHeadings = ['CONNECTION', 'STATE', 'ROLE', 'FINDINGS'] as const;

export const statusCells = (row: ConnectionStatus): readonly string[] =>
  [row.connection, stateText(row), row.roleArn, row.findings.join(', ')].map(inert);

function stateText({ state, severity, held, permissions, retirement }: ConnectionStatus): string {
  const since = retirement ? retirementText(state, retirement) : state;
  const urgent = severity === 'critical' || severity === 'high' ? severity : undefined;
  const notes = [urgent, held, permissions === 'unmanaged' ? 'trust only' : undefined];
  const said = notes.filter((note) => typeof note === 'string');
  return said.length > 0 ? `${since} (${said.join(', ')})` : since;
}

/** Days are enough for what lasts weeks. */
function retirementText(state: string, { closedAt, dueAt, isRestorable }: RetirementStatus): string {
  if (state === 'deleted') return isRestorable ? 'deleted (restorable)' : 'deleted';
  if (state !== 'closed') return state;
  const since = `closed since ${dayText(closedAt)}`;
  return dueAt === null ? since : `${since}, to be deleted after ${dayText(dueAt)}`;
}

const dayText = (iso: string) => iso.slice(0, 10);
