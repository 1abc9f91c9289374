import { isDiscovered } from './discovered-names.ts';
import type { RecordedControls } from './deployment-record.ts';
import type { Missing, RecordedConnection, RecordedRole } from './connection-record.ts';
import { HOUR_MS, MINUTE_MS, type Instant } from '../kernel/durations.ts';

/**
 * What azfed itself could have written: whoever can write the table cannot give a time or a count more than that. A value
 * beyond it counts for nothing, or as the least that holds.
 *
 *     value                            beyond what azfed writes         counts as
 *     subject, former subject          no name that discovery showed    not there
 *     former subject, until            over 30 minutes from now         not there
 *     repairs                          in the future, more than five    not there
 *     written                          in the future                    long ago
 *     intent                           in the future                    not there
 *     since when absent                in the future, before the last   not there
 *                                      write
 *     closed, deleted, restored        in the future                    now: it still holds
 *     sessions revoked before          over an hour from now            not there
 *     said to be gone for good         in the future                    not there
 *     connection, missing since        in the future                    not there: the time begins anew
 *     key migration, begun             in the future                    not there
 *     drift told, since when           in the future                    not there: it is told again
 *     allowed to write (bootstrap)     in the future                    not there
 *     failing, first, last and told     in the future                    not there: it is told again
 *     pause, until                     over seven days from its begin   seven days from its begin
 *     pause, approval, begun           in the future                    not there
 *     breaker, resumed until           over an hour from now            tripped
 *     approval, until                  over an hour from its begin      not there
 *     lease, until                     later than a new one, ten        free (dynamo-lease-store.ts)
 *                                      minutes for the clocks added
 *     audit log, read until            in the future                    now (audit/audit-cursor.ts)
 *     evidence of a deletion           in the future                    not there (audit/deletion.ts)
 *     next attempt of a delivery       over 27 hours from now           now (delivery.ts)
 */
const SKEW_MS = 5 * MINUTE_MS;

/** The longest that each may last; the places that write them import these. */
/** Tokens that were issued under the old name live for up to 20 minutes (observed); then it must end, for it is free. */
export const OVERLAP_MS = HOUR_MS / 2;
/** A person who resumes lets automatic runs go on for so long; what is still too much trips the breaker again. */
export const ALLOWANCE_MS = HOUR_MS;
export const APPROVAL_MS = HOUR_MS;
/** Sessions of a quarantined role are denied everything for so long. */
export const QUARANTINE_MS = HOUR_MS;
export const LONGEST_PAUSE_MS = 7 * 24 * HOUR_MS;
/** As many as make a dispute. */
const MOST_REPAIRS = 5;

export const makePastCheck = (now: Instant) => (time: Instant) => time <= now + SKEW_MS;
type Past = ReturnType<typeof makePastCheck>;
const respectsLimit = (until: Instant, from: Instant, longest: number) => until <= from + longest + SKEW_MS;

export function limitConnection(item: RecordedConnection, now: number): RecordedConnection {
  const isPast = makePastCheck(now);
  const { role, retiring, keyMigration, missing, unresolved, failing, ...rest } = item;
  return {
    ...rest,
    ...(role ? { role: limitRole(role, item, now) } : {}),
    earlier: item.earlier.map((one) => limitRole(one, item, now)),
    ...(retiring && isPast(retiring.at) ? { retiring } : {}),
    ...(missing && isMissingPast(missing, isPast) ? { missing } : {}),
    ...(keyMigration && isPast(keyMigration.at) ? { keyMigration } : {}),
    ...(unresolved
      ? { unresolved: unresolved.filter(({ since, toldAt }) => isPast(since) && isPast(toldAt)) }
      : {}),
    ...(failing
      ? { failing: failing.filter((one) => [one.since, one.lastAt, one.toldAt].every(isPast)) }
      : {}),
  };
}

const isMissingPast = ({ since, notifiedAt = since }: Missing, isPast: Past) =>
  [since, notifiedAt].every(isPast);

function limitRole(role: RecordedRole, item: RecordedConnection, now: number): RecordedRole {
  const isPast = makePastCheck(now);
  const { repairs, absentSince, sessionsRevokedBefore, intent, ...rest } = role;
  const writtenAt = isPast(role.writtenAt) ? role.writtenAt : 0;
  const isSinceWrite = (time: Instant) => time >= writtenAt - SKEW_MS;
  const isKnown = ({ subject }: { readonly subject: string }) => isDiscovered(subject, item);
  return {
    ...rest,
    ...limitClosure(role, now),
    subjects: role.subjects.filter(isKnown),
    formerSubjects: role.formerSubjects.filter(
      (former) => respectsLimit(former.until, now, OVERLAP_MS) && isKnown(former),
    ),
    writtenAt,
    ...(repairs ? { repairs: repairs.filter(isPast).slice(-MOST_REPAIRS) } : {}),
    ...(intent && isPast(intent.at) ? { intent } : {}),
    ...(absentSince !== undefined && isPast(absentSince) && isSinceWrite(absentSince) ? { absentSince } : {}),
    ...(sessionsRevokedBefore !== undefined && respectsLimit(sessionsRevokedBefore, now, QUARANTINE_MS)
      ? { sessionsRevokedBefore }
      : {}),
  };
}

/** What holds somebody out is kept, whatever its time says. */
function limitClosure(
  { closed, deletedAt, restoredAt }: RecordedRole,
  now: number,
): Pick<RecordedRole, 'closed' | 'deletedAt' | 'restoredAt'> {
  const atMostNow = (time: Instant) => (makePastCheck(now)(time) ? time : now);
  return {
    ...(closed ? { closed: { ...closed, at: atMostNow(closed.at) } } : {}),
    ...(deletedAt === undefined ? {} : { deletedAt: atMostNow(deletedAt) }),
    ...(restoredAt === undefined ? {} : { restoredAt: atMostNow(restoredAt) }),
  };
}

export function limitControls(controls: RecordedControls, now: number): RecordedControls {
  // The stand-in of one that cannot be read is not from the table.
  if (controls.unreadable) return controls;
  const isPast = makePastCheck(now);
  const { bootstrapped, ...rest } = controls;
  return {
    ...rest,
    ...(bootstrapped && isPast(bootstrapped.at) ? { bootstrapped } : {}),
    pauses: controls.pauses
      .filter(({ at }) => isPast(at))
      .map((pause) =>
        respectsLimit(pause.until, pause.at, LONGEST_PAUSE_MS)
          ? pause
          : { ...pause, until: pause.at + LONGEST_PAUSE_MS },
      ),
    breakers: controls.breakers.map(({ resumed, ...breaker }) =>
      resumed && respectsLimit(resumed.until, now, ALLOWANCE_MS) ? { ...breaker, resumed } : breaker,
    ),
    approvals: controls.approvals.filter(
      ({ at, until }) => isPast(at) && respectsLimit(until, at, APPROVAL_MS),
    ),
  };
}
