import { splitRoleArn, type ParsedRoleArn } from '../kernel/arn.ts';
import { bindClaim, bindRequest, isObservable, type Binding, type ClaimSetting } from './bindings.ts';
import type { Configuration, Grant, Organization } from '../configuration/configuration.ts';
import type { Desired, RoleRequest } from './desire.ts';
import { finding, type Finding } from '../findings/finding.ts';
import { groupItems } from '../kernel/group-by.ts';
import type { ConnectionId, RoleArn } from '../kernel/ids.ts';
import { chosenProfiles } from '../issuers/issuer.ts';
import type { OrganizationView } from '../discovery/organization-view.ts';
import type { RecordedConnection, Claim, RecordedRole } from '../records/connection-record.ts';
import { findNameTakeovers, collectHolders, recreatedFindings, type NameTakeover } from './name-takeover.ts';
import { listClaims } from '../records/connection-record.ts';
import { displayName } from '../azure-devops/service-connection.ts';
import { MINUTE_MS } from '../kernel/durations.ts';

/** A creation whose outcome is unknown may show in IAM this late. */
const LATENESS_MS = 2 * MINUTE_MS;

/** The record of a role that azfed is not known to have made: its creation was meant, and refused or cut off. */
function isNeverMade(
  { id, deletedAt, snapshot, intent }: Pick<RecordedRole, 'id' | 'deletedAt' | 'snapshot' | 'intent'>,
  now: number,
): boolean {
  const isFinished = intent === undefined || now - intent.at >= LATENESS_MS;
  return id === undefined && deletedAt === undefined && snapshot === undefined && isFinished;
}

/** A claim on nothing yields to one on a role that was made, unless one grant (`sharing`) lets both have it. */
function yieldsRole(
  claim: Claim,
  others: readonly Claim[],
  sharing: ReadonlySet<string>,
  now: number,
): boolean {
  return (
    isNeverMade(claim.role, now) &&
    others.some(
      ({ connectionId, role }) =>
        connectionId !== claim.connectionId &&
        role.id !== undefined &&
        !(role.grant === claim.role.grant && sharing.has(role.grant)),
    )
  );
}

/** A role and everybody who is bound to it. Without a grant (nobody wishes it) only its trust is ours to say. */
export interface Target {
  readonly role: ParsedRoleArn;
  readonly grant: Grant | undefined;
  readonly bindings: readonly Binding[];
  /** Who has the role instead, where IAM shows that nothing was made for these bindings. */
  readonly heir?: Pick<Target, 'grant' | 'bindings'>;
}

interface DecidedClaims {
  readonly targets: readonly Target[];
  readonly findings: readonly Finding[];
  /** Connections that are missing, and not known to be deleted. */
  readonly missing: ReadonlySet<ConnectionId>;
  /** Of these, the ones that a complete reading does not list. */
  readonly unlisted: ReadonlySet<ConnectionId>;
  readonly takeovers: readonly NameTakeover[];
  readonly claimed: readonly ClaimedRequest[];
}

/** A connection asks for a role that it does not get, because others have it or ask for it too. */
export interface ClaimedRequest {
  readonly connectionId: ConnectionId;
  readonly roleArn: RoleArn;
  /** What says so. */
  readonly finding: Finding;
}

const claimKey = (organizationId: string, connectionId: string, roleArn: string) =>
  `${organizationId} ${connectionId} ${roleArn}`;

/**
 * Who gets which role. Recorded claims narrow: they keep a role with the connection id that has it, and keep a name
 * with the connection id that had it.
 *
 *     connection id | role recorded | its subject is held by | then
 *     --------------+---------------+------------------------+------------------------------------------
 *     wishes it     | yes           | itself                 | bound
 *     wishes it     | no            | itself                 | bound if the role is unclaimed, or shared by its grant
 *     wishes it     | no            | a recorded other       | held: `connection.recreated`
 *     there, other  | yes           | nobody, itself         | closed; kept where its grant said and says so: `role.kept`
 *     there, other  | yes           | another id             | closed: `connection.recreated`
 *     there, unclear| yes           | nobody, itself         | left as recorded
 *     not there     | yes           | another id             | closed: `connection.recreated`
 *     not there     | yes           | nobody                 | left as recorded: `connection.missing`; after some days
 *                   |               |                        | `connection.unaccounted`, and closed where its grant says so
 *     not there     | yes, not made | nobody                 | as above; the claim ends when another wishes the role
 *     not read      | yes           | unknown                | left as recorded
 *
 * Left as recorded: what is in the trust beyond the record is taken out of it, and nothing else is done.
 * An organization that could not be read is passed with an empty, incomplete view: its claims stay as recorded.
 */
export function resolveClaims(
  organizations: readonly OrganizationView[],
  desired: Pick<Desired, 'requests' | 'undecided'> & Pick<Configuration, 'grants' | 'limits'>,
  recorded: readonly RecordedConnection[],
  now: number,
): DecidedClaims {
  const findings: Finding[] = [];
  const absent = { missing: new Set<ConnectionId>(), unlisted: new Set<ConnectionId>() };
  const holders = collectHolders(organizations);
  const claims = [...recorded].sort(byId).flatMap(listClaims);
  const requests = [...desired.requests].sort(byConnection);
  const takeovers = findNameTakeovers(organizations, claims, holders);
  const { takenOver, revoked } = resolveTakeovers(takeovers, findings);
  const viewOf = new Map(organizations.map((view) => [view.organization.id, view]));
  const isUndecided = ({ connectionId }: Claim) =>
    desired.undecided.has(connectionId) || revoked.has(connectionId);
  const rules = claimRules(claims, desired, now, (claim) => {
    const view = viewOf.get(claim.organizationId)?.view;
    const setting = { isTakenOver: false, isUndecided: isUndecided(claim) };
    return view !== undefined && !takenOver.has(claim) && isObservable(claim, view, setting);
  });
  const { granted, heirs, claimed } = grantRequests(
    requests.filter(({ connection }) => !revoked.has(connection.id)),
    claims,
    rules,
    findings,
  );

  const claimOf = new Map(claims.map((claim) => [keyOfClaim(claim), claim]));
  const targets = new Targets();
  const requested = new Set<Claim>();
  for (const request of granted) {
    const before = claimOf.get(claimKey(request.organization.id, request.connection.id, request.role.arn));
    if (before) requested.add(before);
    targets.add(request.role, bindRequest(request, before, holders, now), request.grant);
  }
  const served = new Set(granted.map(({ connection }) => connection.id));
  for (const request of heirs)
    targets.addHeir(request.role, bindRequest(request, undefined, holders, now), request.grant);
  const inherits = new Set(
    heirs.map(({ connection: { id }, role, organization }) => claimKey(organization.id, id, role.arn)),
  );
  const isHandled = (claim: Claim) =>
    requested.has(claim) || inherits.has(keyOfClaim(claim)) || rules.isYielding(claim);
  for (const claim of claims.filter((item) => !isHandled(item))) {
    const view = viewOf.get(claim.organizationId);
    if (!view) continue;
    const setting = {
      ...{ holders, now, ...absent },
      isTakenOver: takenOver.has(claim),
      isUndecided: isUndecided(claim),
      // A connection has one role: one that it had before it named another is closed, with `keep` too.
      isKept: isKept(claim, desired.grants) && !served.has(claim.connectionId),
      ...missingRules(claim, view.organization, desired),
    };
    targets.add(splitRoleArn(claim.role.arn), bindClaim(claim, view, setting, findings));
  }
  return { targets: targets.list(), findings, takeovers, claimed, ...absent };
}

const keyOfClaim = ({ organizationId, connectionId, role }: Claim) =>
  claimKey(organizationId, connectionId, role.arn);

/** What the configuration says of the connection when it is missing. */
function missingRules(
  { role, withoutIssuer }: Claim,
  organization: Organization,
  { grants, limits: { missingWaitDays } }: Pick<Configuration, 'grants' | 'limits'>,
): Pick<ClaimSetting, 'closesMissing' | 'missingWaitDays' | 'isKnownByName'> {
  const grant = grants.find(({ name }) => name === role.grant);
  const profiles = chosenProfiles(organization, grant?.issuer ?? organization.issuer, withoutIssuer?.issuer);
  return {
    closesMissing: grant?.missing === 'close',
    missingWaitDays,
    isKnownByName: profiles.some(({ name }) => name === 'vstoken'),
  };
}

/** Claims whose name another connection holds, and the connections that may have nothing because of it. */
function resolveTakeovers(
  newTakeovers: readonly NameTakeover[],
  findings: Finding[],
): { readonly takenOver: ReadonlySet<Claim>; readonly revoked: ReadonlySet<ConnectionId> } {
  findings.push(...newTakeovers.flatMap(recreatedFindings));
  return {
    takenOver: new Set(newTakeovers.map(({ claim }) => claim)),
    revoked: new Set(
      newTakeovers.flatMap(({ claim, impostor, isNewcomer }) =>
        isNewcomer ? [claim.connectionId, impostor] : [claim.connectionId],
      ),
    ),
  };
}

/** The word of the time when the role was written goes on where its grant is there no more. */
function isKept({ role }: Claim, grants: readonly Grant[]): boolean {
  const now = grants.find(({ name }) => name === role.grant)?.retire ?? role.retire;
  return role.retire === 'keep' && now === 'keep';
}

/** The same order for the same connections, however they were listed. */
const byId = (a: RecordedConnection, b: RecordedConnection) =>
  compare(a.organizationId, b.organizationId) || compare(a.connectionId, b.connectionId);

const byConnection = (a: RoleRequest, b: RoleRequest) =>
  compare(a.organization.id, b.organization.id) || compare(a.connection.id, b.connection.id);

const compare = (a: string, b: string) => Number(a > b) - Number(a < b);

class Targets {
  private readonly byRole = new Map<
    string,
    { role: ParsedRoleArn; grant: Grant | undefined; bindings: Binding[] }
  >();

  private readonly heirs = new Map<string, { grant: Grant; bindings: Binding[] }>();

  add(role: ParsedRoleArn, binding: Binding, grant?: Grant): void {
    const target = this.byRole.get(role.arn) ?? { role, grant, bindings: [] };
    target.bindings.push(binding);
    target.grant ??= grant;
    this.byRole.set(role.arn, target);
  }

  addHeir({ arn }: ParsedRoleArn, binding: Binding, grant: Grant): void {
    const heir = this.heirs.get(arn) ?? { grant, bindings: [] };
    heir.bindings.push(binding);
    this.heirs.set(arn, heir);
  }

  list(): readonly Target[] {
    return [...this.byRole.values()].map((target) => {
      const heir = this.heirs.get(target.role.arn);
      return heir ? { ...target, heir } : target;
    });
  }
}

const roleKey = ({ account, name }: { account: string; name: string }) => `${account} ${name.toLowerCase()}`;

interface Granted {
  readonly granted: readonly RoleRequest[];
  /** Get the role where nothing was made for those who have a claim on it. */
  readonly heirs: readonly RoleRequest[];
  readonly claimed: readonly ClaimedRequest[];
}

/** What decides on a claim for which nothing is known to have been made. */
interface ClaimRules {
  /** Its connection plainly asks for the role no more, or is not there in a look that shows all there is. */
  readonly isLapsing: (claim: Claim) => boolean;
  /** Another has the role. */
  readonly isYielding: (claim: Claim) => boolean;
}

function claimRules(
  claims: readonly Claim[],
  { requests, grants }: Pick<Desired, 'requests'> & Pick<Configuration, 'grants'>,
  now: number,
  isPlain: (claim: Claim) => boolean,
): ClaimRules {
  const sharing = new Set(grants.flatMap(({ shareRole, name }) => (shareRole ? [name] : [])));
  const byRole = groupItems(claims, ({ role }) => role.arn);
  const requested = new Set(
    requests.map(({ organization, connection, role }) => claimKey(organization.id, connection.id, role.arn)),
  );
  return {
    isLapsing: (claim) => isNeverMade(claim.role, now) && !requested.has(keyOfClaim(claim)) && isPlain(claim),
    isYielding: (claim) => yieldsRole(claim, byRole.get(claim.role.arn) ?? [], sharing, now),
  };
}

/** A role goes to the connection that has it; an unclaimed one to the only connection that asks, or to all of a sharing grant. */
function grantRequests(
  requests: readonly RoleRequest[],
  claims: readonly Claim[],
  { isLapsing, isYielding }: ClaimRules,
  findings: Finding[],
): Granted {
  const claimants = groupItems(claims, ({ role }) => roleKey(splitRoleArn(role.arn)));
  const claimed: ClaimedRequest[] = [];
  const all = [...groupItems(requests, ({ role }) => roleKey(role))].map(([key, asking]) => {
    const known = claimants.get(key) ?? [];
    const having = known.filter((claim) => !isLapsing(claim) && !isYielding(claim));
    const lapsing = known.filter((claim) => isLapsing(claim) && !isYielding(claim));
    const granted = distributeRequests(asking, having, findings, claimed);
    const isHeir = ({ role }: RoleRequest) => lapsing.some((claim) => claim.role.arn === role.arn);
    const heirs = granted.filter(isHeir);
    claimed.push(...heirs.map((request) => claimedRequest(request, lapsing, asking)));
    return { granted: granted.filter((request) => !isHeir(request)), heirs };
  });
  findings.push(...claimed.map(({ finding: found }) => found));
  return {
    granted: all.flatMap(({ granted }) => granted),
    heirs: all.flatMap(({ heirs }) => heirs),
    claimed,
  };
}

function distributeRequests(
  asking: readonly RoleRequest[],
  having: readonly Claim[],
  findings: Finding[],
  claimed: ClaimedRequest[],
): readonly RoleRequest[] {
  const owners = asking.filter((request) =>
    having.some(({ connectionId }) => connectionId === request.connection.id),
  );
  const newcomers = asking.filter((request) => !owners.includes(request));
  const isShared =
    asking.every(({ grant }) => grant.shareRole && grant.name === asking[0]?.grant.name) &&
    having.every(({ role }) => role.grant === asking[0]?.grant.name);
  const isFree = having.length === 0 && newcomers.length === 1;
  if (!isShared && !isFree)
    claimed.push(...newcomers.map((request) => claimedRequest(request, having, asking)));
  return oneSpelling(isShared || isFree ? asking : owners, having, findings);
}

function claimedRequest(
  request: RoleRequest,
  having: readonly Claim[],
  asking: readonly RoleRequest[],
): ClaimedRequest {
  const [owner] = having;
  const name = displayName(request.connection.references);
  const whose = owner
    ? `belongs to ${displayName(owner.references)} (${owner.connectionId})`
    : `is asked for by ${asking.length} connections at once`;
  const end = owner ? ` Where that one is gone, end its claim: azfed adopt ${request.connection.id}.` : '';
  const about = { connectionId: request.connection.id, roleArn: request.role.arn };
  const evidence = {
    claimedBy: having.map(({ connectionId }) => connectionId),
    askedForBy: asking.map(({ connection }) => connection.id),
  };
  const message = `${name} asks for ${request.role.arn}, which ${whose}.${end}`;
  return { ...about, finding: finding('role.claimed', message, { ...about, evidence }) };
}

/** IAM takes names that differ in case for one, and a name on two paths too: such wishes cannot all be met. */
function oneSpelling(
  requests: readonly RoleRequest[],
  having: readonly Claim[],
  findings: Finding[],
): readonly RoleRequest[] {
  const spelling = having[0]?.role.arn ?? requests[0]?.role.arn;
  const [same, others] = [
    requests.filter(({ role }) => role.arn === spelling),
    requests.filter(({ role }) => role.arn !== spelling),
  ];
  for (const { connection, role } of others) {
    findings.push(
      finding(
        'role.case-clash',
        `${displayName(connection.references)} spells its role in another way than ${spelling ?? ''}.`,
        {
          connectionId: connection.id,
          roleArn: role.arn,
          evidence: { spelling },
        },
      ),
    );
  }
  return same;
}
