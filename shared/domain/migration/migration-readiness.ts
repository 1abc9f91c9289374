import type { Target } from '../desired/claims.ts';
import type { Configuration, Grant } from '../configuration/configuration.ts';
import { isRestorable } from '../plan/plan-restoration.ts';
import { isAllowed, type GuardedChange } from '../guard/guard.ts';
import type { ConnectionId } from '../kernel/ids.ts';
import type { AccountObservation, ObservedRole } from '../iam/role.ts';
import { withoutAskedConditions } from '../policy/live-trust.ts';
import type { TrustBinding } from '../policy/trust-document.ts';
import { evaluateTrust, type WebIdentityRequest } from '../policy/trust-evaluator.ts';
import { designWholeTrust } from '../desired/role-design.ts';
import type { Plan } from '../plan/change.ts';
import { formatInstant, type Instant } from '../kernel/durations.ts';
import { listClaims, type RecordedConnection, type RecordedRole } from '../records/connection-record.ts';

/**
 * Where a connection would stand in AWS if it used OIDC now.
 *
 *     ready      its tokens are let in
 *     to-make    they are not, and what the plan does about it may be done now
 *     held       it may not
 *     unread     the account could not be read, so nobody knows
 *     shut       they are not, and the plan does nothing about it
 */
export type MigrationReadiness = 'ready' | 'to-make' | 'held' | 'unread' | 'shut';

/** `changes`: of the plan for this role alone. */
export function judgeReadiness(
  target: Target,
  id: ConnectionId,
  observations: readonly AccountObservation[],
  changes: readonly GuardedChange[],
): MigrationReadiness {
  const seen = observations.find(({ account }) => account === target.role.account);
  if (seen?.roles.state !== 'complete' || seen.providers.state !== 'complete') return 'unread';
  const live = seen.roles.value.inScope.find(({ arn }) => arn === target.role.arn);
  const tokens = buildTokens(target, id);
  // What is done about the provider alone opens no role.
  if (!isAdmitted(live, tokens) && !changes.some((change) => change.target === 'role')) return 'shut';
  if (changes.some((change) => !isAllowed(change) || change.isWideningHeld)) return 'held';
  if (changes.length > 0) return 'to-make';
  const providers = seen.providers.value.arns;
  return tokens.every(({ providerArn }) => providers.includes(providerArn)) ? 'ready' : 'shut';
}

/** A token, and the conditions that its grant asks for besides. */
type Token = WebIdentityRequest & Pick<TrustBinding, 'conditions' | 'providerArn'>;

/** What the connection's tokens say of themselves, one for each of its subjects. */
function buildTokens({ role, bindings, grant }: Target, id: ConnectionId): readonly Token[] {
  const own = bindings
    .filter(({ connectionId }) => connectionId === id)
    .map((binding) => ({ ...binding, formerSubjects: [] }));
  return designWholeTrust(role, own, grant).bindings.flatMap(({ subjects, ...issuer }) =>
    subjects.map((subject) => ({ ...issuer, subject })),
  );
}

function isAdmitted(live: ObservedRole | undefined, tokens: readonly Token[]): boolean {
  if (!live || tokens.length === 0) return false;
  return tokens.every(({ conditions, ...token }) => {
    const verdict = evaluateTrust(withoutAskedConditions(live.trust, conditions), token);
    return verdict.decision === 'allowed' && verdict.isCertain;
  });
}

/** What there is to know of a role that nobody is let into. Times are ISO text. */
export interface RetirementStatus {
  readonly closedAt: string;
  /** When it may be deleted, unless it is used; `null`: it is due, or its grant does not say so. */
  readonly dueAt: string | null;
  /** `null`: it is there. */
  readonly deletedAt: string | null;
  /** What was kept of it is enough to ask for it with `azfed restore`. */
  readonly isRestorable: boolean;
}

/** `null`: the connection is let into this role, or has none. */
export function retirementStatus(
  item: RecordedConnection | undefined,
  roleArn: string,
  { roles }: Pick<Plan, 'roles'>,
  { grants }: Pick<Configuration, 'grants'>,
): RetirementStatus | null {
  const role = item && listClaims(item).find((claim) => claim.role.arn === roleArn)?.role;
  if (!role?.closed) return null;
  const deletedAt = readDeletionTime(role);
  return {
    closedAt: formatInstant(role.closed.at),
    dueAt: roles.get(role.arn)?.deletionDueAt ?? null,
    deletedAt: deletedAt === null ? null : formatInstant(deletedAt),
    isRestorable: deletedAt !== null && hasUsableSnapshot(role, grants),
  };
}

const hasUsableSnapshot = ({ snapshot, grant }: RecordedRole, grants: readonly Grant[]): boolean =>
  snapshot !== undefined &&
  isRestorable(
    snapshot,
    grants.find(({ name }) => name === grant),
  );

/** A role that was made again is there; one whose making was only begun may not be. */
function readDeletionTime({ deletedAt, restoredAt, intent }: RecordedRole): Instant | null {
  return restoredAt !== undefined && !intent ? null : (deletedAt ?? null);
}
