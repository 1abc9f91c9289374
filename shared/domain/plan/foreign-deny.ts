import { renderPolicy, toList, type PolicyDocument, type Statement } from '../policy/policy-document.ts';
import { MOST_INLINE_CHARACTERS, policySize } from '../policy/policy-grammar.ts';
import { denialTruth } from '../policy/live-trust.ts';
import { foreignDenials } from '../policy/trust-document.ts';
import type { RoleState } from '../iam/role.ts';
import type { RoleDesign } from '../desired/role-design.ts';
import { differingFields, parseFieldName, roleFields, findValue } from '../iam/role-fields.ts';
import { expandsVariables } from '../policy/trust-evaluator.ts';
import {
  addedDenials,
  isListed,
  keepAdditions,
  toCurrentVersion,
  withStatements,
} from '../policy/trust-narrowing.ts';

/** AWS's own policies that only deny; their documents are not among what a run reads. */
const knownDenials = /^arn:[a-z-]+:iam::aws:policy\/(AWSDenyAll|AWSCompromisedKeyQuarantine(V\d+)?)$/;

/**
 * What a role is to be as long as somebody's Deny, or a condition that somebody added to our trust, is on it: it stays, and
 * everything around it is fixed; otherwise a Deny that denies nothing would shield what stands beside it.
 */
export function keepDenials({ state, trust, former }: RoleDesign, observed: RoleState): RoleState {
  const denying = observed.managedPolicies.filter((arn) => knownDenials.test(arn));
  return {
    ...state,
    trust: keepAdditions(observed.trust, trust, former),
    boundary: keepBoundary(state, observed),
    managedPolicies: [...new Set([...state.managedPolicies, ...denying])].sort(),
    inlinePolicies: keepInline(state, observed),
  };
}

/**
 * Where Deny statements leave no room for what is granted, only what stands beside them already is kept in their policies: that
 * is less than there is, so that no narrowing waits for room. IAM says of the rest that it has none.
 */
function keepInline(state: RoleState, observed: RoleState): RoleState['inlinePolicies'] {
  const keep = (isFull: boolean) => ({
    ...state.inlinePolicies,
    ...Object.fromEntries(deniedInline(state, observed, isFull)),
  });
  const kept = keep(false);
  const sizes = Object.values(kept).map((document) => policySize(renderPolicy(document)));
  return sizes.reduce((sum, size) => sum + size, 0) > MOST_INLINE_CHARACTERS ? keep(true) : kept;
}

/** Where a grant says `boundary: none`, one that somebody put there only takes away, and azfed has no right to remove it. */
function keepBoundary(state: RoleState, { boundary }: RoleState): string | undefined {
  if (boundary === undefined || state.boundary === undefined) return state.boundary ?? boundary;
  return knownDenials.test(boundary) ? boundary : state.boundary;
}

function deniedInline(
  { inlinePolicies }: RoleState,
  observed: RoleState,
  isFull: boolean,
): readonly (readonly [string, PolicyDocument])[] {
  return Object.entries(observed.inlinePolicies).flatMap(([name, document]) => {
    const ours = findValue(inlinePolicies, name);
    const denials = addedDenials(document, ours);
    if (denials.length === 0) return [];
    const { Statement: live, ...rest } = document;
    const base = ours ? keepVariables(ours, document) : { ...rest, Statement: [] };
    const granted = toList<Statement>(base.Statement);
    const present = granted.filter((one) => isListed(one, toList<Statement>(live)));
    return [[name, withStatements({ ...base, Statement: isFull ? present : granted }, denials)] as const];
  });
}

/** What is granted, as a document says it that also takes statements of the live one: variables in them stay variables. */
const keepVariables = (ours: PolicyDocument, live: PolicyDocument): PolicyDocument =>
  expandsVariables(live) ? { ...toCurrentVersion(ours), Version: '2012-10-17' } : ours;

/** The fields on which somebody's Deny, or a condition on our trust, keeps the desired state from being reached. */
export function deniedFields(design: RoleDesign, observed: RoleState): readonly string[] {
  return differingFields(roleFields(design.state), roleFields(keepDenials(design, observed)));
}

/**
 * What a Deny on these fields holds:
 *
 *     whole role | a Deny of everything: AWS's own policies, or every action on every resource. It answers an incident.
 *     trust      | a Deny in the trust that surely keeps out who belongs there, or that would not meet a new name as it
 *                | meets the former one
 *     nothing    | any other, such as the guard of a company: it is kept, and takes nothing from what it does not touch
 */
export function heldByDenials(
  fields: readonly string[],
  { trust, former }: RoleDesign,
  observed: RoleState,
): 'role' | 'trust' | undefined {
  if (fields.some((path) => deniesEverything(path, observed))) return 'role';
  const denials = fields.includes('trust') ? foreignDenials(observed.trust) : [];
  const isHeld = trust.bindings.some((binding) =>
    binding.subjects.some((subject) =>
      denials.some((denial) => {
        const now = denialTruth(denial, observed.trust, binding, subject);
        const names = former.get(subject) ?? [];
        return (
          now === 'yes' || names.some((name) => denialTruth(denial, observed.trust, binding, name) !== now)
        );
      }),
    ),
  );
  return isHeld ? 'trust' : undefined;
}

function deniesEverything(path: string, { boundary, inlinePolicies }: RoleState): boolean {
  const managed = path === 'boundary' ? boundary : parseFieldName('policies.managed.', path);
  if (managed !== undefined) return knownDenials.test(managed);
  const inline = parseFieldName('policies.inline.', path);
  const document = inline === undefined ? undefined : findValue(inlinePolicies, inline);
  return document !== undefined && foreignDenials(document).some(isTotal);
}

const isTotal = ({ Action: action, Resource: resource, NotAction, NotResource }: Statement): boolean =>
  (NotAction !== undefined || toList(action).includes('*')) &&
  (NotResource !== undefined || toList(resource).includes('*'));
