import { canonicalJson } from '../../shared/domain/kernel/digest.ts';
import type { RoleArn } from '../../shared/domain/kernel/ids.ts';
import type { RoleState } from '../../shared/domain/iam/role.ts';
import type { ObservedRole } from '../../shared/domain/iam/role.ts';
import { findEvidence } from './evidence.ts';
import type { Check, RoleWrite } from './role-write.ts';
import { requestsRole, findGrant, newlyAdmitted } from './role-write.ts';
import type { GivenApproval } from './memory.ts';
import { note } from './memory.ts';
import type { Process } from './process.ts';
import { listRoleRecords } from './table.ts';
import type { World } from './world.ts';

const DAY_MS = 24 * 60 * 60_000;

/** I5: a role goes only with evidence, after the waiting time, unused, with a snapshot and a second person's yes. */
export const retiresWithCare: Check = (world, process, write) => [
  ...dismantlesWithCare(world, process, write),
  ...opensWithCare(world, process, write),
];

const dismantlesWithCare: Check = (world, process, { before, after, step }) => {
  const { dismantled } = world.memory;
  const isDeletion = step.action === 'deleteRole';
  if (isDeletion) process.deletions += 1;
  const isSecond = isDeletion && process.deletions > 1;
  const isAbout = isDeletion || isMeantToGo(world, after.arn);
  const begins = before && isAbout && !continuesRemoval(world, process, after);
  if (isAbout) dismantled.set(after.id, after);
  return [
    ...(isSecond ? [`I5 ${after.name} is the second role to go in a run`] : []),
    ...(begins ? whyNot(world, process, before) : []).map((why) => `I5 ${after.name} is dismantled: ${why}`),
  ];
};

/** It was begun, and stands as it was left then. */
function continuesRemoval(
  { memory }: World,
  { changing, found }: Process,
  { arn, id }: ObservedRole,
): boolean {
  const left = memory.dismantled.get(id);
  const seen = found.get(arn);
  return left !== undefined && (changing.has(arn) || (seen !== undefined && isSame(left, seen)));
}

const isMeantToGo = ({ table }: World, arn: RoleArn) =>
  listRoleRecords(table, arn).some(({ role: { intent } }) => intent?.operation === 'delete');

/** What is missing before a role may go. */
function whyNot(world: World, process: Process, role: ObservedRole): readonly string[] {
  const seen = process.found.get(role.arn) ?? role;
  const why = [
    !isProven(world, role.arn) && 'nothing shows that nobody asks for it any more',
    !hasWaited(world, process, seen) && 'it has not waited long enough, unused',
    !isApproved(world, process, seen) && 'no second person has said yes',
    !isKept(world, process.read.get(role.arn) ?? role) && 'there is no snapshot of it',
    findGrant(world, role.arn)?.retire !== 'delete' && 'its grant does not say to delete',
  ];
  return why.filter((one) => typeof one === 'string');
}

const listOwners = ({ memory }: World, arn: RoleArn) => [...(memory.pins.get(arn) ?? [])];

function isProven(world: World, arn: RoleArn): boolean {
  return listOwners(world, arn).every((owner) => findEvidence(world, arn, owner) !== undefined);
}

function hasWaited(world: World, { observedAt }: Process, { arn, lastUsedAt = 0 }: ObservedRole): boolean {
  const { configuration } = world;
  const proven = listOwners(world, arn).map((owner) => findEvidence(world, arn, owner) ?? 0);
  return observedAt - Math.max(lastUsedAt, ...proven) >= configuration.limits.deletionWaitDays * DAY_MS;
}

/** Somebody else than the one who acts, or who began it, has seen this very role and said yes, not an hour before that. */
function isApproved(world: World, { initiator, observedAt }: Process, role: ObservedRole): boolean {
  const { begun } = world.memory;
  const intents = listRoleRecords(world.table, role.arn).flatMap(({ role: { intent } }) => intent ?? []);
  const begunAt = Math.min(observedAt, ...intents.map(({ at }) => at));
  const actors = intents
    .filter(({ changeId }) => begun.has(changeId))
    .map(({ changeId }) => begun.get(changeId));
  if (actors.length === 0 && initiator.trigger === 'person') actors.push(initiator.actor ?? '');
  const matchesApproval = ({ by, until, roles }: GivenApproval) => {
    const approved = roles.get(role.arn);
    const isOther = !actors.includes(by) && !actors.includes('');
    return isOther && until > begunAt && approved?.id === role.id && isRemainder(role, approved);
  };
  return world.memory.approvals.some(matchesApproval);
}

function isKept({ table }: World, role: ObservedRole): boolean {
  return listRoleRecords(table, role.arn).every(
    ({ role: { snapshot } }) => snapshot && isRemainder(role, snapshot),
  );
}

const isSame = (one: RoleState, other: RoleState) =>
  canonicalJson(pickState(one)) === canonicalJson(pickState(other));

/** Whoever takes policies off a role that is about to go leaves what was approved and kept, or less of it. */
function isRemainder(left: RoleState, whole: RoleState): boolean {
  const managedPolicies = whole.managedPolicies.filter((arn) => left.managedPolicies.includes(arn));
  const inline = Object.entries(whole.inlinePolicies).filter(([name]) => name in left.inlinePolicies);
  return isSame(left, { ...whole, managedPolicies, inlinePolicies: Object.fromEntries(inline) });
}

function pickState({
  trust,
  boundary,
  managedPolicies,
  inlinePolicies,
  maxSessionDuration,
  description,
  tags,
}: RoleState) {
  return {
    ...{ trust, inlinePolicies, maxSessionDuration, description, tags },
    boundary: boundary ?? null,
    managedPolicies: [...managedPolicies].sort(),
  };
}

/** What was made again after a deletion opens only when a second person has said yes. */
const opensWithCare: Check = (world, process, { before, after, step }) => {
  const { memory } = world;
  if (isRestoration(world, process, step, after.arn)) memory.restored.add(after.id);
  if (!memory.restored.has(after.id) || newlyAdmitted(before, after).length === 0) return [];
  memory.restored.delete(after.id);
  note(memory, 'restored role opened');
  const seen = process.found.get(after.arn);
  return seen && isApproved(world, process, seen)
    ? []
    : [`I5 ${after.name} was made again and is opened, and no second person has said yes`];
};

/** It is made again by a person's wish alone: nobody asks for it. */
function isRestoration(
  world: World,
  { scope, seen = [] }: Process,
  { action }: RoleWrite['step'],
  arn: RoleArn,
): boolean {
  return (
    action === 'createRole' && scope?.asks === 'restore' && !seen.some((one) => requestsRole(world, arn, one))
  );
}

/** Whether a write was the end of a role, or its return. */
export function noteRetirement(world: World, process: Process, step: RoleWrite['step']): void {
  if (step.action === 'deleteRole') note(world.memory, 'role deleted');
  if (step.action === 'createRole' && isRestoration(world, process, step, step.role))
    note(world.memory, 'role restored');
}
