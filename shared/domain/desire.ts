import { parseRoleArn } from './arn.ts';
import type { ParsedRoleArn } from './arn.ts';
import type { Configuration, Grant, Organization } from './configuration.ts';
import type { Finding, FindingCode } from './finding.ts';
import { finding } from './finding.ts';
import { coversConnection, coversRole } from './grant-coverage.ts';
import type { ConnectionId } from './ids.ts';
import { buildSubject } from './issuer.ts';
import type { OrganizationView } from './organization-view.ts';
import type { BoundSubject } from './recorded.ts';
import { isAwsConnection } from './service-connection.ts';
import type { ConnectionReference, ServiceConnection } from './service-connection.ts';
import { subjectsOf } from './subjects.ts';

/** What one connection asks for and a grant allows. Whether it gets the role is decided by the claims. */
export interface Wish {
  readonly organization: Organization;
  readonly connection: ServiceConnection;
  readonly grant: Grant;
  readonly role: ParsedRoleArn;
  /** One for each project reference that the grant covers; sorted by project, never empty. */
  readonly subjects: readonly BoundSubject[];
}

interface Verdict {
  readonly wish?: Wish;
  readonly findings: readonly Finding[];
}

/** What all connections of an organization ask for, as far as grants allow it. */
export interface Desired {
  readonly wishes: readonly Wish[];
  /** Connections of which it is not clear what they ask for or are granted: what they have is left to them. */
  readonly undecided: ReadonlySet<ConnectionId>;
  readonly findings: readonly Finding[];
}

const undecidedCodes: readonly FindingCode[] = [
  'connection.unsettled',
  'connection.oidc-unclear',
  'grant.ambiguous',
];

/** Connections x grants. Deny by default: what no grant plainly covers becomes a finding. */
export function desire(configuration: Configuration, seen: OrganizationView): Desired {
  const { name, view } = seen;
  const connections = [...view.connections.values()].filter(isAwsConnection);
  const verdicts = connections.map((connection) =>
    view.unsettled.has(connection.id)
      ? { findings: [about('connection.unsettled', connection, 'was changed while it was being read')] }
      : judge(configuration, seen, connection),
  );
  const findings = verdicts.flatMap((verdict) => verdict.findings);
  return {
    wishes: verdicts.flatMap((verdict) => verdict.wish ?? []),
    undecided: new Set(
      findings.flatMap(({ code, connectionId }) =>
        connectionId && undecidedCodes.includes(code) ? [connectionId] : [],
      ),
    ),
    findings: [...findings, ...caseClashes(name, connections)],
  };
}

function judge(
  configuration: Configuration,
  { organization, name }: OrganizationView,
  connection: ServiceConnection,
): Verdict {
  const findings = credentialFindings(connection);
  if (connection.oidc !== 'on') return { findings };
  const role = grantedRole(configuration, organization, connection);
  if ('code' in role) return { findings: [...findings, role] };
  if (role.grant.sharedConnections === 'refuse' && connection.references.length > 1) {
    const projects = connection.references.map(({ projectName }) => projectName);
    const what = 'is shared between projects, which its grant refuses';
    return { findings: [...findings, about('connection.sharing-refused', connection, what, { projects })] };
  }
  const named = subjectsOf(name, connection, role.grant);
  const wish = { organization, connection, grant: role.grant, role: role.role, subjects: named.subjects };
  return {
    findings: [...findings, ...named.findings],
    ...(named.subjects.length > 0 ? { wish } : {}),
  };
}

/** What is wrong with how the connection holds its credentials; none of it stops the federation. */
function credentialFindings(connection: ServiceConnection): readonly Finding[] {
  const { oidc, hasAccessKey, hasExternalId, isReady } = connection;
  const isOn = oidc === 'on';
  return [
    ...(!isOn && hasAccessKey
      ? [about('connection.static-keys', connection, 'holds a static access key')]
      : []),
    ...(isOn && hasAccessKey
      ? [about('connection.leftover-key', connection, 'asks for OIDC but still holds a key')]
      : []),
    ...(isOn && hasExternalId
      ? [about('connection.external-id', connection, 'has an external id beside OIDC')]
      : []),
    ...(oidc === 'unclear'
      ? [about('connection.oidc-unclear', connection, 'has an unclear "Use OIDC" field')]
      : []),
    ...(isOn && !isReady ? [about('connection.not-ready', connection, 'is not ready')] : []),
  ];
}

/** The one grant that covers the connection and the role it names, or the finding that says why there is none. */
function grantedRole(
  configuration: Configuration,
  organization: Organization,
  connection: ServiceConnection,
): { readonly grant: Grant; readonly role: ParsedRoleArn } | Finding {
  const requested = connection.requestedRoleArn;
  if (requested === '') return about('connection.without-role', connection, 'names no role');
  const role = parseRoleArn(requested);
  const evidence = { requested };
  if (!role)
    return about('connection.role-malformed', connection, 'names something that is not a role', evidence);
  const covering = configuration.grants.filter((grant) => coversConnection(grant, organization, connection));
  if (covering.length === 0)
    return about('connection.without-grant', connection, 'is covered by no grant', evidence);
  const account = configuration.accounts.find(({ id }) => id === role.account);
  if (account?.partition !== role.partition) {
    return about('account.not-configured', connection, `names a role in account ${role.account}`, evidence);
  }
  const granting = covering.filter((grant) => coversRole(grant, role));
  const names = (granting.length > 0 ? granting : covering).map(({ name }) => name);
  const [grant, another] = granting;
  if (!grant)
    return about('role.outside-grant', connection, `names a role outside its grant (${names.join(', ')})`, {
      ...evidence,
      grants: names,
    });
  if (another)
    return about('grant.ambiguous', connection, `is covered by ${names.join(' and ')}`, {
      ...evidence,
      grants: names,
    });
  return { grant, role };
}

function caseClashes(
  organizationName: string,
  connections: readonly ServiceConnection[],
): readonly Finding[] {
  const owners = new Map<string, Set<ServiceConnection>>();
  for (const connection of connections.filter(({ oidc }) => oidc === 'on')) {
    for (const reference of connection.references) {
      const key = buildSubject(organizationName, reference).toLowerCase();
      owners.set(key, (owners.get(key) ?? new Set()).add(connection));
    }
  }
  const clashing = new Set([...owners.values()].filter(({ size }) => size > 1).flatMap((set) => [...set]));
  return [...clashing].map((connection) =>
    about('connection.case-clash', connection, 'has a namesake that differs in case alone'),
  );
}

/** A finding about a connection; the sentence begins with the connection's names. */
function about(
  code: FindingCode,
  connection: ServiceConnection,
  what: string,
  evidence: Readonly<Record<string, unknown>> = {},
): Finding {
  return finding(code, `${displayName(connection.references)} ${what}.`, {
    connectionId: connection.id,
    evidence,
  });
}

/** How people know a connection: project / name, with the number of further projects. */
export function displayName(references: readonly ConnectionReference[]): string {
  const [first, ...others] = references;
  if (!first) return 'A connection without a project';
  return `${first.projectName} / ${first.name}${others.length > 0 ? ` (+${others.length})` : ''}`;
}
