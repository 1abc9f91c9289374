import type { Binding } from './bindings.ts';
import type { Target } from './claims.ts';
import type { GuardedChange } from './guard.ts';
import { isAllowed } from './guard.ts';
import type { ConnectionId } from './ids.ts';
import type { AccountObservation } from './observation.ts';
import { evaluateTrust } from './policy/trust-evaluator.ts';
import { designTrust } from './role-design.ts';

/**
 * Where a connection would stand in AWS if it used OIDC now.
 *
 *     ready      its tokens are let in
 *     to-make    they are not, and what the plan does about it may be done now
 *     held       it may not
 *     unread     the account could not be read, so nobody knows
 *     shut       they are not, and the plan does nothing about it
 */
export type Footing = 'ready' | 'to-make' | 'held' | 'unread' | 'shut';

/** `changes`: of the plan for this role alone. */
export function footingOf(
  target: Target,
  id: ConnectionId,
  observations: readonly AccountObservation[],
  changes: readonly GuardedChange[],
): Footing {
  const seen = observations.find(({ account }) => account === target.role.account);
  if (seen?.roles.state !== 'complete' || seen.providers.state !== 'complete') return 'unread';
  if (changes.some((change) => !isAllowed(change) || change.isWideningHeld)) return 'held';
  if (changes.length > 0) return 'to-make';
  const live = seen.roles.value.inScope.find(({ arn }) => arn === target.role.arn);
  const providers = seen.providers.value.arns;
  const binding = target.bindings.find(({ connectionId }) => connectionId === id);
  if (!live || !binding) return 'shut';
  const isLetIn = tokensOf(target, binding).every(
    (token) => providers.includes(token.providerArn) && isPlainlyAllowed(live, token),
  );
  return isLetIn ? 'ready' : 'shut';
}

type Token = Parameters<typeof evaluateTrust>[1];

/** What the connection's tokens say of themselves, one for each of its subjects. */
function tokensOf({ role }: Target, binding: Binding): readonly Token[] {
  return designTrust(role, [{ ...binding, formerSubjects: [] }]).flatMap(({ subjects, ...issuer }) =>
    subjects.map((subject) => ({ ...issuer, subject })),
  );
}

function isPlainlyAllowed(
  { trust }: { readonly trust: Parameters<typeof evaluateTrust>[0] },
  token: Token,
): boolean {
  const verdict = evaluateTrust(trust, token);
  return verdict.decision === 'allowed' && verdict.isCertain;
}
