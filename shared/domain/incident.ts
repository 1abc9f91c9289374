import type { PolicyDocument } from './policy/policy-document.ts';
import { compareTrust, foreignDenials, readManagedTrust } from './policy/trust-document.ts';
import type { TrustBinding } from './policy/trust-document.ts';
import type { RoleState } from './role.ts';
import type { DesiredState, RoleDesign } from './role-design.ts';
import { differingFields, roleFields, valueAt } from './role-fields.ts';
import { addedDenials, withDenials } from './trust-narrowing.ts';

/** AWS's own policies that only deny; their documents are not among what a pass reads. */
const knownDenials = /^arn:[a-z-]+:iam::aws:policy\/(AWSDenyAll|AWSCompromisedKeyQuarantine(V\d+)?)$/;

/**
 * What a role is to be as long as somebody's Deny is on it: the Deny stays, for it may answer an incident, and
 * everything around it is mended; otherwise a Deny that denies nothing would shield what stands beside it.
 * The trust is not part of it: see `narrowedTrust`.
 */
export function keepDenials(state: DesiredState, observed: RoleState): DesiredState {
  const denying = observed.managedPolicies.filter((arn) => knownDenials.test(arn));
  const { boundary = '' } = observed;
  return {
    ...state,
    boundary: knownDenials.test(boundary) ? boundary : state.boundary,
    managedPolicies: [...new Set([...state.managedPolicies, ...denying])].sort(),
    inlinePolicies: { ...state.inlinePolicies, ...Object.fromEntries(deniedInline(state, observed)) },
  };
}

function deniedInline(
  { inlinePolicies }: DesiredState,
  observed: RoleState,
): readonly (readonly [string, PolicyDocument])[] {
  return Object.entries(observed.inlinePolicies).flatMap(([name, document]) => {
    const ours = valueAt(inlinePolicies, name);
    const denials = addedDenials(document, ours);
    if (denials.length === 0) return [];
    const { Statement: _, ...rest } = document;
    return [[name, withDenials(ours ?? { ...rest, Statement: [] }, denials)] as const];
  });
}

/** The fields on which somebody's Deny, or a narrower trust, keeps the desired state from being reached. */
export function deniedFields({ state, trust }: RoleDesign, observed: RoleState): readonly string[] {
  const kept = differingFields(roleFields(state), roleFields(keepDenials(state, observed)));
  return isTrustDenied(trust, observed.trust) ? [...kept, 'trust'] : kept;
}

/** With a Deny; or less than our trust, and not written in our form: somebody added to it what narrows it. */
function isTrustDenied(trust: readonly TrustBinding[], observed: PolicyDocument): boolean {
  if (foreignDenials(observed).length > 0) return true;
  return readManagedTrust(observed) === undefined && compareTrust(observed, trust) === 'narrower';
}
