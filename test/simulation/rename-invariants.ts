import type { BoundSubject, RecordedRole } from '../../shared/domain/records/connection-record.ts';
import { admitted, beyond } from './admission.ts';
import type { Resident } from './azure-devops.ts';
import { isHeldByOthers, isRecorded, objection } from './objections.ts';
import type { Check } from './role-write.ts';
import { requestsRole } from './role-write.ts';
import { listRoleRecords } from './table.ts';

/**
 * I15: who has a role by the record and asks for it still stays in it while a rename is followed, whatever else stands in
 * the trust. An old name stays until its time is over, or until somebody else holds it.
 */
export const followsRenames: Check = (world, { seen = [], observedAt, found }, { step, before, after }) => {
  if (step.action !== 'setTrust' || !before) return [];
  // Whom somebody lets in by opening the trust after the look was not in.
  const snapshot = found.get(after.arn);
  const wasIn = snapshot && admitted(snapshot.trust, snapshot.account);
  const out = beyond(admitted(before.trust, before.account), admitted(after.trust, after.account));
  const lost = new Set(out.filter((subject) => wasIn?.has(subject) ?? true));
  return listRoleRecords(world.table, after.arn).flatMap(({ connectionId, role }) => {
    const resident = seen.find(({ id }) => id === connectionId);
    if (!resident || role.closed || !requestsRole(world, after.arn, resident)) return [];
    const isRightful = [...resident.subjects].every(
      (subject) => objection(world, seen, after.arn, subject) === undefined,
    );
    const isFree = (subject: string) => !isHeldByOthers(seen, connectionId, subject);
    return isRightful
      ? listSubjects(role, resident, observedAt)
          .filter((subject) => lost.has(subject) && isFree(subject) && isRecorded(world, after.arn, subject))
          .map((subject) => `I15 ${subject} is shut out of ${after.name} while its connection belongs there`)
      : [];
  });
};

/** The names of references that the connection still has, and earlier ones whose time is not over. */
function listSubjects(
  { subjects, formerSubjects }: RecordedRole,
  { references }: Resident,
  now: number,
): readonly string[] {
  const isThere = ({ projectId }: BoundSubject) => references.some((one) => one.projectId === projectId);
  return [...subjects.filter(isThere), ...formerSubjects.filter(({ until }) => until > now)].map(
    ({ subject }) => subject,
  );
}
