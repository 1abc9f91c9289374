import { parseRoleArn, problemOfRoleArn, type ParsedRoleArn } from '../kernel/arn.ts';
import type { Configuration, Grant, Organization } from '../configuration/configuration.ts';
import {
  describeFormer,
  findFormerAccount,
  isListOpen,
  listOwnRoleNames,
} from '../configuration/account-list.ts';
import type { Finding, FindingCode } from '../findings/finding.ts';
import {
  bindsAnyType,
  coversConnection,
  coversRequest,
  coversRole,
  listPairs,
} from '../configuration/grant-coverage.ts';
import type { ConnectionId } from '../kernel/ids.ts';
import { chosenProfiles } from '../issuers/issuer.ts';
import type { OrganizationView } from '../discovery/organization-view.ts';
import type { BoundSubject, RecordedConnection } from '../records/connection-record.ts';
import { hidesParameters, isAwsConnection, isOtherType } from '../azure-devops/service-connection.ts';
import type { ServiceConnection } from '../azure-devops/service-connection.ts';
import { about, fieldFindings, quoted } from './field-findings.ts';
import { deriveSubjects, findCaseClashes } from './subjects.ts';

/** What one connection asks for and a grant allows. Whether it gets the role is decided by the claims. */
export interface RoleRequest {
  readonly organization: Organization;
  readonly connection: ServiceConnection;
  readonly grant: Grant;
  readonly role: ParsedRoleArn;
  /** One for each project reference that the grant covers; sorted by project, never empty. */
  readonly subjects: readonly BoundSubject[];
}

/**
 * decided: it is clear what the connection asks for. undecided: it is not. hidden: it is not, because Azure DevOps does not
 * show what would decide it.
 */
type DesireStatus = 'decided' | 'undecided' | 'hidden';

/** What a connection is judged by. */
interface Rules extends Configuration {
  readonly ownRoles: ReadonlySet<string>;
}

interface Verdict {
  readonly status: DesireStatus;
  readonly request?: RoleRequest;
  /** Its role lies in an account that AWS Organizations lists no more. */
  readonly isInFormerAccount?: true;
  readonly findings: readonly Finding[];
}

/** What all connections of an organization ask for, as far as grants allow it. */
export interface Desired {
  readonly requests: readonly RoleRequest[];
  /** Connections of which it is not clear what they ask for or are granted: what they have is left to them. */
  readonly undecided: ReadonlySet<ConnectionId>;
  /** Of these, the ones that are listed without what would decide it. */
  readonly hidden: ReadonlySet<ConnectionId>;
  /** And those whose role lies in an account that AWS Organizations lists no more. */
  readonly inFormerAccounts: ReadonlySet<ConnectionId>;
  readonly findings: readonly Finding[];
}

/**
 * Connections x grants. Deny by default: what no grant plainly covers becomes a finding. `recorded`: of what is in the table,
 * a connection is known to be one of AWS, and something rests on what it asks for.
 */
export function desire(
  configuration: Configuration,
  seen: OrganizationView,
  recorded: readonly RecordedConnection[],
): Desired {
  const { name, view } = seen;
  const rules = { ...configuration, ownRoles: listOwnRoleNames(configuration) };
  const records = new Map(
    recorded.filter(hasRole).map((item): [ConnectionId, RecordedConnection] => [item.connectionId, item]),
  );
  const isBound = (connection: ServiceConnection) =>
    bindsAnyType(configuration.grants, seen.organization, connection);
  const connections = [...view.connections.values()].filter(
    (connection) =>
      isAwsConnection(connection) ||
      isBound(connection) ||
      records.get(connection.id)?.isOtherType === true ||
      (connection.type === null &&
        (records.has(connection.id) || isOfGrant(configuration, seen, connection))),
  );
  const verdicts = connections.map((connection) => ({
    id: connection.id,
    ...(view.unsettled.has(connection.id)
      ? unsettledVerdict(connection)
      : judge(rules, seen, connection, records.get(connection.id))),
  }));
  const collectIds = (those: typeof verdicts) => new Set(those.map(({ id }) => id));
  return {
    requests: verdicts.flatMap((verdict) => verdict.request ?? []),
    undecided: collectIds(verdicts.filter(({ status }) => status !== 'decided')),
    hidden: collectIds(verdicts.filter(({ status }) => status === 'hidden')),
    inFormerAccounts: collectIds(verdicts.filter(({ isInFormerAccount }) => isInFormerAccount)),
    findings: [
      ...verdicts.flatMap((verdict) => verdict.findings),
      ...findCaseClashes(
        name,
        connections.filter((one) => one.oidc === 'on' || isBound(one)),
      ),
    ],
  };
}

const unsettledVerdict = (connection: ServiceConnection): Verdict => ({
  status: 'undecided',
  findings: [about('connection.unsettled', connection, 'was changed while it was being read')],
});

const hasRole = ({ role, earlier }: RecordedConnection) => role !== undefined || earlier.length > 0;

/** A connection of a type that is not shown concerns nobody where no grant is about its names. */
function isOfGrant(
  { grants }: Configuration,
  { organization }: OrganizationView,
  connection: ServiceConnection,
): boolean {
  return (
    connection.references.length === 0 ||
    grants.some((grant) => coversConnection(grant, organization, connection))
  );
}

function judge(
  configuration: Rules,
  seen: OrganizationView,
  connection: ServiceConnection,
  record: RecordedConnection | undefined,
): Verdict {
  const findings = fieldFindings(connection);
  const bound = listBoundRoles(configuration, seen.organization, connection);
  if (bound.length > 0) {
    const verdict = judgeBound(configuration, seen, connection, record, bound);
    return { ...verdict, findings: [...findings, ...verdict.findings] };
  }
  if (isOtherType(connection)) return judgeUnbound(connection);
  const hidden = hiddenMembers(connection, record);
  if (hidden.length > 0) return { status: 'hidden', findings: [...findings, notShown(connection, hidden)] };
  const { oidc } = connection;
  if (oidc !== 'on') return { status: oidc === 'unclear' ? 'undecided' : 'decided', findings };
  const verdict = judgeRequest(configuration, seen, connection, record);
  return { ...verdict, findings: [...findings, ...verdict.findings] };
}

/** The configuration alone is the request: what the connection itself says of a role decides nothing. */
function judgeBound(
  configuration: Rules,
  seen: OrganizationView,
  connection: ServiceConnection,
  record: RecordedConnection | undefined,
  [role = '', ...others]: readonly string[],
): Verdict {
  if (others.length > 0) {
    const what = `is given several roles by the configuration (${[role, ...others].join(', ')})`;
    const roles = [role, ...others];
    return { ...decline(connection, 'grant.ambiguous', what, { roles }), status: 'undecided' };
  }
  const { requestedRoleArn: requested, oidc, isReady } = connection;
  const verdict = judgeRequest(configuration, seen, { ...connection, requestedRoleArn: role }, record);
  const isOther = oidc === 'on' && requested !== null && requested !== '' && requested !== role;
  const what = `names ${quoted(requested ?? '')}, but the configuration gives it ${role}`;
  return {
    ...verdict,
    findings: [
      ...(isOther ? [about('role.outside-grant', connection, what, { requested, granted: role })] : []),
      ...(oidc !== 'on' && isReady === false
        ? [about('connection.not-ready', connection, 'is not ready')]
        : []),
      ...verdict.findings,
    ],
  };
}

/** It had a role by the configuration alone, which gives it none now; where its names are not shown, nobody knows that. */
function judgeUnbound(connection: ServiceConnection): Verdict {
  const { references, hidesReferences } = connection;
  if (references.length === 0) return { status: 'hidden', findings: [notShown(connection, ['name'])] };
  return hidesReferences
    ? { status: 'hidden', findings: [notShown(connection, ['serviceEndpointProjectReferences'])] }
    : decline(connection, 'connection.without-grant', 'is covered by no grant');
}

/** Of a connection with OIDC, or of one that has its role by the configuration alone. */
function judgeRequest(
  configuration: Rules,
  { organization, name }: OrganizationView,
  connection: ServiceConnection,
  record: RecordedConnection | undefined,
): Verdict {
  const role = grantedRole(configuration, organization, connection);
  if ('findings' in role) return role;
  const refusal = findRefusal(connection, record, role.grant);
  if (refusal) return refusal;
  const choice = role.grant.issuer ?? organization.issuer;
  const issuers = chosenProfiles(organization, choice, record?.withoutIssuer?.issuer);
  const named = deriveSubjects({ organization, name, connection }, role.grant, role.role, issuers);
  const request = { organization, connection, grant: role.grant, role: role.role, subjects: named.subjects };
  const unready = connection.isReady === null ? [notShown(connection, ['isReady'])] : [];
  return {
    status: unready.length > 0 ? 'undecided' : 'decided',
    findings: [...named.findings, ...unready],
    ...(named.subjects.length > 0 ? { request } : {}),
  };
}

/** Why the projects that use the connection keep it from what its grant allows. */
function findRefusal(
  connection: ServiceConnection,
  record: RecordedConnection | undefined,
  grant: Grant,
): Verdict | undefined {
  const hidden = hiddenReferences(connection, record, grant);
  if (hidden.length > 0) return { status: 'hidden', findings: [notShown(connection, hidden)] };
  if (grant.sharedConnections !== 'refuse' || connection.references.length <= 1) return undefined;
  const projects = connection.references.map(({ projectName }) => projectName);
  const what = 'is shared between projects, which its grant refuses';
  return decline(connection, 'connection.sharing-refused', what, { projects });
}

/**
 * Members that would decide what the connection asks for, and were not shown. Nothing rests on a parameter that is merely unset
 * while nothing is recorded: to the tasks it is empty. A recorded role is closed only when the parameter says so itself.
 */
function hiddenMembers(
  connection: ServiceConnection,
  record: RecordedConnection | undefined,
): readonly string[] {
  const { type, oidc, requestedRoleArn } = connection;
  const hidden = type === null && !record ? ['type'] : [];
  if (hidesParameters(connection)) return [...hidden, 'authorization.parameters'];
  if (oidc === null || isUnset('useOIDC', connection, record))
    return [...hidden, 'authorization.parameters.useOIDC'];
  if (oidc !== 'on') return hidden;
  if (requestedRoleArn === null || isUnset('assumeRoleArn', connection, record))
    return [...hidden, 'authorization.parameters.assumeRoleArn'];
  return connection.references.length === 0 ? [...hidden, 'name'] : hidden;
}

/** Of a connection that is recorded, a parameter that is merely unset was not shown. */
const isUnset = (
  parameter: NonNullable<ServiceConnection['unset']>[number],
  { unset = [] }: ServiceConnection,
  record: RecordedConnection | undefined,
): boolean => record !== undefined && unset.includes(parameter);

/** Names that would decide who is let in, and were not shown: those of projects that are let in now, or all of them. */
function hiddenReferences(
  { references, hidesReferences }: ServiceConnection,
  record: RecordedConnection | undefined,
  { sharedConnections }: Grant,
): readonly string[] {
  if (!hidesReferences) return [];
  const projects = new Set(references.map(({ projectId }) => projectId));
  const isUnknown =
    hidesReferences === 'some' ||
    sharedConnections === 'refuse' ||
    record?.role?.subjects.some(({ projectId }) => !projects.has(projectId));
  return isUnknown ? ['serviceEndpointProjectReferences'] : [];
}

/** With `isReady` alone it is decided what the connection asks for, and only the making of its role waits. */
function notShown(connection: ServiceConnection, members: readonly string[]): Finding {
  const isUndecided = !members.includes('isReady');
  const what = `is listed, but Azure DevOps does not show its ${members.join(' and ')}: ${isUndecided ? 'it is left as it is' : 'no role is made for it'}`;
  return about('connection.not-shown', connection, what, { members, isUndecided });
}

/** The one grant that covers the connection and the role it names, or why there is none. */
function grantedRole(
  configuration: Rules,
  organization: Organization,
  connection: ServiceConnection,
): { readonly grant: Grant; readonly role: ParsedRoleArn } | Verdict {
  const requested = connection.requestedRoleArn ?? '';
  if (requested === '') return decline(connection, 'connection.without-role', 'names no role');
  const role = parseRoleArn(requested);
  const evidence = { requested };
  if (!role) {
    const problem = problemOfRoleArn(requested);
    const what = `names ${quoted(requested)} as its role, which ${problem}`;
    return decline(connection, 'connection.role-malformed', what, { ...evidence, problem });
  }
  const covering = configuration.grants.filter((grant) => coversConnection(grant, organization, connection));
  if (covering.length === 0)
    return decline(connection, 'connection.without-grant', 'is covered by no grant', evidence);
  const account = configuration.accounts.find(({ id }) => id === role.account);
  if (!account) return declineAccount(configuration, connection, role);
  if (account.partition !== role.partition) {
    const what = `names a role of the partition ${role.partition}, but account ${role.account} is configured in ${account.partition}`;
    return decline(connection, 'account.other-partition', what, {
      ...evidence,
      partition: account.partition,
    });
  }
  return chooseGrant(configuration, organization, connection, role, covering);
}

/** Of an account that AWS Organizations lists no more, or of which nobody knows that it does not, nothing is decided. */
function declineAccount(
  configuration: Configuration,
  connection: ServiceConnection,
  { arn, account }: ParsedRoleArn,
): Verdict {
  const what = `names a role in account ${account}`;
  const former = findFormerAccount(configuration, account);
  if (former) {
    const left = `${what}, ${describeFormer(former)}; azfed leaves the role as it is`;
    return {
      ...decline(connection, 'account.left', left, { requested: arn, account }),
      status: 'undecided',
      isInFormerAccount: true,
    };
  }
  const declined = decline(connection, 'account.not-configured', what, { requested: arn });
  return isListOpen(configuration) ? { ...declined, status: 'undecided' } : declined;
}

/** Of the grants that cover the connection, the one that lets it have this role. */
function chooseGrant(
  configuration: Rules,
  organization: Organization,
  connection: ServiceConnection,
  role: ParsedRoleArn,
  covering: readonly Grant[],
): { readonly grant: Grant; readonly role: ParsedRoleArn } | Verdict {
  const evidence = { requested: role.arn };
  const granting = covering.filter(
    (grant) =>
      coversRequest(grant, organization, connection, role) &&
      !configuration.ownRoles.has(role.name.toLowerCase()),
  );
  const names = (granting.length > 0 ? granting : covering).map(({ name }) => name);
  const [grant, another] = granting;
  if (!grant) {
    const isPaired = covering.some((one) => one.roles && coversRole(one, role));
    const what = isPaired
      ? `names a role that its grant gives to another connection (${names.join(', ')})`
      : `names a role outside its grant (${names.join(', ')})`;
    return decline(connection, 'role.outside-grant', what, { ...evidence, grants: names });
  }
  if (another)
    return {
      ...decline(connection, 'grant.ambiguous', `is covered by ${names.join(' and ')}`, {
        ...evidence,
        grants: names,
      }),
      status: 'undecided',
    };
  return { grant, role };
}

/** It is clear that the connection gets no role, and why. */
function decline(
  connection: ServiceConnection,
  code: FindingCode,
  what: string,
  evidence: Finding['evidence'] = {},
): Verdict {
  return { status: 'decided', findings: [about(code, connection, what, evidence)] };
}

/** The roles that grants give the connection by themselves, as the ARNs that it would otherwise ask for. */
function listBoundRoles(
  { grants, accounts }: Configuration,
  organization: Organization,
  connection: ServiceConnection,
): readonly string[] {
  const pairs = grants
    .flatMap((grant) => listPairs(grant, organization, connection))
    .filter(({ type }) => type === 'any');
  const arns = pairs.flatMap(({ accounts: places, path, name }) =>
    places.map((id) => {
      const partition = accounts.find((account) => account.id === id)?.partition ?? 'aws';
      return `arn:${partition}:iam::${id}:role${path}${name}`;
    }),
  );
  return [...new Set(arns)];
}
