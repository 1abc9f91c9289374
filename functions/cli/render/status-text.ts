import type { ConnectionStatus } from '../../../shared/application/connection-status.ts';
import { inert } from './inert.ts';
import { retirementText } from './retirement-text.ts';
import { table } from './table.ts';

export function statusText(rows: readonly ConnectionStatus[], isPartial: boolean, columns?: number): string {
  if (rows.length === 0 && isPartial) return 'Nothing can be said: not everything could be read.';
  if (rows.length === 0)
    return 'No connection is federated, and none asks for it inside a grant. See: azfed plan';
  return table(statusHeadings, rows.map(statusCells), columns);
}

export const statusHeadings = ['CONNECTION', 'STATE', 'ROLE', 'FINDINGS'] as const;

export const statusCells = (row: ConnectionStatus): readonly string[] =>
  [row.connection, stateText(row), row.roleArn, row.findings.join(', ')].map(inert);

function stateText({ state, severity, held, retirement }: ConnectionStatus): string {
  const since = retirement ? retirementText(state, retirement) : state;
  const notes = [severity === 'critical' || severity === 'high' ? severity : undefined, held];
  const said = notes.filter((note) => typeof note === 'string');
  return said.length > 0 ? `${since} (${said.join(', ')})` : since;
}
