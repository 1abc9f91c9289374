import type { GuardedPlan } from '../../../shared/application/reconcile.ts';
import { planPass } from '../../../shared/application/reconcile.ts';
import type { HeldReason } from '../../../shared/domain/change.ts';
import type { Configuration } from '../../../shared/domain/configuration.ts';
import { coveredBy, inForce } from '../../../shared/domain/controls.ts';
import type { RecordedConnection } from '../../../shared/domain/recorded.ts';
import type { Controls } from '../../../shared/domain/recorded-controls.ts';
import { displayName } from '../../../shared/domain/desire.ts';
import { showCredentials } from '../credential-status.ts';
import { openDeployment } from '../deployment.ts';
import { controlsText, scopeNames } from '../render/controls-text.ts';
import { inert, jsonText } from '../render/inert.ts';
import type { Style } from '../render/style.ts';
import { table } from '../render/table.ts';
import type { RetirementStatus } from '../retirement-status.ts';
import { retirementStatus, retirementText } from '../retirement-status.ts';
import { unreadIn } from '../unread.ts';
import type { Verb } from '../verb.ts';

interface ConnectionStatus {
  readonly connectionId: string;
  readonly connection: string;
  readonly roleArn: string;
  /** converged, closed, left alone (asked for, and not given), or what the plan would do: create, repair, close. */
  readonly state: string;
  /** Why a hands-off pass would not do it now; `paused` also where there is nothing to do. */
  readonly held: HeldReason | null;
  /** Codes of what was found about it. */
  readonly findings: readonly string[];
  /** Of a role that nobody is let into. */
  readonly retirement: RetirementStatus | null;
}

interface StatusOptions {
  readonly credentials?: boolean;
}

export const statusVerb: Verb = (command, run) => {
  command
    .option('--credentials', 'one line for each AWS connection, granted or not: what pipelines sign in with')
    .action(({ credentials }: StatusOptions) =>
      run(async (invocation) => {
        const deployment = await openDeployment(invocation);
        if (credentials) return showCredentials(invocation, deployment);
        const { ports, configuration } = deployment;
        const planned = await planPass(ports, configuration, { trigger: 'schedule' });
        const { plan, recorded } = planned.look;
        const controls = inForce(planned.controls, ports.clock.now());
        const rows = statusRows(planned, controls);
        const { terminal, options } = invocation;
        terminal.result(
          options.json
            ? jsonText({
                schemaVersion: 1,
                isPartial: plan.isPartial,
                controls: controlsDocument(controls),
                connections: rows,
              })
            : [
                ...headerText(controls, configuration, recorded, terminal.style),
                statusText(rows, plan.isPartial),
              ].join('\n\n'),
        );
        for (const message of unreadIn(plan.findings))
          terminal.problem(`Could not be read: ${inert(message)}`);
        return plan.isPartial ? 3 : 0;
      }),
    );
};

function controlsDocument({ bootstrapped, pauses, breakers, approvals }: Controls) {
  return { bootstrapped: bootstrapped ?? null, pauses, breakers, approvals };
}

function headerText(
  controls: Controls,
  configuration: Configuration,
  recorded: readonly RecordedConnection[],
  style: Style,
): readonly string[] {
  const text = controlsText(controls, scopeNames(configuration, recorded), style);
  return text === '' ? [] : [text];
}

function statusRows({ look, changes }: GuardedPlan, controls: Controls): readonly ConnectionStatus[] {
  const { draft, plan, recorded } = look;
  const kept = new Map(recorded.map((item) => [item.connectionId as string, item]));
  const bound = draft.targets.flatMap(({ role, bindings }) =>
    bindings.map((binding) => ({ ...binding, roleArn: role.arn })),
  );
  const byRole = new Map(
    changes.flatMap((change) =>
      change.target === 'role' ? [[change.roleArn as string, change] as const] : [],
    ),
  );
  const paused = new Set<string>(
    controls.pauses
      .flatMap(({ scope }) => coveredBy(scope, recorded))
      .map(({ connectionId }) => connectionId),
  );
  const heldOf = (id: string, roleArn: string): HeldReason | null => {
    const change = byRole.get(roleArn);
    if (change?.decision === 'held') return change.heldBecause;
    return paused.has(id) ? 'paused' : null;
  };
  const has = (id: string, roleArn: string) => kept.get(id)?.role?.arn === roleArn;
  const targeted = bound.map(({ connectionId, references, roleArn, closed }) => ({
    connectionId,
    connection: displayName(references),
    roleArn,
    state:
      byRole.get(roleArn)?.kind ??
      (closed ? 'closed' : has(connectionId, roleArn) ? 'converged' : 'left alone'),
  }));
  const ids = new Set<string>(bound.map(({ connectionId }) => connectionId));
  const left = [...kept.values()]
    .filter(({ connectionId, role }) => role && !ids.has(connectionId))
    .map(leftAsItIs);
  return [...targeted, ...left]
    .map((row) => ({ ...row, retirement: retirementStatus(kept.get(row.connectionId), row.roleArn, plan) }))
    .map((row) => ({
      ...row,
      state: row.state === 'closed' && row.retirement?.deletedAt ? 'deleted' : row.state,
      held: heldOf(row.connectionId, row.roleArn),
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
}: RecordedConnection): Omit<ConnectionStatus, 'held' | 'findings' | 'retirement'> {
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
  const cells = rows.map((row) =>
    [row.connection, stateText(row), row.roleArn, row.findings.join(', ')].map(inert),
  );
  return table(['CONNECTION', 'STATE', 'ROLE', 'FINDINGS'], cells);
}

function stateText({ state, held, retirement }: ConnectionStatus): string {
  const since = retirement ? retirementText(state, retirement) : state;
  return held ? `${since} (${held})` : since;
}
