import { look } from '../../../shared/application/look.ts';
import type { Look } from '../../../shared/application/look.ts';
import type { RecordedConnection } from '../../../shared/domain/recorded.ts';
import { displayName } from '../../../shared/domain/desire.ts';
import { openDeployment } from '../deployment.ts';
import { inert, jsonText } from '../render/inert.ts';
import { table } from '../render/table.ts';
import { unreadIn } from '../unread.ts';
import type { Verb } from '../verb.ts';

interface ConnectionStatus {
  readonly connectionId: string;
  readonly connection: string;
  readonly roleArn: string;
  /** converged, closed, left alone (asked for, and not given), or what the plan would do: create, repair, close. */
  readonly state: string;
  /** Codes of what was found about it. */
  readonly findings: readonly string[];
}

export const statusVerb: Verb = (command, run) => {
  command.action(() =>
    run(async (invocation) => {
      const { ports, configuration } = await openDeployment(invocation);
      const looked = await look(ports, configuration);
      const rows = statusRows(looked);
      const { terminal, options } = invocation;
      terminal.result(
        options.json
          ? jsonText({ schemaVersion: 1, isPartial: looked.plan.isPartial, connections: rows })
          : statusText(rows, looked.plan.isPartial),
      );
      for (const message of unreadIn(looked.plan.findings))
        terminal.problem(`Could not be read: ${inert(message)}`);
      return looked.plan.isPartial ? 3 : 0;
    }),
  );
};

function statusRows({ draft, plan, recorded }: Look): readonly ConnectionStatus[] {
  const kept = new Map(recorded.map((item) => [item.connectionId as string, item]));
  const bound = draft.targets.flatMap(({ role, bindings }) =>
    bindings.map((binding) => ({ ...binding, roleArn: role.arn })),
  );
  const changes = new Map(
    plan.changes.flatMap((change) =>
      change.target === 'role' ? [[change.roleArn as string, change] as const] : [],
    ),
  );
  const has = (id: string, roleArn: string) => kept.get(id)?.role?.arn === roleArn;
  const targeted = bound.map(({ connectionId, references, roleArn, closed }) => ({
    connectionId,
    connection: displayName(references),
    roleArn,
    state:
      changes.get(roleArn)?.kind ??
      (closed ? 'closed' : has(connectionId, roleArn) ? 'converged' : 'left alone'),
  }));
  const ids = new Set<string>(bound.map(({ connectionId }) => connectionId));
  const left = [...kept.values()]
    .filter(({ connectionId, role }) => role && !ids.has(connectionId))
    .map(leftAsItIs);
  return [...targeted, ...left]
    .map((row) => ({
      ...row,
      findings: plan.findings
        .filter((found) => found.connectionId === row.connectionId)
        .map(({ code }) => code),
    }))
    .sort((a, b) => (a.connection < b.connection ? -1 : 1));
}

/** Recorded, but nothing is decided about it now: it is missing, or was not read. */
function leftAsItIs({
  connectionId,
  references,
  role,
}: RecordedConnection): Omit<ConnectionStatus, 'findings'> {
  return {
    connectionId,
    connection: displayName(references),
    roleArn: role?.arn ?? '',
    state: 'as recorded',
  };
}

function statusText(rows: readonly ConnectionStatus[], isPartial: boolean): string {
  if (rows.length === 0 && isPartial) return 'Nothing can be said: not everything could be read.';
  if (rows.length === 0)
    return 'No connection is federated, and none asks for it inside a grant. See: azfed plan';
  const cells = rows.map(({ connection, state, roleArn, findings }) =>
    [connection, state, roleArn, findings.join(', ')].map(inert),
  );
  return table(['CONNECTION', 'STATE', 'ROLE', 'FINDINGS'], cells);
}
