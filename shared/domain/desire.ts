import { parseRoleArn } from './arn.ts';
import type { ParsedRoleArn } from './arn.ts';
import type { Configuration, Grant, Organization } from './configuration.ts';
import type { Finding, FindingCode } from './finding.ts';
import { finding } from './finding.ts';
import { matchesPattern } from './glob.ts';
import type { ConnectionId } from './ids.ts';
import type { ConnectionView } from './inventory.ts';
import { SUBJECT_MAX_LENGTH, buildSubject, problemOfName } from './issuer.ts';
import type { BoundSubject } from './recorded.ts';
import { isAwsConnection } from './service-connection.ts';
import type { ConnectionReference, ServiceConnection } from './service-connection.ts';

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
export function desire(
  configuration: Configuration,
  organization: Organization,
  view: ConnectionView,
): Desired {
  const connections = [...view.connections.values()].filter(isAwsConnection);
  const verdicts = connections.map((connection) =>
    view.unsettled.has(connection.id)
      ? { findings: [about('connection.unsettled', connection, 'was changed while it was being read')] }
      : judge(configuration, organization, connection),
  );
  const findings = verdicts.flatMap((verdict) => verdict.findings);
  return {
    wishes: verdicts.flatMap((verdict) => verdict.wish ?? []),
    undecided: new Set(
      findings.flatMap(({ code, connectionId }) =>
        connectionId && undecidedCodes.includes(code) ? [connectionId] : [],
      ),
    ),
    findings: [...findings, ...caseClashes(organization, connections)],
  };
}

function judge(
  configuration: Configuration,
  organization: Organization,
  connection: ServiceConnection,
): Verdict {
  const findings = credentialFindings(connection);
  if (connection.oidc !== 'on') return { findings };
  const role = grantedRole(configuration, organization, connection);
  if ('code' in role) return { findings: [...findings, role] };
  const named = subjectsOf(organization, connection, role.grant);
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

function coversConnection(grant: Grant, organization: Organization, connection: ServiceConnection): boolean {
  return (
    matchesPattern(grant.connections.organization, organization.name) &&
    connection.references.some((reference) => coversReference(grant, reference))
  );
}

function coversReference({ connections }: Grant, reference: ConnectionReference): boolean {
  return (
    matchesPattern(connections.project, reference.projectName) &&
    matchesPattern(connections.name, reference.name)
  );
}

function coversRole(grant: Grant, role: ParsedRoleArn): boolean {
  return (
    grant.accounts.includes(role.account) &&
    role.path.startsWith(grant.role.path) &&
    matchesPattern(grant.role.name, role.name)
  );
}

/**
 * One subject for each project that the grant covers. A reference with a bad name loses its own subject only: whoever
 * can rename the connection in one project must not be able to stop the others.
 */
function subjectsOf(organization: Organization, connection: ServiceConnection, grant: Grant) {
  const subjects: BoundSubject[] = [];
  const findings: Finding[] = [];
  for (const reference of connection.references) {
    const subject = buildSubject(organization.name, reference);
    const evidence = { projectId: reference.projectId, subject };
    if (!coversReference(grant, reference)) {
      findings.push(
        about(
          'connection.reference-not-granted',
          connection,
          'is shared with a project that the grant does not cover',
          evidence,
        ),
      );
    } else if (problemOfName(reference.projectName) ?? problemOfName(reference.name)) {
      findings.push(
        about(
          'connection.name-refused',
          connection,
          'has a name that cannot stand in a trust policy',
          evidence,
        ),
      );
    } else if (subject.length > SUBJECT_MAX_LENGTH) {
      findings.push(
        about(
          'connection.subject-too-long',
          connection,
          `has a subject of ${subject.length} characters`,
          evidence,
        ),
      );
    } else subjects.push({ projectId: reference.projectId, subject });
  }
  return { subjects, findings };
}

function caseClashes(
  organization: Organization,
  connections: readonly ServiceConnection[],
): readonly Finding[] {
  const owners = new Map<string, Set<ServiceConnection>>();
  for (const connection of connections.filter(({ oidc }) => oidc === 'on')) {
    for (const reference of connection.references) {
      const key = buildSubject(organization.name, reference).toLowerCase();
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
