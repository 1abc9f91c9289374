import type { Grant, Organization } from '../configuration/configuration.ts';
import type { ParsedRoleArn } from '../kernel/arn.ts';
import { finding, type Finding, type FindingCode } from '../findings/finding.ts';
import { coversReference } from '../configuration/grant-coverage.ts';
import type { IssuerProfile, NameProblem } from '../issuers/issuer.ts';
import { SUBJECT_MAX_LENGTH, buildSubject, problemOfName } from '../issuers/issuer.ts';
import type { BoundSubject } from '../records/connection-record.ts';
import type { ConnectionReference, ServiceConnection } from '../azure-devops/service-connection.ts';
import { about } from './field-findings.ts';

/** Who is to be let in, and whom a grant covers that is not. */
interface NamedSubjects {
  readonly subjects: readonly BoundSubject[];
  readonly findings: readonly Finding[];
}

/** Whose tokens are meant. `name`: of the organization, as the service spells it. */
interface Bearer {
  readonly organization: Organization;
  readonly name: string;
  readonly connection: ServiceConnection;
}

/**
 * `issuers`: those whose tokens are to be let in. One subject for each project that the grant covers. A reference with a bad name loses its own subject only: whoever
 * can rename the connection in one project must not be able to stop the others.
 */
export function deriveSubjects(
  { organization, name, connection }: Bearer,
  grant: Grant,
  role: ParsedRoleArn,
  issuers: readonly IssuerProfile[],
): NamedSubjects {
  const isNamed = issuers.some(({ name }) => name === 'vstoken');
  const subjects: BoundSubject[] = [];
  const findings: Finding[] = [];
  for (const reference of connection.references) {
    const subject = buildSubject(name, reference);
    const isCovered = coversReference(grant, organization, reference, role);
    const problem =
      (isCovered ? undefined : uncovered) ?? (isNamed ? unnamable(reference, subject) : undefined);
    if (!problem) {
      subjects.push({ projectId: reference.projectId, subject });
      continue;
    }
    const [code, what] = problem;
    const evidence = { projectId: reference.projectId, subject };
    const message = `${reference.projectName} / ${reference.name} ${what}.`;
    findings.push(finding(code, message, { connectionId: connection.id, evidence }));
  }
  return { subjects, findings };
}

type Problem = readonly [FindingCode, string];

const uncovered: Problem = [
  'connection.reference-not-granted',
  'is a share of a connection with a project that its grant does not cover',
];

const whatProblem: Readonly<Record<NameProblem, string>> = {
  empty: 'is empty',
  pattern: 'holds * or ?, which IAM reads as a pattern',
  variable: 'holds ${, which IAM reads as a variable',
  slash: 'holds a slash, so that its subject could be read as that of another project',
  invisible: 'holds a character that cannot be seen',
  'not-latin-1': 'holds a character beyond Latin-1 (U+00FF), which no document of IAM can hold',
};

/** Subjects of vstoken are built of names; those of Entra hold none, so that no name is refused there. */
function unnamable({ projectName, name }: ConnectionReference, subject: string): Problem | undefined {
  const [project, connection] = [problemOfName(projectName, 'project'), problemOfName(name)];
  if (project) return ['connection.name-refused', `has a project whose name ${whatProblem[project]}`];
  if (connection) return ['connection.name-refused', `has a name that ${whatProblem[connection]}`];
  if (subject.length > SUBJECT_MAX_LENGTH)
    return ['connection.subject-too-long', `has a subject of ${subject.length} characters`];
  return undefined;
}

/** Connections whose subjects differ in case alone. */
export function findCaseClashes(
  organizationName: string,
  connections: readonly ServiceConnection[],
): readonly Finding[] {
  const owners = new Map<string, Set<ServiceConnection>>();
  for (const connection of connections) {
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
