import type { RoleArn } from '../../shared/domain/kernel/ids.ts';
import { REVOCATION_POLICY } from '../../shared/domain/plan/revocation.ts';
import type { WriteStep } from '../../shared/domain/iam/iam-operation.ts';
import type { Check, RoleWrite } from './role-write.ts';
import { excess } from './objections.ts';
import { findGrant, widens } from './role-write.ts';
import { note } from './memory.ts';
import type { Process } from './process.ts';
import { listRoleRecords } from './table.ts';
import type { World } from './world.ts';

export const isRevocation = (step: WriteStep): boolean =>
  step.action === 'putInlinePolicy' && step.name === REVOCATION_POLICY;

/** What stood there soon before our own write may be read late: that it is back is not held to be anybody's doing. */
const PROPAGATION_MS = 3 * 60_000;

/** I2: where sessions are revoked, nothing is widened before those are that were issued while a role was too wide. */
export const revokesFirst: Check = ({ memory }, _process, { step, before, after }) => {
  const isOwed = memory.owed.has(after.id) && !isRevocation(step);
  return isOwed && widens(before, after)
    ? [`I2 ${after.name} is widened before older sessions are revoked`]
    : [];
};

/**
 * azfed begins to narrow what somebody made wider, or has revoked what was issued until then. What is narrowed while its
 * grant does not revoke is final: a grant that asks for it later means what is widened from then on.
 */
export function noteOwed(world: World, process: Process, { step, after }: RoleWrite): void {
  const { memory } = world;
  if (isRevocation(step)) {
    if (memory.owed.delete(after.id)) note(memory, 'sessions revoked');
    return;
  }
  const widened = memory.widened.get(after.id);
  if (!widened || widened.processes >= process.number) return;
  memory.widened.delete(after.id);
  if (!findGrant(world, after.arn)?.revokeSessions) return;
  if (wasWider(world, process, after.arn) && isSurelyTheirs(world, after.arn, widened.at))
    memory.owed.add(after.id);
}

function wasWider(world: World, { found, seen = [] }: Process, arn: RoleArn): boolean {
  const role = found.get(arn);
  return role !== undefined && excess(world, seen, role).size > 0;
}

/** Nothing that was read late; and the role is kept, for sessions of one that is being taken over were rightly issued. */
function isSurelyTheirs({ table }: World, arn: RoleArn, at: number): boolean {
  const kept = listRoleRecords(table, arn).filter(({ role }) => Object.keys(role.written).length > 0);
  return kept.length > 0 && kept.every(({ role }) => at - role.writtenAt > PROPAGATION_MS);
}
