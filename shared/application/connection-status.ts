import type { HeldReason } from '../domain/change.ts';
import { coveredBy } from '../domain/controls.ts';
import { displayName } from '../domain/desire.ts';
import type { Severity } from '../domain/finding.ts';
import type { GuardedChange } from '../domain/guard.ts';
import type { RecordedConnection } from '../domain/recorded.ts';
import type { Controls } from '../domain/recorded-controls.ts';
import type { RetirementStatus } from '../domain/retirement-status.ts';
import { retirementStatus } from '../domain/retirement-status.ts';
import { claimsOf } from '../domain/usurpers.ts';
import type { GuardedPlan } from './guarded-plan.ts';

/** How it stands with one connection that azfed keeps or would keep. */
export interface ConnectionStatus {
  readonly connectionId: string;
  readonly connection: string;
  readonly roleArn: string;
  /**
   * converged, closed, left alone (asked for, and not given), or what the plan would do: create, repair, close. not read:
   * its account could not be; no provider: the OIDC provider of its issuer waits to be made; as recorded: the connection is missing, or could not be read.
   */
  readonly state: string;
  /** How dangerous it is to leave it so; left out where the plan would do nothing. */
  readonly severity?: Severity;
  /** Why a hands-off pass would not do it now; `paused` also where there is nothing to do. */
  readonly held: HeldReason | null;
  /** Codes of what was found about it. */
  readonly findings: readonly string[];
  /** Of a role that nobody is let into. */
  readonly retirement: RetirementStatus | null;
}

/** One for each such connection, by name. */
export function statusRows({ look, changes }: GuardedPlan, controls: Controls): readonly ConnectionStatus[] {
  const { draft, observations, plan, recorded } = look;
  const unread = observations.filter(({ roles }) => roles.state !== 'complete').map(({ account }) => account);
  const kept = new Map(recorded.map((item) => [item.connectionId as string, item]));
  const bound = draft.targets.flatMap(({ role, bindings }) =>
    bindings.map((binding) => ({ ...binding, roleArn: role.arn, isUnread: unread.includes(role.account) })),
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
  const has = (id: string, roleArn: string) =>
    [kept.get(id)].flatMap((item) => (item ? claimsOf(item) : [])).some(({ role }) => role.arn === roleArn);
  const lacking = new Set(
    plan.findings.flatMap(({ code, connectionId, roleArn }) =>
      code === 'provider.missing' ? [`${connectionId ?? ''} ${roleArn ?? ''}`] : [],
    ),
  );
  const undisturbed = ({ connectionId, roleArn, closed, isUnread }: (typeof bound)[number]): string => {
    if (isUnread) return 'not read';
    if (closed) return 'closed';
    if (lacking.has(`${connectionId} ${roleArn}`)) return 'no provider';
    return has(connectionId, roleArn) ? 'converged' : 'left alone';
  };
  const targeted = bound.map((binding) => ({
    connectionId: binding.connectionId,
    connection: displayName(binding.references),
    roleArn: binding.roleArn,
    state: byRole.get(binding.roleArn)?.kind ?? undisturbed(binding),
    ...severityOf(byRole.get(binding.roleArn)),
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

function severityOf(change: GuardedChange | undefined): Pick<ConnectionStatus, 'severity'> {
  return change ? { severity: change.severity } : {};
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
