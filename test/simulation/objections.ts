import { NO_BOUNDARY } from '../../shared/domain/configuration/configuration.ts';
import type { ConnectionId, RoleArn } from '../../shared/domain/kernel/ids.ts';
import type { ObservedRole } from '../../shared/domain/iam/role.ts';
import { admitted, beyond } from './admission.ts';
import { withoutOrganization } from './memory.ts';
import type { Resident } from './azure-devops.ts';
import { requestsRole, findGrant } from './role-write.ts';
import { listRoleRecords } from './table.ts';
import { wanted, widths } from './widths.ts';
import type { World } from './world.ts';

/** Why a subject may not be let into a role now; `undefined` when it may. */
export function objection(world: World, seen: readonly Resident[], arn: RoleArn, subject: string) {
  const { opened, leftNames, pins, tombs } = world.memory;
  const grant = findGrant(world, arn);
  const holders = seen.filter(({ subjects }) => subjects.has(subject));
  const [holder, another] = holders;
  if (!grant || !holder || !requestsRole(world, arn, holder))
    return 'no connection of that name asks for the role';
  if (another) return 'two connections hold that name';
  const buried = [...tombs].find(
    ([id, names]) =>
      id !== holder.id &&
      names.has(subject) &&
      opened.get(id)?.has(subject) &&
      !leftNames.get(id)?.has(subject),
  );
  if (buried) return `the name was that of the deleted connection ${buried[0]}`;
  const owner = [...(pins.get(arn) ?? [])].find((id) => id !== holder.id);
  return owner !== undefined && !grant.shareRole ? `the role is that of connection ${owner}` : undefined;
}

/** Whether the table says that the subject is in the role, of a connection that has ever had that name. */
export function isRecorded({ table, memory }: World, arn: RoleArn, subject: string): boolean {
  return listRoleRecords(table, arn).some(
    ({ connectionId, role }) =>
      memory.named.get(connectionId)?.has(withoutOrganization(subject)) &&
      [...role.subjects, ...role.formerSubjects].some((bound) => bound.subject === subject),
  );
}

/** A connection that has nothing to do with the role holds a name now that is let into it. */
function hasChangedHands(
  { table }: World,
  shown: readonly Resident[],
  arn: RoleArn,
  subject: string,
): boolean {
  const holders = shown.filter(({ subjects }) => subjects.has(subject));
  const owners = listRoleRecords(table, arn).map(({ connectionId }) => connectionId);
  return holders.length > 0 && holders.every(({ id }) => !owners.includes(id));
}

/** What of a role is wider than it is to be: impostors, and whatever its grant does not say. */
export function excess(world: World, shown: readonly Resident[], role: ObservedRole): ReadonlySet<string> {
  const everOpened = new Set([...world.memory.opened.values()].flatMap((subjects) => [...subjects]));
  const grant = findGrant(world, role.arn);
  const isShort = role.maxSessionDuration <= (grant?.maxSessionDuration ?? 0);
  // A boundary that somebody put there takes away, and azfed has no right to remove it.
  const isBare = grant?.boundary === NO_BOUNDARY;
  return new Set([
    ...[...admitted(role.trust, role.account)]
      .filter(
        (subject) =>
          hasChangedHands(world, shown, role.arn, subject) ||
          (!everOpened.has(subject) && !isRecorded(world, role.arn, subject)),
      )
      .filter((subject) => objection(world, shown, role.arn, subject) !== undefined)
      .map((subject) => `trust in ${subject}`),
    ...beyond(widths(role), wanted(grant, role)).filter(
      (width) => !(isShort && width.startsWith('sessions')) && !(isBare && width.startsWith('boundary')),
    ),
  ]);
}

/** Whether another connection has a name that the owner was let in under, or left, whatever the organization calls itself. */
export function isTaken({ memory }: World, shown: readonly Resident[], owner: ConnectionId): boolean {
  const own = [...(memory.opened.get(owner) ?? []), ...(memory.tombs.get(owner) ?? [])];
  const names = new Set(own.map(withoutOrganization));
  return shown.some(
    ({ id, subjects }) =>
      id !== owner && [...subjects].some((subject) => names.has(withoutOrganization(subject))),
  );
}

/** Whether another connection has this name now, whatever the organization calls itself. */
export function isHeldByOthers(shown: readonly Resident[], owner: ConnectionId, subject: string): boolean {
  const name = withoutOrganization(subject);
  return shown.some(
    ({ id, subjects }) => id !== owner && [...subjects].some((one) => withoutOrganization(one) === name),
  );
}
