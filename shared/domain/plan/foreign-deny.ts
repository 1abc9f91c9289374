import { renderPolicy, toList, type PolicyDocument, type Statement } from '../policy/policy-document.ts';
import { MOST_INLINE_CHARACTERS, policySize } from '../policy/policy-grammar.ts';
import { denialTruth } from '../policy/live-trust.ts';
import { foreignDenials } from '../policy/trust-document.ts';
import type { RoleState } from '../iam/role.ts';
import type { RoleDesign } from '../desired/role-design.ts';
import { differingFields, parseFieldName, roleFields, findValue } from '../iam/role-fields.ts';
import { expandsVariables } from '../policy/trust-evaluator.ts';
import { addedDenials, keepAdditions, toCurrentVersion, withStatements } from '../policy/trust-narrowing.ts';

const DENY_ALL: Statement = { Effect: 'Deny', Action: '*', Resource: '*' };

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

/** Where Deny statements leave no room for what is granted, one of everything takes their place: nothing is allowed that they deny. */
function keepInline(state: RoleState, observed: RoleState): RoleState['inlinePolicies'] {
  const keep = (select: (denials: readonly Statement[]) => readonly Statement[]) => ({
    ...state.inlinePolicies,
    ...Object.fromEntries(deniedInline(state, observed, select)),
  });
  const kept = keep((denials) => denials);
  const sizes = Object.values(kept).map((document) => policySize(renderPolicy(document)));
  return sizes.reduce((sum, size) => sum + size, 0) > MOST_INLINE_CHARACTERS ? keep(() => [DENY_ALL]) : kept;
}

/** Where a grant says `boundary: none`, one that somebody put there only takes away, and azfed has no right to remove it. */
function keepBoundary(state: RoleState, { boundary }: RoleState): string | undefined {
  if (boundary === undefined || state.boundary === undefined) return state.boundary ?? boundary;
  return knownDenials.test(boundary) ? boundary : state.boundary;
}

function deniedInline(
  { inlinePolicies }: RoleState,
  observed: RoleState,
  select: (denials: readonly Statement[]) => readonly Statement[],
): readonly (readonly [string, PolicyDocument])[] {
  return Object.entries(observed.inlinePolicies).flatMap(([name, document]) => {
    const ours = findValue(inlinePolicies, name);
    const denials = addedDenials(document, ours);
    if (denials.length === 0) return [];
    const { Statement: _, ...rest } = document;
    const base = ours ? keepVariables(ours, document) : { ...rest, Statement: [] };
    return [[name, withStatements(base, select(denials))] as const];
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
