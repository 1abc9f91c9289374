import { hasImpostor } from '../desired/bindings.ts';
import { keepDenials } from './foreign-deny.ts';
import { REVOCATION_PATH } from './revocation.ts';
import type { ObservedRole } from '../iam/role.ts';
import type { RoleDesign } from '../desired/role-design.ts';
import type { RoleFacts } from './role-facts.ts';
import { nameIn, roleFields } from '../iam/role-fields.ts';
import { isNarrowing } from './role-steps.ts';
import { narrowedTrust } from '../policy/trust-narrowing.ts';

/**
 * Somebody gave away more in IAM than was meant, or an impostor holds the name of somebody who is in the trust. What is
 * narrowed because the configuration or a name changed is no such thing: those sessions were rightly issued.
 *
 * `movedInIam`: fields that are neither as we wrote them nor as they should be.
 */
export function hadBeenWider(
  { target }: RoleFacts,
  design: RoleDesign,
  observed: ObservedRole,
  movedInIam: readonly string[],
): boolean {
  const isTrustWider = narrowedTrust(observed.trust, design.trust) !== undefined;
  if (isTrustWider && (movedInIam.includes('trust') || hasImpostor(target.bindings))) return true;
  const kept = keepDenials(design, observed);
  const [expected, seen] = [roleFields(kept), roleFields(observed)];
  return movedInIam.some(
    (path) => givesAccess(path) && expected[path] !== seen[path] && isNarrowing(path, kept, observed),
  );
}

/** Marks say who a role is for and open nothing; a revocation takes access away. */
function givesAccess(path: string): boolean {
  const isOther = path === 'trust' || path === 'description' || path === REVOCATION_PATH;
  return !isOther && nameIn('tags.', path) === undefined;
}
