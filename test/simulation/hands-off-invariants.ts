import { listClaims } from '../../shared/domain/records/connection-record.ts';
import type { AccountId, ConnectionId, OrganizationId, ProjectId } from '../../shared/domain/kernel/ids.ts';
import type { PauseScope, RecordedControls } from '../../shared/domain/records/deployment-record.ts';
import type { Check, RoleWrite } from './role-write.ts';
import { findGrant, newlyAdmitted } from './role-write.ts';
import { admitted } from './admission.ts';
import { isRecorded, isTaken } from './objections.ts';
import type { Process } from './process.ts';
import { recordedConnections, listRoleRecords } from './table.ts';
import type { World } from './world.ts';
import { isRevocation } from './revocation-invariants.ts';

/** What a write is about, for those who look whether it may be at all. */
interface Place {
  readonly account: AccountId;
  readonly organizations: readonly OrganizationId[];
  readonly grants: readonly string[];
  readonly connections: readonly ConnectionId[];
  readonly projects: readonly ProjectId[];
  /** Changes that take turns with this one: each of them has an intent. */
  readonly underWay: number;
}

/**
 * I9: nothing is written where the grant says observe, before a person has said yes, or where a person has suspended it.
 * Where a breaker has tripped and nobody has resumed, and in a deny window, roles are only narrowed (I17).
 */
export const writesWhenPermitted: Check = (world, process, write) => {
  const { after, step } = write;
  const what = `${step.action} on ${after.name}`;
  if (findGrant(world, after.arn)?.mode === 'observe') return [`I9 ${what} while only observing`];
  const begins = !process.changing.has(after.arn);
  const place = locateWrite(world, write);
  const why = [
    begins && isPaused(process, place) && 'while it is suspended',
    isNew(process) && 'before anybody said yes',
    !narrowsOnly(process, write) && isTripped(process, place) && 'though a breaker has tripped',
    isInWindow(world, process) && !mayGoOnInWindow(world, process, write) && 'in a deny window',
  ];
  return why.filter((one) => typeof one === 'string').map((one) => `I9 ${what} ${one}`);
};

/** The same of a provider, which belongs to the account and the organization. */
export function whyNotProvider(world: World, process: Process, account: AccountId): readonly string[] {
  const organizations = world.configuration.organizations.map(({ id }) => id);
  const place = { account, organizations, grants: [], connections: [], projects: [], underWay: 1 };
  const why = [
    world.configuration.grants.every(({ mode }) => mode === 'observe') && 'while only observing',
    isPaused(process, place) && 'while it is suspended',
    isNew(process) && 'before anybody said yes',
    isTripped(process, place) && 'though a breaker has tripped',
    isInWindow(world, process) && 'in a deny window',
  ];
  return why.filter((one) => typeof one === 'string');
}

const isAutomatic = ({ initiator }: Process) => initiator.trigger === 'schedule';

const isNew = (process: Process) => isAutomatic(process) && process.planned?.bootstrapped === undefined;

/** Effects between the last look at the controls and the first write of a change, beside an intent for each connection. */
const GRACE = 4;

/** Suspended when it looked first, or for longer than a change takes to begin. */
function isPaused(process: Process, place: Place): boolean {
  const grace = (GRACE + Math.max(1, place.connections.length)) * Math.max(1, place.underWay);
  const known = [process.planned, process.decided.at(-1 - grace)];
  const now = process.now();
  return known.some(
    (controls) => controls && listPauses(controls, now).some((scope) => covers(scope, place)),
  );
}

const listPauses = ({ pauses }: RecordedControls, now: number): readonly PauseScope[] =>
  pauses.filter(({ until }) => until > now).map(({ scope }) => scope);

function covers(scope: PauseScope, { account, organizations, grants, connections }: Place): boolean {
  switch (scope.of) {
    case 'everything':
      return true;
    case 'organization':
      // What several organizations share is held when it is held for each of them.
      return organizations.every((id) => id === scope.id);
    case 'account':
      return scope.id === account;
    case 'grant':
      return grants.includes(scope.name);
    case 'connection':
      return connections.includes(scope.id);
  }
}

function locateWrite(world: World, { after }: RoleWrite): Place {
  const records = listRoleRecords(world.table, after.arn);
  const items = recordedConnections(world.table).filter(({ connectionId }) =>
    records.some((record) => record.connectionId === connectionId),
  );
  return {
    account: after.account,
    organizations: items.map(({ organizationId }) => organizationId),
    grants: records.map(({ role }) => role.grant),
    connections: records.map(({ connectionId }) => connectionId),
    underWay: recordedConnections(world.table).filter((item) =>
      listClaims(item).some(({ role }) => role.intent),
    ).length,
    projects: items.flatMap(({ references }) => references.map(({ projectId }) => projectId)),
  };
}

/** Too much drifted in the account, or too much is missing in a project of the role or in the organization. */
function isTripped(process: Process, { account, projects }: Place): boolean {
  if (!isAutomatic(process)) return false;
  const tripped = (process.planned?.breakers ?? []).filter(({ resumed }) => !resumed);
  return tripped.some(({ scope }) => {
    if (scope.of === 'drift') return scope.account === account;
    return scope.project === undefined || (scope.account === account && projects.includes(scope.project));
  });
}

function isInWindow({ configuration }: World, process: Process): boolean {
  if (!isAutomatic(process)) return false;
  const at = process.observedAt;
  return configuration.denyWindows.some(
    (window) => 'until' in window && Date.parse(window.from) <= at && at < Date.parse(window.until),
  );
}

/** It takes access away, or puts back what limits it. Marks do neither. */
function narrowsOnly({ read }: Process, write: RoleWrite): boolean {
  const { before, after, step } = write;
  if (!before || newlyAdmitted(before, after).length > 0) return false;
  if (step.action === 'putInlinePolicy')
    return isRevocation(step) || Object.hasOwn(before.inlinePolicies, step.name);
  // Somebody may have shortened them between the last read and the write.
  const last = read.get(after.arn) ?? before;
  if (step.action === 'updateRole')
    return after.maxSessionDuration <= Math.max(before.maxSessionDuration, last.maxSessionDuration);
  return ['setTrust', 'setBoundary', 'detachManagedPolicy', 'deleteInlinePolicy'].includes(step.action);
}

const mayGoOnInWindow = (world: World, process: Process, write: RoleWrite) =>
  narrowsOnly(process, write) && !retires(world, process, write);

/** A connection that has the role by the record, and its name still, is revoked from it, and no impostor holds its name. */
function retires(world: World, process: Process, write: RoleWrite): boolean {
  const { before, after, step } = write;
  if (!before || step.action !== 'setTrust' || admitted(after.trust, after.account).size > 0) return false;
  const held = new Set((process.seen ?? []).flatMap(({ subjects }) => [...subjects]));
  const isRevoked = [...admitted(before.trust, before.account)].some(
    (subject) => held.has(subject) && isRecorded(world, after.arn, subject),
  );
  return isRevoked && !hasImpostor(world, process, write);
}

/** Another connection holds a name that was let into the role. */
function hasImpostor(world: World, { seen = [] }: Process, { after }: RoleWrite): boolean {
  return [...(world.memory.pins.get(after.arn) ?? [])].some((owner) => isTaken(world, seen, owner));
}
