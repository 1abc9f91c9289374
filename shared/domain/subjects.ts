import type { Grant } from './configuration.ts';
import type { Finding, FindingCode } from './finding.ts';
import { finding } from './finding.ts';
import { coversReference } from './grant-coverage.ts';
import { SUBJECT_MAX_LENGTH, buildSubject, problemOfName } from './issuer.ts';
import type { BoundSubject } from './recorded.ts';
import type { ConnectionReference, ServiceConnection } from './service-connection.ts';

/** Who is to be let in, and whom a grant covers that is not. */
interface NamedSubjects {
  readonly subjects: readonly BoundSubject[];
  readonly findings: readonly Finding[];
}

/**
 * One subject for each project that the grant covers. A reference with a bad name loses its own subject only: whoever
 * can rename the connection in one project must not be able to stop the others.
 */
export function subjectsOf(
  organizationName: string,
  connection: ServiceConnection,
  grant: Grant,
): NamedSubjects {
  const subjects: BoundSubject[] = [];
  const findings: Finding[] = [];
  for (const reference of connection.references) {
    const subject = buildSubject(organizationName, reference);
    const problem = problemOf(grant, reference, subject);
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

function problemOf(
  grant: Grant,
  reference: ConnectionReference,
  subject: string,
): readonly [FindingCode, string] | undefined {
  if (!coversReference(grant, reference))
    return [
      'connection.reference-not-granted',
      'is a share of a connection with a project that its grant does not cover',
    ];
  if (problemOfName(reference.projectName) ?? problemOfName(reference.name))
    return ['connection.name-refused', 'has a name that cannot stand in a trust policy'];
  if (subject.length > SUBJECT_MAX_LENGTH)
    return ['connection.subject-too-long', `has a subject of ${subject.length} characters`];
  return undefined;
}
