import { buildSubject } from '../issuers/issuer.ts';
import type { RecordedConnection, RecordedRole } from './connection-record.ts';
import type { ConnectionReference } from '../azure-devops/service-connection.ts';

type Named = Pick<RecordedConnection, 'references' | 'earlierReferences'>;

/**
 * Whether discovery has shown the connection under a name that builds this subject. A subject in a record authorises nobody
 * by itself: whoever adds one to a role's record adds no name to what discovery has seen. The organization is left out of the
 * comparison: its GUID stands in the issuer.
 */
export function isDiscovered(subject: string, { references, earlierReferences = [] }: Named): boolean {
  return [...references, ...earlierReferences].some((reference) => buildsSubject(reference, subject));
}

/** Under whichever name of its organization. */
export function buildsSubject(reference: ConnectionReference, subject: string): boolean {
  const organization = /^sc:\/\/([^/]+)\//.exec(subject)?.[1];
  return organization !== undefined && buildSubject(organization, reference) === subject;
}

/** The item under the names that were just seen. An earlier one stays as long as a role lets the connection in under it. */
export function underNames(
  { earlierReferences = [], ...item }: RecordedConnection,
  references: readonly ConnectionReference[] = item.references,
): RecordedConnection {
  const had = [...(item.role ? [item.role] : []), ...item.earlier].flatMap(listRoleSubjects);
  const current = new Set(references.map(makeReferenceKey));
  const before = new Map(
    [...item.references, ...earlierReferences].map((one) => [makeReferenceKey(one), one]),
  );
  const earlier = [...before].flatMap(([text, one]) =>
    !current.has(text) && had.some((subject) => buildsSubject(one, subject)) ? [one] : [],
  );
  return { ...item, references, ...(earlier.length > 0 ? { earlierReferences: earlier } : {}) };
}

const listRoleSubjects = ({ subjects, formerSubjects }: RecordedRole) =>
  [...subjects, ...formerSubjects].map(({ subject }) => subject);

const makeReferenceKey = ({ projectId, projectName, name }: ConnectionReference) =>
  JSON.stringify([projectId, projectName, name]);
