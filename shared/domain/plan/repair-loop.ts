import { pickKnown } from '../kernel/group-by.ts';
import { isDrift, type RoleChange } from './change.ts';
import type { BlockedReason } from '../records/blocked-reason.ts';
import type { Grant } from '../configuration/configuration.ts';
import { finding, type Finding } from '../findings/finding.ts';
import type { RecordedRole } from '../records/connection-record.ts';
import type { RoleFacts } from './role-facts.ts';
import { formatInstant, HOUR_MS } from '../kernel/durations.ts';

/** So many repairs of one role within so long: somebody else writes here as well, and neither gives in. */
const REPAIRS = 5;
const WITHIN_MS = HOUR_MS;

/** It stays so, however long ago it was, until a person has the role put back once more or says that it is over. */
export function isDisputed({ repairs = [] }: Pick<RecordedRole, 'repairs'>): boolean {
  const [first, last] = [repairs[0], repairs.at(-1)];
  if (first === undefined || last === undefined || repairs.length < REPAIRS) return false;
  return last - first <= WITHIN_MS;
}

/** A disputed role whose grant asks for it is closed to all sessions for a while, each time that it has to be narrowed. */
export function isToQuarantine(
  grant: Pick<Grant, 'quarantine'> | undefined,
  recorded: readonly Pick<RecordedRole, 'repairs'>[],
): boolean {
  return grant?.quarantine === true && recorded.some(isDisputed);
}

/** The last repairs of drift, with this one at `now`. */
export function withRepair(
  before: RecordedRole | undefined,
  now: number,
): Required<Pick<RecordedRole, 'repairs'>> {
  return { repairs: [...(before?.repairs ?? []), now].slice(-REPAIRS) };
}

/** The repairs as they are after a change. A person who lets a disputed role be put back whole ends the dispute. */
export function updateRepairs(
  before: RecordedRole | undefined,
  change: RoleChange,
  blockedBy: BlockedReason | undefined,
  now: number,
): Pick<RecordedRole, 'repairs'> {
  if (before && isDisputed(before))
    return isHeldAsDisputed(change) && blockedBy === undefined ? {} : pickKnown(before, 'repairs');
  return isDrift(change) ? withRepair(before, now) : pickKnown(before, 'repairs');
}

const isHeldAsDisputed = ({ hold, wideningHold }: RoleChange) =>
  hold === 'disputed' || wideningHold === 'disputed';

export function disputeFindings({ target, recorded }: RoleFacts): readonly Finding[] {
  const disputed = recorded.find(isDisputed);
  if (!disputed) return [];
  const connectionId = target.bindings[0]?.connectionId;
  return [
    finding(
      'role.disputed',
      `${target.role.arn} was put back ${REPAIRS} times within an hour; from now on it is only narrowed.`,
      {
        roleArn: target.role.arn,
        ...(connectionId ? { connectionId } : {}),
        evidence: { repairs: disputed.repairs?.map(formatInstant) },
      },
    ),
  ];
}
