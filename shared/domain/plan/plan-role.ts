import { because, type RoleChange } from './change.ts';
import type { Binding } from '../desired/bindings.ts';
import type { Grant } from '../configuration/configuration.ts';
import { isDisputed } from './repair-loop.ts';
import { hasAdmission, allowingPart } from '../policy/live-trust.ts';
import { samePolicy } from '../policy/canonical-policy.ts';
import { toList, type Statement } from '../policy/policy-document.ts';
import { foreignDenials, trustSize } from '../policy/trust-document.ts';
import { planClosing } from './plan-closing.ts';
import { syncDeletion } from './plan-deletion.ts';
import { isOfFunction, isOurs, isReplaced } from './ownership.ts';
import { planReplaced } from './plan-restoration.ts';
import { planRepair } from './plan-repair.ts';
import { PROPAGATION_MS } from './role-comparison.ts';
import { lackingFields, missingPolicyFindings } from '../desired/policy-needs.ts';
import type { RecordedRole } from '../records/connection-record.ts';
import type { Step } from '../iam/iam-operation.ts';
import type { ObservedRole } from '../iam/role.ts';
import { designTrust, type RoleDesign } from '../desired/role-design.ts';
import { designKept, names, refuse, roleChange, type RoleFacts, type RolePlan } from './role-facts.ts';
import { roleFields } from '../iam/role-fields.ts';
import { creationSteps } from './role-steps.ts';
import { isAbsenceConfirmed } from './retirement.ts';
import { DENY_EVERYBODY, isListed, keepAdditions } from '../policy/trust-narrowing.ts';

/**
 * What is to be done with one role:
 *
 *     wished | recorded | observed              | then
 *     -------+----------+-----------------------+------------------------------------------------
 *     yes    | -        | not there             | create (new)
 *     yes    | -        | there                 | not ours: `role.not-owned`, or taken over when a person asks for it
 *     yes    | intent   | there, new, marked    | ours: what an interrupted run began is finished
 *     yes    | yes      | there, same RoleId    | repair, or nothing
 *     yes    | yes      | there, other RoleId   | not ours: `role.replaced`, held until a person adopts it or deletes it
 *     yes    | yes      | not there             | create (gone), after a second look
 *     no     | yes      | there, ours           | close
 *     no     | yes      | anything else         | nothing
 */
export function planRole(facts: RoleFacts): RolePlan {
  const planned = decideRole(facts);
  const { change } = planned;
  const left = keepRetiredBindings(facts);
  if (!change || !left || change.kind === 'create' || change.kind === 'delete') return planned;
  const meanwhile = decideRole(left).change;
  const isOfUse = meanwhile?.kind === 'repair' && meanwhile.narrowing.length > 0;
  return { ...planned, change: { ...change, retires: true, ...(isOfUse ? { meanwhile } : {}) } };
}

/** Those who are to be revoked because they ask for the role no more, or are missing, stay in it as recorded; `undefined`: there are none. */
function keepRetiredBindings(facts: RoleFacts): RoleFacts | undefined {
  const { target } = facts;
  if (!target.bindings.some(isLeaving)) return undefined;
  const bindings = target.bindings.map((binding) => {
    if (!isLeaving(binding)) return binding;
    const { closed: _, ...rest } = binding;
    return { ...rest, ...binding.recorded };
  });
  return { ...facts, target: { ...target, bindings } };
}

const isLeaving = ({ closed, recorded }: Binding): boolean =>
  closed !== undefined && closed.reason !== 'recreated' && recorded !== undefined;

function decideRole(all: RoleFacts): RolePlan {
  if (!all.target.grant) return planClosing(all);
  const facts = withinQuota(keepAdmittedFormers(all), all.target.grant);
  const { target, observed, namesake } = facts;
  if (namesake && !observed)
    return refuse(
      facts,
      'case-clash',
      `IAM takes ${target.role.arn} and the existing ${namesake} for one name.`,
    );
  const design = designKept(facts, all.target.grant);
  const size = writtenSize(design, facts.shown);
  if (size > facts.trustLength) return planOverQuota(facts, all.target.grant, size);
  if (!observed) return planAbsent(facts, all.target.grant, design);
  return planPresent(facts, all.target.grant, design, observed);
}

/** Of the trust as it would be written: what somebody added and what stays, such as a Deny or a condition, counts too. */
function writtenSize({ state, trust, former }: RoleDesign, observed: ObservedRole | undefined): number {
  const isAsAsked = !observed || samePolicy(observed.trust, state.trust);
  return trustSize(isAsAsked ? state.trust : keepAdditions(observed.trust, trust, former));
}

/** The trust that is asked for has no room. Whom the record has stays in it, and the rest of the role is fixed. */
function planOverQuota(facts: RoleFacts, grant: Grant, size: number): RolePlan {
  const { target, observed, trustLength } = facts;
  const refused = refuse(
    facts,
    'over-quota',
    `The trust of ${target.role.arn} would have ${size} characters; ${trustLength} are allowed.`,
  );
  if (!observed || isForeignAdoption(facts, observed)) return refused;
  const bindings = target.bindings.map((binding) => {
    const had = new Set(binding.recorded?.subjects.map(({ subject }) => subject));
    return { ...binding, subjects: binding.subjects.filter(({ subject }) => had.has(subject)) };
  });
  const kept = { ...facts, target: { ...target, bindings } };
  const { change, ...planned } = planPresent(kept, grant, designKept(kept, grant), observed);
  const fitting = change && dropOversized(change, trustLength);
  const isOfUse = fitting && fitting.narrowing.length + fitting.widening.length > 0;
  return {
    ...planned,
    ...(isOfUse ? { change: fitting } : {}),
    ...refused,
    findings: [...refused.findings, ...planned.findings],
  };
}

/** The change without trusts that IAM refuses for their length. No narrowing has one. */
function dropOversized(change: RoleChange, trustLength: number): RoleChange {
  const { atOnce: _, widening, ...rest } = change;
  const isOversized = (step: Step) => step.action === 'setTrust' && trustSize(step.trust) > trustLength;
  const isOfTrust = (step: Step) =>
    step.action === 'setTrust' ||
    (step.action === 'readBack' && Object.keys(step.expected).join() === 'trust');
  if (!widening.some(isOversized)) return change;
  return { ...rest, widening: widening.filter((step) => !isOfTrust(step)) };
}

function planPresent(facts: RoleFacts, grant: Grant, design: RoleDesign, observed: ObservedRole): RolePlan {
  if (observed.isFromTemplate)
    return refuse(facts, 'from-template', `${observed.arn} comes from an AWS role template.`);
  if (!isOurs(facts, observed)) {
    if (facts.asks !== 'adopt') return planForeign(facts, grant, observed);
    if (isOfFunction(observed))
      return refuse(
        facts,
        'not-owned',
        `${observed.arn} is a role of Lambda functions, as azfed's own roles are. azfed adopts no such role.`,
      );
  }
  const planned = planRepair(facts, grant, design, observed);
  if (!isForeignAdoption(facts, observed)) return planned;
  return refuseFullTags(facts, observed, planned) ?? refuseShut(facts, planned) ?? planned;
}

/** A person asks for a role that is somebody else's: one of azfed's own is repaired as far as it goes. */
const isForeignAdoption = (facts: RoleFacts, observed: ObservedRole): boolean =>
  facts.asks === 'adopt' && !isOurs(facts, observed);

/** An adoption never shuts everybody out because what is to stay of the trust leaves no room. */
function refuseShut(facts: RoleFacts, { change }: RolePlan): RolePlan | undefined {
  const isShut = change?.narrowing.some(
    (step) => step.action === 'setTrust' && isListed(DENY_EVERYBODY, toList<Statement>(step.trust.Statement)),
  );
  if (isShut !== true || !facts.shown || isListed(DENY_EVERYBODY, foreignDenials(facts.shown.trust)))
    return undefined;
  return refuse(
    facts,
    'over-quota',
    `The trust of ${facts.target.role.arn}, narrowed, has no room beside its Deny statements and conditions; ${facts.trustLength} characters are allowed.`,
  );
}

/** Quotas of IAM: tags of a role. Not adjustable. */
const MOST_TAGS = 50;

/** An adoption of a role that has no room for azfed's tags would fail halfway. */
function refuseFullTags(
  facts: RoleFacts,
  observed: ObservedRole,
  { change }: RolePlan,
): RolePlan | undefined {
  const moved = (change?.differences ?? []).filter(({ path }) => path.startsWith('tags.'));
  const [added, removed] = [
    moved.filter(({ actual }) => actual === undefined).length,
    moved.filter(({ expected }) => expected === undefined).length,
  ];
  const count = Object.keys((facts.shown ?? observed).tags).length + added - removed;
  if (added === 0 || count <= MOST_TAGS) return undefined;
  return refuse(
    facts,
    'too-many-tags',
    `${observed.arn} would have ${count} tags; ${MOST_TAGS} are allowed.`,
  );
}

function planForeign(facts: RoleFacts, grant: Grant, observed: ObservedRole): RolePlan {
  if (isReplaced(facts, observed)) return planReplaced(facts, observed, grant);
  return refuse(facts, 'not-owned', `${observed.arn} exists, but azfed did not make it.`);
}

/**
 * An old name may stay where the live trust lets it in, and is never let in again: only the table names it, and that
 * authorises nobody. However the trust is spelled, and whatever else stands in it.
 */
function keepAdmittedFormers(facts: RoleFacts): RoleFacts {
  const { target, observed } = facts;
  if (!hasFormers(facts)) return facts;
  const live = observed && allowingPart(observed.trust);
  const ours = designTrust(target.role, target.bindings);
  const isAdmitted = (subject: string) =>
    live !== undefined &&
    ours.some((binding) => binding.subjects.includes(subject) && hasAdmission(live, binding, subject));
  const bindings = target.bindings.map((binding) => ({
    ...binding,
    formerSubjects: binding.formerSubjects.filter(({ subject }) => isAdmitted(subject)),
  }));
  return { ...facts, target: { ...target, bindings } };
}

/** Former names are a courtesy to tokens under way: where there is no room for both, the new ones go first. */
function withinQuota(facts: RoleFacts, grant: Grant): RoleFacts {
  const { target, trustLength } = facts;
  if (!hasFormers(facts)) return facts;
  if (writtenSize(designKept(facts, grant), facts.shown) <= trustLength) return facts;
  const bindings = target.bindings.map((binding) => ({ ...binding, formerSubjects: [] }));
  return { ...facts, target: { ...target, bindings } };
}

const hasFormers = ({ target }: RoleFacts): boolean =>
  target.bindings.some(({ formerSubjects }) => formerSubjects.length > 0);

function planAbsent(facts: RoleFacts, grant: Grant, design: RoleDesign): RolePlan {
  const deletion = syncDeletion(facts);
  if (!deletion) return planMissing(facts, grant, design);
  // What azfed itself has deleted is told so, and then it is a new role that is asked for.
  return deletion.recordSync
    ? { ...planMissing({ ...facts, recorded: [] }, grant, design), ...deletion }
    : deletion;
}

function planMissing(facts: RoleFacts, grant: Grant, design: RoleDesign): RolePlan {
  const { target, recorded, now } = facts;
  const known = recorded.find(({ id }) => id !== undefined);
  if (known && now - known.writtenAt < PROPAGATION_MS) return { findings: [] };
  if (!target.bindings.some(({ isReady }) => isReady)) return { findings: [] };
  return grant.permissions === 'unmanaged'
    ? planNotMade(facts, grant, design, known)
    : planCreation(facts, grant, design, known);
}

function describeCause(bindings: RoleFacts['target']['bindings']): string {
  return bindings.every(({ isOtherType }) => isOtherType)
    ? `The configuration gives ${names(bindings)} a role`
    : `${names(bindings)} asks for OIDC`;
}

/** What every creation says of a role that is not there, whoever makes it. `known`: azfed had made it before. */
function describeAbsence({ name, mode, retire }: Grant, known: RecordedRole | undefined) {
  return {
    kind: 'create',
    cause: known ? 'gone' : 'new',
    ...{ grant: name, mode, retire },
    severity: known ? 'medium' : 'info',
  } as const;
}

function planCreation(
  facts: RoleFacts,
  grant: Grant,
  design: RoleDesign,
  known: RecordedRole | undefined,
): RolePlan {
  const { target, recorded, now } = facts;
  const steps = creationSteps(target.role.arn, design);
  const change = roleChange(facts, {
    ...describeAbsence(grant, known),
    ...(known
      ? because('The role was deleted', `it is made again for ${names(target.bindings)}`)
      : because(describeCause(target.bindings), 'its role is made')),
    differences: [{ path: 'role', expected: { ...design.state, arn: target.role.arn } }],
    desired: roleFields(design.state),
    steps,
  });
  return {
    change: {
      ...change,
      ...(lackingFields(design.state, facts.missingPolicies).length > 0
        ? { hold: 'missing-policy' }
        : decideHold(recorded, known, now)),
    },
    ...(known && known.absentSince === undefined ? { isAbsent: true } : {}),
    findings: missingPolicyFindings(target, grant, design.state, facts.missingPolicies),
  };
}

/** The role is missing, and its permissions are somebody else's to give: azfed makes none, and says so. */
function planNotMade(
  facts: RoleFacts,
  grant: Grant,
  design: RoleDesign,
  known: RecordedRole | undefined,
): RolePlan {
  const { target } = facts;
  const { arn } = target.role;
  const refused = refuse(
    facts,
    'not-made',
    `${arn} does not exist, and grant ${grant.name} says \`permissions: unmanaged\`: azfed makes no such role.`,
  );
  const change = roleChange(facts, {
    ...describeAbsence(grant, known),
    reason: known
      ? `The role of ${names(target.bindings)} was deleted; whoever owns its permissions makes it again.`
      : `${names(target.bindings)} asks for OIDC; whoever owns the permissions of its role makes it.`,
    differences: [{ path: 'role', expected: { arn, trust: design.state.trust } }],
    desired: roleFields(design.state),
    steps: { narrowing: [], widening: [] },
  });
  return {
    change: { ...change, hold: 'unmanaged' },
    ...(known && known.absentSince === undefined ? { isAbsent: true } : {}),
    ...refused,
  };
}

function decideHold(
  recorded: readonly RecordedRole[],
  known: RecordedRole | undefined,
  now: number,
): Pick<RoleChange, 'hold'> {
  if (known && !isAbsenceConfirmed(known, now)) return { hold: 'second-look' };
  return recorded.some(isDisputed) ? { hold: 'disputed' } : {};
}
