import type { ConnectionId, RoleArn } from '../../shared/domain/kernel/ids.ts';
import type { Resident } from './azure-devops.ts';
import { admitted } from './admission.ts';
import { mayCloseMissing } from './missing-invariants.ts';
import { isTaken } from './objections.ts';
import type { Check } from './role-write.ts';
import { requestsRole, findGrant, newlyAdmitted } from './role-write.ts';
import { listClaims, recordedConnections, listRoleRecords } from './table.ts';
import type { World } from './world.ts';

const evidenceKey = (arn: string, connectionId: string) => `${arn} ${connectionId}`;

/**
 * What a look proves of those who have a role: that they are there and ask for it no more, or that another connection
 * holds their name. That one is not there proves nothing, unless a person has said that it is gone.
 */
export function noteEvidence(world: World, residents: readonly Resident[], isWhole: boolean): void {
  const { evidence, givenUp } = world.memory;
  for (const item of recordedConnections(world.table)) {
    const { connectionId } = item;
    const resident = residents.find(({ id }) => id === connectionId);
    const isGone = !resident && isWhole && givenUp.has(connectionId);
    const isProof = isGone || isClear(resident) || isTaken(world, residents, connectionId);
    for (const { arn } of listClaims(item)) {
      const key = evidenceKey(arn, connectionId);
      if (isWanted(world, resident, arn)) evidence.delete(key);
      else if (isProof && !evidence.has(key)) evidence.set(key, world.clock.now());
    }
  }
}

const isWanted = (world: World, resident: Resident | undefined, arn: RoleArn) =>
  resident && requestsRole(world, arn, resident) && findGrant(world, arn);

/** It is plain what the connection asks for. */
const isClear = (resident: Resident | undefined) =>
  resident !== undefined && resident.type !== null && resident.oidc !== 'unclear' && resident.oidc !== null;

/** Since when it is proven that the connection has no more to do with the role. Epoch milliseconds. */
export const findEvidence = ({ memory }: World, arn: RoleArn, connectionId: ConnectionId) =>
  memory.evidence.get(evidenceKey(arn, connectionId));

/** I6: nobody is revoked from a role of whom nothing was seen. Whom somebody else lets in after the look was not in. */
export const revokesKnowingly: Check = (world, process, { before, after }) => {
  const { seen = [], found } = process;
  const snapshot = found.get(after.arn);
  const wasIn = snapshot && admitted(snapshot.trust, snapshot.account);
  const out = before ? newlyAdmitted(after, before) : [];
  const lost = new Set(out.filter((subject) => wasIn?.has(subject) ?? true));
  return listRoleRecords(world.table, after.arn)
    .filter(({ role }) => role.subjects.some(({ subject }) => lost.has(subject)))
    .filter(({ connectionId }) => !seen.some(({ id, oidc }) => id === connectionId && oidc !== null))
    .filter(({ connectionId }) => findEvidence(world, after.arn, connectionId) === undefined)
    .filter((item) => !mayCloseMissing(world, process, after.arn, item))
    .map(({ connectionId }) => `I6 connection ${connectionId} is shut out of ${after.name} unseen`);
};
