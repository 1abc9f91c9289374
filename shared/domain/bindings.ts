import type { Organization } from './configuration.ts';
import type { Wish } from './desire.ts';
import { displayName } from './desire.ts';
import type { Finding, FindingCode } from './finding.ts';
import { finding } from './finding.ts';
import type { ConnectionId } from './ids.ts';
import type { IssuerProfile } from './issuer.ts';
import { entraSubject, isSafeSubject, profilesOf } from './issuer.ts';
import type { OrganizationView } from './organization-view.ts';
import type { ConnectionView } from './inventory.ts';
import type { BoundSubject, ClosingReason, Closure, FormerSubject, RecordedRole } from './recorded.ts';
import { isAwsConnection } from './service-connection.ts';
import { OVERLAP_MS } from './stored-limits.ts';
import type { ConnectionReference, ServiceConnection } from './service-connection.ts';
import type { Claim, Holders } from './usurpers.ts';
import { othersHolding } from './usurpers.ts';

/** What one connection is to have in the trust of its role. No subjects: it is shut out. */
export interface Binding {
  readonly organization: Organization;
  readonly connectionId: ConnectionId;
  readonly references: readonly ConnectionReference[];
  readonly subjects: readonly BoundSubject[];
  readonly formerSubjects: readonly FormerSubject[];
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
}

export const issuersOf = ({ organization, issuers }: Binding): readonly IssuerProfile[] =>
  issuers ?? profilesOf(organization, organization.issuer);

/** What tokens of the binding's connection say; none when it is shut out. */
export function subjectsFor(profile: IssuerProfile, binding: Binding): readonly string[] {
  const named = [...binding.subjects, ...binding.formerSubjects].map(({ subject }) => subject);
  if (profile.name === 'vstoken') return named.filter(isSafeSubject);
  const { organization, connectionId } = binding;
  return named.length === 0 ? [] : [entraSubject(profile.prefix, organization.id, connectionId)];
}

/** A stranger holds the name of one of those who are bound. */
export function hasStranger(bindings: readonly Binding[]): boolean {
  return bindings.some(({ closed }) => closed?.reason === 'recreated');
}

/** `claim`: the connection's record, when it is of this very role. */
export function bindWish(
  { organization, connection, subjects }: Wish,
  claim: Claim | undefined,
  holders: Holders,
  now: number,
): Binding {
  const holder = { organizationId: organization.id, connectionId: connection.id };
  const renamed = (claim?.role.subjects ?? [])
    .filter(({ projectId }) => subjects.some((bound) => bound.projectId === projectId))
    .map(({ subject }) => ({ subject, until: new Date(now + OVERLAP_MS).toISOString() }));
  // An old name stays for a while, unless it has become somebody else's.
  const formerSubjects = [...running(claim, now), ...renamed].filter(
    ({ subject }) =>
      !subjects.some((bound) => bound.subject === subject) &&
      othersHolding(subject, holder, holders).length === 0,
  );
  return {
    organization,
    connectionId: connection.id,
    references: connection.references,
    subjects,
    formerSubjects,
    ...recordedIn(claim?.role),
    // Not told is not yes: nothing is created for a connection that may not be ready.
    isReady: connection.isReady === true && connection.isDisabled !== true,
    isPlain: true,
  };
}

function absentIn({ isComplete, connections }: ConnectionView, id: ConnectionId): Pick<Binding, 'isAbsent'> {
  return isComplete && !connections.has(id) ? { isAbsent: true } : {};
}

function recordedIn(role: RecordedRole | undefined): Pick<Binding, 'recorded'> {
  if (!role || role.closed) return {};
  const { subjects, formerSubjects } = role;
  return { recorded: { subjects, formerSubjects } };
}

const running = (claim: Claim | undefined, now: number): readonly FormerSubject[] =>
  (claim?.role.formerSubjects ?? []).filter(({ until }) => Date.parse(until) > now);

/** What is known around a claim. */
export interface ClaimSetting {
  readonly isUsurped: boolean;
  /** It is not clear what the connection asks for, or whether it may have it. */
  readonly isUndecided: boolean;
  /** Its grant said to keep a role that nobody asks for when the role was written, and says so still. */
  readonly isKept: boolean;
  readonly holders: Holders;
  readonly now: number;
}

/** A claim that nobody wishes any more: shut out, or left as it is. */
export function bindClaim(
  claim: Claim,
  { organization, view }: OrganizationView,
  setting: ClaimSetting,
  findings: Finding[],
): Binding {
  const { isUsurped, isUndecided, isKept, holders, now } = setting;
  const { role, connectionId, references } = claim;
  const isPlain = isInSight(claim, view, setting);
  const common = {
    organization,
    connectionId,
    references,
    isReady: false,
    isPlain,
    ...absentIn(view, connectionId),
    ...recordedIn(role),
  };
  const had = [...role.subjects, ...role.formerSubjects].map(({ subject }) => subject);
  const shutOut = (reason: ClosingReason): Binding => {
    const subjects = role.closed?.subjects ?? had;
    const at = role.closed?.at ?? new Date(now).toISOString();
    return { ...common, subjects: [], formerSubjects: [], closed: { reason, subjects, at } };
  };
  const isClosedFor = isUsurped ? 'recreated' : role.closed?.reason;
  if (isClosedFor) return shutOut(isClosedFor);
  const asRecorded = { ...common, subjects: role.subjects, formerSubjects: running(claim, now) };
  const sight = sightOf(claim, view, findings);
  if (sight === 'unclear') return asRecorded;
  if (sight === 'gone') return shutOut('retired');
  // Its trust still holds a name that it gave up; whoever has that name now would come in under it.
  if (had.some((subject) => othersHolding(subject, claim, holders).length > 0)) {
    const message = `Another connection holds a former name of ${displayName(references)}; ${role.arn} is closed.`;
    findings.push(about('connection.recreated', claim, message));
    return shutOut('recreated');
  }
  if (isUndecided) return asRecorded;
  if (!isKept) return shutOut('retired');
  findings.push(
    about('role.kept', claim, `${displayName(references)} no longer asks for ${role.arn}, which stays open.`),
  );
  return asRecorded;
}

/** Seen for certain; or not there, in a look that shows all there is. */
export function isInSight(
  { connectionId }: Pick<Claim, 'connectionId'>,
  { connections, unsettled, isComplete }: ConnectionView,
  { isUsurped, isUndecided }: Pick<ClaimSetting, 'isUsurped' | 'isUndecided'>,
): boolean {
  if (isUndecided && !isUsurped) return false;
  const live = connections.get(connectionId);
  return live ? mayBeAws(live) && !unsettled.has(connectionId) : isComplete;
}

/** A connection keeps its type for good: of one that is recorded, a type that is not shown is known. */
const mayBeAws = (live: ServiceConnection) => live.type === null || isAwsConnection(live);

/** gone: a complete look does not show it, and a person has said so. Absence alone is no evidence. */
function sightOf(claim: Claim, view: ConnectionView, findings: Finding[]): 'there' | 'gone' | 'unclear' {
  const live = view.connections.get(claim.connectionId);
  const name = displayName(claim.references);
  if (!live) {
    if (view.isComplete && claim.retiring) return 'gone';
    if (view.isComplete) findings.push(about('connection.missing', claim, `${name} is no longer listed.`));
    return 'unclear';
  }
  if (view.unsettled.has(claim.connectionId)) return 'unclear';
  if (mayBeAws(live)) return 'there';
  // So this answer is not plainly about the one that is recorded.
  findings.push(about('read.incomplete', claim, `${name} is told as a ${live.type ?? ''}.`));
  return 'unclear';
}

function about(code: FindingCode, claim: Claim, message: string): Finding {
  return finding(code, message, { connectionId: claim.connectionId, roleArn: claim.role.arn });
}
