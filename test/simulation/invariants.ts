import { canonicalJson } from '../../shared/domain/kernel/digest.ts';
import type { Json, PolicyDocument, Statement } from '../../shared/domain/policy/policy-document.ts';
import { toList } from '../../shared/domain/policy/policy-document.ts';
import type { ObservedRole } from '../../shared/domain/iam/role.ts';
import {
  CLOSED_SUBJECT,
  foreignDenials,
  readTrustStatement,
} from '../../shared/domain/policy/trust-document.ts';
import { readManagedTrust } from '../builders/managed-trust.ts';
import { providerArn } from '../../shared/domain/kernel/arn.ts';
import { vstokenProfile } from '../../shared/domain/issuers/issuer.ts';
import { contoso } from '../builders/configuration.ts';
import { admitted, beyond } from './admission.ts';
import { isListed } from '../../shared/domain/policy/trust-narrowing.ts';
import { NO_BOUNDARY } from '../../shared/domain/configuration/configuration.ts';
import {
  keepsDenials,
  keepsTerms,
  leavesForeignPart,
  listTerms,
  withoutAsked,
} from './kept-part-invariants.ts';
import { revokesKnowingly } from './evidence.ts';
import { writesWhenPermitted } from './hands-off-invariants.ts';
import { remember } from './memory.ts';
import { newlyAdmittedNeighbours } from './neighbours.ts';
import { excess, isRecorded, objection } from './objections.ts';
import type { Process } from './process.ts';
import { retiresWithCare } from './retirement-invariants.ts';
import { isRevocation, noteOwed, revokesFirst } from './revocation-invariants.ts';
import { followsRenames } from './rename-invariants.ts';
import type { Check, RoleWrite } from './role-write.ts';
import { findGrant, isAdopted, newlyAdmitted, widens } from './role-write.ts';
import { listRoleRecords, recordedConnections } from './table.ts';
import type { RoleArn } from '../../shared/domain/kernel/ids.ts';
import { wanted, widths } from './widths.ts';
import type { World } from './world.ts';
import { getAccount } from './world.ts';

/** I1, I12: whoever is newly let in is the one connection that holds the name, of the pinned organization. */
const letsInItsOwn: Check = (world, { seen, read }, { before, after }) => {
  // Whom somebody takes out between the last read and the write comes in again with it.
  const there = read.get(after.arn);
  const last = there ? admitted(there.trust, there.account) : new Set<string>();
  const fresh = beyond(newlyAdmitted(before, after), last);
  return fresh.flatMap((subject) => {
    const why = seen ? objection(world, seen, after.arn, subject) : 'Azure DevOps was not read';
    // Who shares a role and is not clear at the moment stays in it as recorded, also when the role is put back.
    if (findGrant(world, after.arn)?.shareRole && isRecorded(world, after.arn, subject)) return [];
    return why === undefined ? [] : [`I1 ${subject} is let into ${after.name}: ${why}`];
  });
};

/** I1: by slices that discovery has replaced before the process began to write nothing is widened. */
const widensByNewestSlices: Check = (_world, { isOvertaken }, { before, after }) =>
  isOvertaken && (widens(before, after) || newlyAdmitted(before, after).length > 0)
    ? [`I1 ${after.name} is widened by a slice that discovery has replaced`]
    : [];

/** Without the conditions that somebody has put on a statement that stood there before: they only narrow, and are kept. */
function withoutFence(statement: Statement, before: PolicyDocument | undefined): Statement {
  const fences = before ? toList<Statement>(before.Statement).map(readFence) : [];
  const { StringEquals: own } = { ...(statement.Condition as Record<string, Json>) };
  const isKept = fences.some((one) => canonicalJson(one) === canonicalJson(readFence(statement)));
  return isKept && own !== undefined ? { ...statement, Condition: { StringEquals: own } } : statement;
}

function readFence({ Condition: condition }: Statement): Json {
  const { StringEquals: _, ...fence } = { ...(condition as Record<string, Json>) };
  return fence;
}

/** I1: what is written as a trust has our form; Deny statements and fences of others may stay beside it. */
const writesItsForm: Check = (world, _process, { step, before, after }) => {
  if (step.action !== 'setTrust' && step.action !== 'createRole') return [];
  const denials = foreignDenials(step.trust);
  const rest = toList<Statement>(step.trust.Statement)
    .filter((one) => !denials.includes(one))
    .filter((one) => !isListed(one, listTerms(world, after).statements))
    .map((one) => withoutAsked(world, after, withoutFence(one, before?.trust)));
  return readManagedTrust({ ...step.trust, Statement: rest })
    ? []
    : [`I1 the trust of ${after.name} has another form`];
};

/** I1: nobody is let in through a provider that is not there, or that does not take our tokens. */
const opensThroughItsProvider: Check = (world, _process, { before, after }) => {
  const isOpened = newlyAdmitted(before, after).length > 0;
  const issuers = [
    ...(isOpened ? [vstokenProfile(contoso.id)] : []),
    ...newlyAdmittedNeighbours(world, before, after),
  ];
  const { providers } = getAccount(world, after.account);
  return issuers.flatMap(({ issuer, audience }) => {
    const provider = providers.get(providerArn('aws', after.account, issuer));
    const what = provider ? 'does not take its tokens' : 'is not there';
    return provider?.audiences.includes(audience)
      ? []
      : [`I1 ${after.name} is opened, and its provider ${what}`];
  });
};

/** I2: what somebody has put on our statement as a further condition keeps others out. Only a person takes it away. */
const keepsFences: Check = (_world, process, { step, before, after }) => {
  if (step.action !== 'setTrust' || !before || isAdopted(process, after.arn)) return [];
  const open = ({ trust }: ObservedRole) =>
    toList<Statement>(trust.Statement)
      .map(readTrustStatement)
      .filter((one) => one !== undefined && !one.binding.subjects.includes(CLOSED_SUBJECT));
  const isFenced = open(before).length > 0 && open(before).every((one) => one?.isNarrowed);
  return isFenced && !open(after).every((one) => one?.isNarrowed)
    ? [`I2 ${after.name} loses the condition that somebody has put on its trust`]
    : [];
};

/** I2: nothing is wider than it was or is to be; and nothing widens while what the look found too wide still is. */
const narrowsFirst: Check = (world, process, { before, after }) => {
  const { found, seen: shown = [] } = process;
  const desired = wanted(findGrant(world, after.arn), after);
  // What is made again as it stood lets nobody in; it becomes what its grant says before it does.
  const isBack = listRoleRecords(world.table, after.arn).some(
    ({ role }) => role.intent?.operation === 'restore',
  );
  const isShut = isBack && admitted(after.trust, after.account).size === 0;
  const wider = isShut ? [] : beyond(widths(after), widths(before));
  const tooWide = wider.filter((width) => !desired.has(width));
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

/** I3: with a policy comes a boundary, unless somebody takes it away in the moment between the last read and the write. */
const keepsBoundary: Check = (world, { read, isDisturbed }, { step, before, after }) => {
  const { refused } = world;
  const adds = ['attachManagedPolicy', 'putInlinePolicy', 'createRole'].includes(step.action);
  const isNarrowed =
    isRevocation(step) || ((isDisturbed || refused.has('setBoundary')) && isReplacement(step, before));
  const isAbout = (adds && !isNarrowed) || newlyAdmitted(before, after).length > 0;
  const isBare = lacksBoundary(world, after) && read.get(after.arn)?.boundary === undefined;
  return isAbout && isBare ? [`I3 ${after.name} has policies and no boundary`] : [];
};

/** Grants that ask for none say so, and where the permissions are somebody else's, so is the boundary. */
const lacksBoundary = (world: World, { arn, boundary }: ObservedRole): boolean => {
  const grant = findGrant(world, arn);
  return boundary === undefined && grant?.boundary !== NO_BOUNDARY && grant?.permissions !== 'unmanaged';
};

/** What a policy wrongly allows goes also where the boundary could not be put back. */
const isReplacement = (step: RoleWrite['step'], before: RoleWrite['before']): boolean =>
  step.action === 'putInlinePolicy' &&
  before !== undefined &&
  Object.hasOwn(before.inlinePolicies, step.name);

/** I4: only in configured accounts, only roles that a grant or a record names, only the very role that azfed made or took over. */
const staysInside: Check = (world, process, { step, after }) => {
  const isConfigured = world.configuration.accounts.some(({ id }) => id === after.account);
  const isKept = listRoleRecords(world.table, after.arn).some(({ role }) => role.id !== undefined);
  const isNamed = isKept || findGrant(world, after.arn) !== undefined;
  const isMade =
    step.action === 'createRole' || world.memory.made.has(after.id) || isAdopted(process, after.arn);
  return [
    ...(isConfigured ? [] : [`I4 account ${after.account} is not configured`]),
    ...(isNamed ? [] : [`I4 nothing names ${after.arn}`]),
    ...(isMade ? [] : [`I4 ${after.arn} (${after.id}) was not made by azfed`]),
  ];
};

/** I6: a role is made only after a whole look at its account. */
const restsOnObservation: Check = (_world, { blind }, { step, after }) =>
  step.action === 'createRole' && blind.has(after.account)
    ? [`I6 ${after.name} is made, but its account was not read`]
    : [];

/** I12: who answers under the name is the one that is pinned. */
const knowsTheOrganization: Check = (_world, { answered }, { step, before, after }) => {
  const opens = step.action === 'createRole' || newlyAdmitted(before, after).length > 0;
  const isOther = answered !== undefined && answered !== contoso.id;
  return opens && isOther ? [`I12 ${step.action} on ${after.name} for organization ${answered}`] : [];
};

/** Only the marks go, and only after the records of the role have ended. */
const isReleasing = (table: World['table'], arn: RoleArn): boolean =>
  listRoleRecords(table, arn).length === 0 &&
  recordedConnections(table).some(({ releasing = [] }) => releasing.some((one) => one.arn === arn));

/** I7: the intent lies in the table before the write. */
const hasIntent: Check = ({ table }, _process, { step, after }) =>
  listRoleRecords(table, after.arn).some(({ role }) => role.intent !== undefined) ||
  (step.action === 'untagRole' && isReleasing(table, after.arn))
    ? []
    : [`I7 ${step.action} on ${after.name} without an intent`];

const checks = [
  letsInItsOwn,
  widensByNewestSlices,
  writesItsForm,
  opensThroughItsProvider,
  keepsFences,
  leavesForeignPart,
  keepsDenials,
  keepsTerms,
  followsRenames,
  narrowsFirst,
  revokesFirst,
  keepsBoundary,
  staysInside,
  retiresWithCare,
  restsOnObservation,
  revokesKnowingly,
  knowsTheOrganization,
  hasIntent,
  writesWhenPermitted,
];

/** Everything that can be said of one write to a role. Notes what the memory needs for later. */
export function checkRoleWrite(world: World, process: Process, write: RoleWrite): readonly string[] {
  const { after, step } = write;
  const { memory } = world;
  noteOwed(world, process, write);
  const found = checks.flatMap((check) => check(world, process, write));
  if (step.action === 'createRole' || isAdopted(process, after.arn)) memory.made.add(after.id);
  noteNames(world, process, write);
  memory.unspecified.add(after.arn);
  process.changing.add(after.arn);
  return found;
}

/** Who is let in under which name; a name that a connection has given up is no longer its own once it is out. */
function noteNames({ memory }: World, { seen = [] }: Process, { before, after }: RoleWrite): void {
  for (const subject of newlyAdmitted(before, after)) {
    const holder = seen.find(({ subjects }) => subjects.has(subject));
    if (!holder) continue;
    remember(memory.opened, holder.id, subject);
    memory.leftNames.get(holder.id)?.delete(subject);
    remember(memory.pins, after.arn, holder.id);
  }
  for (const subject of before ? newlyAdmitted(after, before) : [])
    for (const { id, subjects } of seen) if (!subjects.has(subject)) remember(memory.leftNames, id, subject);
}
