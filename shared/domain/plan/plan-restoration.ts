import { because, type RoleChange } from './change.ts';
import { finding } from '../findings/finding.ts';
import type { PolicyDocument } from '../policy/policy-document.ts';
import { lackingFields, missingPolicyFindings } from '../desired/policy-needs.ts';
import type { ObservedRole, RoleState } from '../iam/role.ts';
import { designWholeTrust } from '../desired/role-design.ts';
import { aboutRole, names, refuse, roleChange, type RoleFacts, type RolePlan } from './role-facts.ts';
import { fieldSeverity } from './drift-severity.ts';
import { selectWorstSeverity } from '../kernel/severity.ts';
import { restorationSteps } from './retirement.ts';
import { describeField, differingFields, isReserved, roleFields } from '../iam/role-fields.ts';
import { repairSteps } from './role-steps.ts';
import { closedTrust } from '../policy/trust-narrowing.ts';
import { NO_BOUNDARY, type Grant } from '../configuration/configuration.ts';
import { formatInstant } from '../kernel/durations.ts';

/** A person asks for a deleted role: it is made again as it stood, and nobody is let in. */
export function planRestoration(facts: RoleFacts): RolePlan {
  const { target, recorded, namesake, closingGrant } = facts;
  const known = recorded.find(({ snapshot, deletedAt }) => snapshot && deletedAt !== undefined);
  if (!known?.snapshot) return { findings: [] };
  const { arn } = target.role;
  if (closingGrant?.permissions === 'unmanaged') return refuseRestoration(facts, UNMANAGED);
  const trust = closedTrust(designWholeTrust(target.role, target.bindings, closingGrant));
  const state = restorable(known.snapshot, trust, closingGrant);
  if (!state || namesake) {
    const why = namesake ? `${namesake} has its name` : 'it had no boundary, or a policy that cannot be read';
    return refuseRestoration(facts, why);
  }
  const change = roleChange(facts, {
    kind: 'create',
    cause: 'change',
    grant: known.grant,
    retire: known.retire,
    mode: facts.closingMode,
    severity: 'info',
    ...because(`A person asks for the deleted role of ${names(target.bindings)}`, 'it is made again, closed'),
    differences: [{ path: 'role', expected: { ...state, arn } }],
    desired: roleFields(state),
    steps: restorationSteps(arn, state),
    snapshot: known.snapshot,
  });
  const isLacking = lackingFields(state, facts.missingPolicies).length > 0;
  return {
    change: isLacking ? { ...change, hold: 'missing-policy' } : change,
    findings: missingPolicyFindings(target, { name: known.grant }, state, facts.missingPolicies),
  };
}

const UNMANAGED = 'its grant says `permissions: unmanaged`, so that whoever owns its permissions makes it';

const refuseRestoration = (facts: RoleFacts, why: string): RolePlan =>
  refuse(facts, 'not-restorable', `${facts.target.role.arn} cannot be made again: ${why}.`);

/** What a run that ended early has begun to make again is finished: as it stood, and closed. */
export function finishRestoration(facts: RoleFacts, observed: ObservedRole): RoleChange | undefined {
  const { target, recorded, closingGrant } = facts;
  const begun = recorded.find(({ intent }) => intent?.operation === 'restore');
  const trust = designWholeTrust(target.role, target.bindings, closingGrant);
  const state = begun?.snapshot && restorable(begun.snapshot, closedTrust(trust), closingGrant);
  if (!begun?.snapshot || !state) return undefined;
  const desired = roleFields(state);
  const fields = differingFields(desired, roleFields(observed));
  if (fields.length === 0) return undefined;
  const fixing = {
    fields,
    denials: [],
    asWritten: [],
    lacking: lackingFields(state, facts.missingPolicies),
    isWideningHeld: false,
    isTrustHeld: false,
    revokes: false,
  };
  const design = { state, trust, former: new Map<string, readonly string[]>() };
  return roleChange(facts, {
    kind: 'repair',
    cause: 'change',
    grant: begun.grant,
    retire: begun.retire,
    mode: facts.closingMode,
    severity: selectWorstSeverity(
      fields.map((path) => fieldSeverity(path, design, observed, true)),
      'low',
    ),
    ...because(
      `An interrupted run began to make the role of ${names(target.bindings)} again`,
      'it is finished, closed',
    ),
    differences: fields.flatMap((path) => describeField(path, state, observed)),
    desired,
    steps: repairSteps(observed.arn, design, observed, fixing),
    snapshot: begun.snapshot,
  });
}

/** Who may be without a boundary is made again without; who manages no permissions makes nothing. */
export function isRestorable(
  { boundary, inlinePolicies }: RoleState,
  grant: Pick<Grant, 'permissions' | 'boundary'> | undefined,
): boolean {
  const isReadable = Object.values(inlinePolicies).every((document) => !('Unreadable' in document));
  const isBounded = boundary !== undefined || grant?.boundary === NO_BOUNDARY;
  return isReadable && isBounded && grant?.permissions !== 'unmanaged';
}

function restorable(
  state: RoleState,
  trust: PolicyDocument,
  grant: Grant | undefined,
): RoleState | undefined {
  if (!isRestorable(state, grant)) return undefined;
  const own = Object.entries(state.tags).filter(([key]) => !isReserved(key));
  return { ...state, trust, tags: Object.fromEntries(own) };
}

/**
 * Another role stands under the recorded ARN. It is not azfed's to write to (I4), whatever it looks like, and nothing is in
 * order as long as it stands there: a change that holds until a person takes the role over or deletes it.
 */
export function planReplaced(facts: RoleFacts, observed: ObservedRole, grant?: Grant): RolePlan {
  const known = facts.recorded.find(({ id }) => id !== undefined && id !== observed.id);
  if (!known) return { findings: [] };
  const createdAt = formatInstant(observed.createdAt);
  const change = roleChange(facts, {
    kind: 'repair',
    cause: 'drift',
    grant: grant?.name ?? known.grant,
    mode: grant?.mode ?? facts.closingMode,
    retire: known.retire,
    severity: 'critical',
    reason: `Somebody deleted the role of ${names(facts.target.bindings)} and made another of its name; it is not written to.`,
    differences: [{ path: 'role', expected: { id: known.id }, actual: { id: observed.id, createdAt } }],
    desired: roleFields(observed),
    steps: { narrowing: [], widening: [] },
  });
  const evidence = { recorded: known.id, found: observed.id, createdAt };
  const message = `${observed.arn} was replaced at ${createdAt}: it is not the role that azfed made.`;
  return {
    change: { ...change, hold: 'replaced' },
    findings: [finding('role.replaced', message, { ...aboutRole(facts, observed), evidence })],
  };
}
