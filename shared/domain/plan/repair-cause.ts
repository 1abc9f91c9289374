import type { Cause } from './change.ts';
import type { RoleOperation } from '../records/operation.ts';
import { samePolicy } from '../policy/canonical-policy.ts';
import type { ObservedRole, FieldDigests } from '../iam/role.ts';
import type { RoleDesign } from '../desired/role-design.ts';
import type { RoleFacts } from './role-facts.ts';
import { admitsNewcomers, closedTrust, narrowedTrust, ownPart } from '../policy/trust-narrowing.ts';

/** Who moved: the three states of each field compared, `ofTrust` where the trust changed on both sides. */
export function determineCause(
  fields: readonly string[],
  desired: FieldDigests,
  written: FieldDigests,
  seen: FieldDigests,
  ofTrust: Cause,
): Cause {
  const causes = fields.map((path): Cause => {
    if (written[path] === desired[path]) return 'drift';
    if (written[path] === seen[path]) return 'change';
    return path === 'trust' ? ofTrust : 'conflict';
  });
  if (Object.keys(written).length === 0) return 'new';
  return (['conflict', 'drift'] as const).find((cause) => causes.includes(cause)) ?? 'change';
}

/** Operations that follow a change in Azure DevOps or in the configuration. */
const followed: readonly RoleOperation[] = ['update', 'rename'];

/** A run that followed a change ended after it had shut everybody out and before it let in who belongs there. */
function isHalfDone({ recorded }: RoleFacts, trust: RoleDesign['trust'], observed: ObservedRole): boolean {
  const isInterrupted = recorded.some(
    ({ id, intent }) => id === observed.id && intent !== undefined && followed.includes(intent.operation),
  );
  const closed = closedTrust({ ...trust, statements: [] });
  return isInterrupted && samePolicy(ownPart(observed.trust, trust), closed);
}

/**
 * What it is when the trust changed on both sides. Where everybody who is to be let in is in it already, perhaps under a
 * former name, what somebody added to it is put back or kept and a rename is followed: no person has to decide that, and a
 * connection that was let in is not locked out.
 */
export function decideTrustCause(
  facts: RoleFacts,
  { trust, former }: RoleDesign,
  observed: ObservedRole,
): Cause {
  if (admitsNewcomers(observed.trust, trust, former))
    return isHalfDone(facts, trust, observed) ? 'change' : 'conflict';
  return narrowedTrust(observed.trust, trust) ? 'drift' : 'change';
}
