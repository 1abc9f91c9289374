import { parseRoleArn } from '../../shared/domain/arn.ts';
import type { Grant } from '../../shared/domain/configuration.ts';
import { matchesPattern } from '../../shared/domain/glob.ts';
import type { RoleArn } from '../../shared/domain/ids.ts';
import type { ObservedRole } from '../../shared/domain/role.ts';
import { readManagedTrust } from '../../shared/domain/policy/trust-document.ts';
import { foreignDenials } from '../../shared/domain/policy/trust-document.ts';
import type { Statement } from '../../shared/domain/policy/policy-document.ts';
import { listOf } from '../../shared/domain/policy/policy-document.ts';
import type { ServiceConnection } from '../../shared/domain/service-connection.ts';
import type { WriteStep } from '../../shared/domain/step.ts';
import { admitted, beyond } from './admission.ts';
import { wanted, widths } from './widths.ts';
import { subjectsOf } from './azure-devops.ts';
import type { Process } from './process.ts';
import { remember } from './memory.ts';
import { recordedConnections } from './table.ts';
import type { World } from './world.ts';

/** One write to a role, and what it made of it. */
export interface RoleWrite {
  readonly step: Extract<WriteStep, { role: RoleArn }>;
  readonly before: ObservedRole | undefined;
  readonly after: ObservedRole;
}

type Check = (world: World, process: Process, write: RoleWrite) => readonly string[];

/** The grant that says what a role is to be: by the role's place, as the grants of the simulation are cut. */
export function grantOf({ configuration }: World, arn: RoleArn): Grant | undefined {
  const role = parseRoleArn(arn);
  return configuration.grants.find(
    (grant) => role?.path.startsWith(grant.role.path) && matchesPattern(grant.role.name, role.name),
  );
}

/** Whether the connection, as the process saw it, asks for this role. */
function asksFor(arn: RoleArn, one: ServiceConnection): boolean {
  return one.type.toLowerCase() === 'aws' && one.oidc === 'on' && one.requestedRoleArn === arn;
}

/** Why a subject may not be let into a role now; `undefined` when it may. */
export function objection(world: World, seen: readonly ServiceConnection[], arn: RoleArn, subject: string) {
  const { opened, pins, tombs } = world.memory;
  const grant = grantOf(world, arn);
  const holders = seen.filter((one) => subjectsOf(one).has(subject));
  const [holder, another] = holders;
  if (!grant || !holder || !asksFor(arn, holder)) return 'no connection of that name asks for the role';
  if (another) return 'two connections hold that name';
  const buried = [...tombs].find(
    ([id, names]) => id !== holder.id && names.has(subject) && opened.get(id)?.has(subject),
  );
  if (buried) return `the name was that of the deleted connection ${buried[0]}`;
  const owner = [...(pins.get(arn) ?? [])].find((id) => id !== holder.id);
  return owner !== undefined && !grant.shareRole ? `the role is that of connection ${owner}` : undefined;
}

/** Whether the table says that the subject is in the role. */
function isRecorded({ table }: World, arn: RoleArn, subject: string): boolean {
  return recordedConnections(table)
    .flatMap(({ role, earlier }) => [...(role ? [role] : []), ...earlier])
    .filter((role) => role.arn === arn)
    .some((role) => [...role.subjects, ...role.formerSubjects].some((bound) => bound.subject === subject));
}

/** I1, I12: whoever is newly let in is the one connection that holds the name, of the pinned organization. */
const letsInItsOwn: Check = (world, { seen }, { before, after }) => {
  const fresh = newlyAdmitted(before, after);
  return fresh.flatMap((subject) => {
    const why = seen ? objection(world, seen, after.arn, subject) : 'Azure DevOps was not read';
    // Who shares a role and is not clear at the moment stays in it as recorded, also when the role is put back.
    if (grantOf(world, after.arn)?.shareRole && isRecorded(world, after.arn, subject)) return [];
    return why === undefined ? [] : [`I1 ${subject} is let into ${after.name}: ${why}`];
  });
};

/** I1: what is written as a trust has our form; Deny statements of others may stand beside it. */
const writesItsForm: Check = (_world, _process, { step, after }) => {
  if (step.action !== 'setTrust' && step.action !== 'createRole') return [];
  const denials = foreignDenials(step.trust);
  const rest = listOf<Statement>(step.trust.Statement).filter((one) => !denials.includes(one));
  return readManagedTrust({ ...step.trust, Statement: rest })
    ? []
    : [`I1 the trust of ${after.name} has another form`];
};

/** I2: nothing is wider than it was or is to be; and nothing widens while what the look found too wide still is. */
const narrowsFirst: Check = (world, { found, seen: shown = [] }, { before, after }) => {
  const desired = wanted(grantOf(world, after.arn), after);
  const tooWide = beyond(widths(after), widths(before)).filter((width) => !desired.has(width));
  const seen = found.get(after.arn);
  const pending =
    seen && widens(before, after)
      ? [...excess(world, shown, seen)].filter((one) => excess(world, shown, after).has(one))
      : [];
  return [
    ...tooWide.map((width) => `I2 ${after.name} gets ${width}, which its grant does not say`),
    ...pending.map((one) => `I2 ${after.name} is widened while ${one} is pending`),
  ];
};

function widens(before: ObservedRole | undefined, after: ObservedRole): boolean {
  if (!before) return false;
  const names = new Set([...before.managedPolicies, ...Object.keys(before.inlinePolicies)]);
  const adds = beyond([...after.managedPolicies, ...Object.keys(after.inlinePolicies)], names).length > 0;
  return (
    adds || after.maxSessionDuration > before.maxSessionDuration || newlyAdmitted(before, after).length > 0
  );
}

/** What of a role is wider than it is to be: strangers, and whatever its grant does not say. */
function excess(world: World, shown: readonly ServiceConnection[], role: ObservedRole): ReadonlySet<string> {
  const everOpened = new Set([...world.memory.opened.values()].flatMap((subjects) => [...subjects]));
  const grant = grantOf(world, role.arn);
  const isShort = role.maxSessionDuration <= (grant?.maxSessionDuration ?? 0);
  return new Set([
    ...beyond(admitted(role.trust, role.account), everOpened)
      .filter(
        (subject) =>
          !isRecorded(world, role.arn, subject) && objection(world, shown, role.arn, subject) !== undefined,
      )
      .map((subject) => `trust in ${subject}`),
    ...beyond(widths(role), wanted(grant, role)).filter(
      (width) => !(isShort && width.startsWith('sessions')),
    ),
  ]);
}

/** I3: with a policy comes a boundary, unless somebody takes it away in the moment between the last read and the write. */
const keepsBoundary: Check = (_world, { bounded }, { step, before, after }) => {
  const adds = ['attachManagedPolicy', 'putInlinePolicy', 'createRole'].includes(step.action);
  const isAbout = adds || newlyAdmitted(before, after).length > 0;
  const isBare = after.boundary === undefined && bounded.get(after.arn) !== true;
  return isAbout && isBare ? [`I3 ${after.name} has policies and no boundary`] : [];
};

/** I4: only in configured accounts, only roles that a grant or a record names, only the very role that azfed made. */
const staysInside: Check = (world, _process, { step, after }) => {
  const isConfigured = world.configuration.accounts.some(({ id }) => id === after.account);
  const isRecorded = recordedConnections(world.table).some(({ role, earlier }) =>
    [...(role ? [role] : []), ...earlier].some(({ arn }) => arn === after.arn),
  );
  const isMade = step.action === 'createRole' || world.memory.made.has(after.id);
  return [
    ...(isConfigured ? [] : [`I4 account ${after.account} is not configured`]),
    ...(isRecorded || grantOf(world, after.arn) ? [] : [`I4 nothing names ${after.arn}`]),
    ...(isMade ? [] : [`I4 ${after.arn} (${after.id}) was not made by azfed`]),
  ];
};

/** I6: a role is made only after a whole look at its account. */
const restsOnSight: Check = (_world, { blind }, { step, after }) =>
  step.action === 'createRole' && blind.has(after.account)
    ? [`I6 ${after.name} is made, but its account was not read`]
    : [];

/** I7: the intent lies in the table before the write. */
const hasIntent: Check = ({ table }, _process, { step, after }) => {
  const isMeant = recordedConnections(table).some(({ role, earlier }) =>
    [...(role ? [role] : []), ...earlier].some(
      ({ arn, intent }) => arn === after.arn && intent !== undefined,
    ),
  );
  return isMeant ? [] : [`I7 ${step.action} on ${after.name} without an intent`];
};

/** I9: where the grant says observe, and before a person has said yes, nothing is written. */
const keepsHandsOff: Check = (world, { isHandsOff }, { step, after }) => {
  const mode = grantOf(world, after.arn)?.mode;
  return mode === 'observe' || isHandsOff ? [`I9 ${step.action} on ${after.name} while only observing`] : [];
};

const checks = [
  letsInItsOwn,
  writesItsForm,
  narrowsFirst,
  keepsBoundary,
  staysInside,
  restsOnSight,
  hasIntent,
  keepsHandsOff,
];

/** Everything that can be said of one write to a role. Notes what the memory needs for later. */
export function checkRoleWrite(world: World, process: Process, write: RoleWrite): readonly string[] {
  const { before, after, step } = write;
  if (step.action === 'createRole') world.memory.made.add(after.id);
  const found = checks.flatMap((check) => check(world, process, write));
  for (const subject of newlyAdmitted(before, after)) {
    const holder = process.seen?.find((one) => subjectsOf(one).has(subject));
    if (!holder) continue;
    remember(world.memory.opened, holder.id, subject);
    remember(world.memory.pins, after.arn, holder.id);
  }
  world.memory.untold.add(after.arn);
  return found;
}

function newlyAdmitted(before: ObservedRole | undefined, after: ObservedRole): readonly string[] {
  const had = before ? admitted(before.trust, before.account) : new Set<string>();
  return beyond(admitted(after.trust, after.account), had);
}
