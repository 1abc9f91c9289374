import { pickKnown } from '../kernel/group-by.ts';
import type { Organization } from '../configuration/configuration.ts';
import type { RoleRequest } from './desire.ts';
import { finding, type Finding, type FindingCode } from '../findings/finding.ts';
import type { ConnectionId } from '../kernel/ids.ts';
import type { IssuerProfile } from '../issuers/issuer.ts';
import { buildSubject, entraSubject, isSafeSubject, selectProfiles } from '../issuers/issuer.ts';
import type { OrganizationView } from '../discovery/organization-view.ts';
import type { ConnectionView } from '../azure-devops/inventory.ts';
import { isOverdue, determinePresence, unaccountedFinding } from './missing-connections.ts';
import type {
  BoundSubject,
  ClosingReason,
  Closure,
  FormerSubject,
  RecordedRole,
  Claim,
} from '../records/connection-record.ts';
import { isOtherType, displayName } from '../azure-devops/service-connection.ts';
import { OVERLAP_MS } from '../records/stored-limits.ts';
import type { ConnectionReference, ServiceConnection } from '../azure-devops/service-connection.ts';
import { othersHolding, type Holders } from './name-takeover.ts';
import { listPairedNames } from './renamed-pairs.ts';

/** What one connection is to have in the trust of its role. No subjects: it is revoked. */
export interface Binding {
  readonly organization: Organization;
  readonly connectionId: ConnectionId;
  readonly references: readonly ConnectionReference[];
  readonly subjects: readonly BoundSubject[];
  readonly formerSubjects: readonly FormerSubject[];
  /** Former names by which a pair of the configuration gives it the role; left out: none. */
  readonly pairedAs?: readonly ConnectionReference[];
  readonly closed?: Closure;
  /** Whose tokens are let in; left out: those of the organization's default. */
  readonly issuers?: readonly IssuerProfile[];
  /** Whom the record of this very role lets in; left out where there is none, or where it is closed. */
  readonly recorded?: Pick<RecordedRole, 'subjects' | 'formerSubjects'>;
  /** The connection is there and usable now: without one such binding no role is created. */
  readonly isReady: boolean;
  /** The look has plainly shown what the connection asks for, or that it is not there: without that nothing is deleted. */
  readonly isPlain: boolean;
  /** A complete look does not show the connection: what shuts it out rests on that. */
  readonly isAbsent?: true;
  /** The connection is of another type than AWS. */
  readonly isOtherType?: true;
}

export const listBindingIssuers = ({ organization, issuers }: Binding): readonly IssuerProfile[] =>
  issuers ?? selectProfiles(organization, organization.issuer);

/** What tokens of the binding's connection say; none when it is revoked. */
export function listTokenSubjects(profile: IssuerProfile, binding: Binding): readonly string[] {
  const named = [...binding.subjects, ...binding.formerSubjects].map(({ subject }) => subject);
  if (profile.name === 'vstoken') return named.filter(isSafeSubject);
  const { organization, connectionId } = binding;
  return named.length === 0 ? [] : [entraSubject(profile.prefix, organization.id, connectionId)];
}

/** An impostor holds the name of one of those who are bound. */
export function hasImpostor(bindings: readonly Binding[]): boolean {
  return bindings.some(({ closed }) => closed?.reason === 'recreated');
}

/** `claim`: the connection's record, when it is of this very role. */
export function bindRequest(
  { organization, connection, subjects, grant, role }: RoleRequest,
  claim: Claim | undefined,
  holders: Holders,
  now: number,
): Binding {
  const holder = { organizationId: organization.id, connectionId: connection.id };
  const renamed = (claim?.role.subjects ?? [])
    .filter(({ projectId }) => subjects.some((bound) => bound.projectId === projectId))
    .map(({ subject }) => ({ subject, until: now + OVERLAP_MS }));
  // An old name stays for a while, unless it has become somebody else's.
  const formerSubjects = [...running(claim, now), ...renamed].filter(
    ({ subject }) =>
      !subjects.some((bound) => bound.subject === subject) &&
      othersHolding(subject, holder, holders).length === 0,
  );
  const pairedAs = listPairedNames(grant, organization, connection.references, role);
  return {
    organization,
    connectionId: connection.id,
    references: connection.references,
    subjects,
    formerSubjects,
    ...(pairedAs.length > 0 ? { pairedAs } : {}),
    ...selectRecorded(claim?.role),
    ...(isOtherType(connection) ? { isOtherType: true } : {}),
    // Not told is not yes: nothing is created for a connection that may not be ready.
    isReady: connection.isReady === true && connection.isDisabled !== true,
    isPlain: true,
  };
}

function markAbsent(
  { isComplete, connections }: ConnectionView,
  id: ConnectionId,
): Pick<Binding, 'isAbsent'> {
  return isComplete && !connections.has(id) ? { isAbsent: true } : {};
}

function selectRecorded(role: RecordedRole | undefined): Pick<Binding, 'recorded'> {
  if (!role || role.closed) return {};
  const { subjects, formerSubjects } = role;
  return { recorded: { subjects, formerSubjects } };
}

const running = (claim: Claim | undefined, now: number): readonly FormerSubject[] =>
  (claim?.role.formerSubjects ?? []).filter(({ until }) => until > now);

/** What is known around a claim. */
export interface ClaimSetting {
  readonly isTakenOver: boolean;
  /** It is not clear what the connection asks for, or whether it may have it. */
  readonly isUndecided: boolean;
  /** Its grant said to keep a role that nobody asks for when the role was written, and says so still. */
  readonly isKept: boolean;
  /** Its grant says to close the role of a connection that is missing for long. */
  readonly closesMissing: boolean;
  readonly missingWaitDays: number;
  /** Its tokens are known by names alone: who gets the name gets in. */
  readonly isKnownByName: boolean;
  /** Connections that are found to be missing are added to it. */
  readonly missing: Set<ConnectionId>;
  /** The same for those that a complete reading does not list. */
  readonly unlisted: Set<ConnectionId>;
  readonly holders: Holders;
  readonly now: number;
}

/** A claim that nobody requests any more: revoked, or left as it is. */
export function bindClaim(
  claim: Claim,
  { organization, view }: OrganizationView,
  setting: ClaimSetting,
  findings: Finding[],
): Binding {
  const { role, connectionId, references } = claim;
  const isPlain = isObservable(claim, view, setting);
  const common = {
    organization,
    connectionId,
    references,
    isReady: false,
    isPlain,
    ...markAbsent(view, connectionId),
    ...selectRecorded(role),
  };
  const revoke = (reason: ClosingReason): Binding => {
    // A pair may name it by a name that it gave up: whoever has that name now is not meant either.
    const paired = (role.pairedAs ?? []).map((reference) => buildSubject(organization.name, reference));
    const had = [...role.subjects, ...role.formerSubjects].map(({ subject }) => subject).concat(paired);
    const subjects = role.closed?.subjects ?? had;
    // The waiting time before a deletion begins when it is known that nobody asks for the role, not when it went missing.
    const isOnlyNowKnown = reason === 'retired' && role.closed?.reason === 'missing';
    const at = (isOnlyNowKnown ? undefined : role.closed?.at) ?? setting.now;
    return { ...common, subjects: [], formerSubjects: [], closed: { reason, subjects, at } };
  };
  const reason = decideClosingReason(claim, view, setting, findings);
  if (reason) return revoke(reason);
  return {
    ...common,
    subjects: role.subjects,
    formerSubjects: running(claim, setting.now),
    ...pickKnown(role, 'pairedAs'),
  };
}

/** Why the claim is revoked; `undefined`: it is left as recorded. One that is closed while it is missing stays so until it is clear. */
function decideClosingReason(
  claim: Claim,
  view: ConnectionView,
  setting: ClaimSetting,
  findings: Finding[],
): ClosingReason | undefined {
  const recorded = claim.role.closed?.reason;
  if (setting.isTakenOver) return 'recreated';
  if (recorded !== undefined && recorded !== 'missing') return recorded;
  const presence = classifyPresence(claim, view, setting, findings);
  if (presence === 'gone') return 'retired';
  if (presence === 'overdue' && setting.closesMissing) return 'missing';
  return presence === 'there' ? reasonOfSeen(claim, setting, findings) : recorded;
}

/** The connection is there, and does not get the role that it had. */
function reasonOfSeen(
  claim: Claim,
  { isUndecided, isKept, holders }: ClaimSetting,
  findings: Finding[],
): ClosingReason | undefined {
  const { role, references } = claim;
  const recorded = role.closed?.reason;
  const had = [...role.subjects, ...role.formerSubjects].map(({ subject }) => subject);
  // Its trust still holds a name that it gave up; whoever has that name now would come in under it.
  if (had.some((subject) => othersHolding(subject, claim, holders).length > 0)) {
    const message = `Another connection holds a former name of ${displayName(references)}; ${role.arn} is closed.`;
    findings.push(about('connection.recreated', claim, message));
    return 'recreated';
  }
  if (isUndecided) return recorded;
  if (!isKept || recorded) return 'retired';
  findings.push(
    about('role.kept', claim, `${displayName(references)} no longer asks for ${role.arn}, which stays open.`),
  );
  return undefined;
}

/** Seen for certain; or not there, in a look that shows all there is. */
export function isObservable(
  { connectionId, isOtherType }: Pick<Claim, 'connectionId' | 'isOtherType'>,
  { connections, unsettled, isComplete }: ConnectionView,
  { isTakenOver, isUndecided }: Pick<ClaimSetting, 'isTakenOver' | 'isUndecided'>,
): boolean {
  if (isUndecided && !isTakenOver) return false;
  const live = connections.get(connectionId);
  return live ? hasKnownType(live, isOtherType) && !unsettled.has(connectionId) : isComplete;
}

/** A connection keeps its type for good: of one that is recorded, a type that is not shown is known. */
const hasKnownType = (live: ServiceConnection, isOther: boolean | undefined) =>
  isOther === true || !isOtherType(live);

/**
 * gone: a complete reading does not show it, and a person or the audit log has said so. overdue: a complete reading does not
 * show it, nothing says why, and it has been so for long. Absence alone is no evidence of deletion.
 */
function classifyPresence(
  claim: Claim,
  view: ConnectionView,
  setting: ClaimSetting,
  findings: Finding[],
): 'there' | 'gone' | 'overdue' | 'unclear' {
  const live = view.connections.get(claim.connectionId);
  const name = displayName(claim.references);
  if (!live)
    return view.isComplete && claim.retiring ? 'gone' : classifyMissing(claim, view, setting, findings);
  if (view.unsettled.has(claim.connectionId)) return 'unclear';
  if (hasKnownType(live, claim.isOtherType)) return 'there';
  // So this answer is not plainly about the one that is recorded.
  findings.push(about('read.incomplete', claim, `${name} is told as a ${live.type ?? ''}.`));
  return 'unclear';
}

/** Nobody can say that nobody else gets in. */
const NAMESAKE_RISK = 'A connection of this name that azfed is not shown could be using the role.';

function classifyMissing(
  claim: Claim,
  view: ConnectionView,
  { missing, unlisted, missingWaitDays, isKnownByName, now }: ClaimSetting,
  findings: Finding[],
): 'overdue' | 'unclear' {
  const name = displayName(claim.references);
  if (view.isComplete) {
    unlisted.add(claim.connectionId);
    const risk = isKnownByName && !claim.role.closed ? ` ${NAMESAKE_RISK}` : '';
    findings.push(about('connection.missing', claim, `${name} is no longer listed.${risk}`));
  }
  if (claim.retiring || determinePresence(claim, view) !== 'missing') return 'unclear';
  missing.add(claim.connectionId);
  if (!isOverdue(claim.missing, missingWaitDays, now)) return 'unclear';
  findings.push(unaccountedFinding(claim, claim.missing, isKnownByName));
  return view.isComplete ? 'overdue' : 'unclear';
}

function about(code: FindingCode, claim: Claim, message: string): Finding {
  return finding(code, message, { connectionId: claim.connectionId, roleArn: claim.role.arn });
}
