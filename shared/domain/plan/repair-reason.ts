import { because, type Cause, type Reasons } from './change.ts';
import { REVOCATION_PATH } from './revocation.ts';
import { names, type RoleFacts } from './role-facts.ts';
import { hasImpostor } from '../desired/bindings.ts';
import { keepDenials } from './foreign-deny.ts';
import type { ObservedRole } from '../iam/role.ts';
import type { RoleDesign } from '../desired/role-design.ts';
import { parseFieldName, roleFields } from '../iam/role-fields.ts';
import { isNarrowing } from './role-steps.ts';
import { narrowedTrust } from '../policy/trust-narrowing.ts';

/** Why azfed takes a role over, in a sentence for the person who asked for it. */
export function adoptionReason({ target }: RoleFacts, fields: readonly string[]): Reasons {
  const what = fields.length === 0 ? 'as it is' : topics(fields);
  return {
    reason: `azfed takes over the role of ${names(target.bindings)} (${what}).`,
    occasion: `A person asks azfed to take over the role of ${names(target.bindings)} (${what}).`,
  };
}

const fact = (sentence: string): Reasons => ({ reason: sentence, occasion: sentence });

const topics = (fields: readonly string[]) =>
  [...new Set(fields.map((path) => path.split('.')[0]))].join(', ');

/** Why a role is brought in line, in a sentence for people. `fields`: paths of what differs. */
export function repairReason(cause: Cause, who: string, fields: readonly string[]): Reasons {
  if (fields.length === 0) return fact(`An interrupted run narrowed the role of ${who}.`);
  const what = topics(fields);
  switch (cause) {
    case 'drift':
      return because(`Somebody changed the role of ${who} in IAM (${what})`, 'it is put back');
    case 'change':
      if (fields.join() === REVOCATION_PATH)
        return because(
          `The sessions of ${who} that were revoked have ended`,
          'the policy that did so follows the record',
        );
      return because(`${who} or its grant changed`, `the role follows (${what})`);
    case 'conflict':
      return fact(`The role of ${who} changed in IAM while its desired state changed too (${what}).`);
    case 'new':
    case 'gone':
      return because(`An interrupted run began the role of ${who}`, `it is finished (${what})`);
  }
}

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
  return !isOther && parseFieldName('tags.', path) === undefined;
}
