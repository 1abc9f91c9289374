import type { RecordedControls } from './recorded-controls.ts';
import type { RecordedConnection, RecordedRole } from './recorded.ts';

/**
 * What azfed itself could have written: whoever can write the table cannot give a time or a count more than that. A value
 * beyond it counts for nothing, or as the least that holds.
 *
 *     value                            beyond what azfed writes         counts as
 *     former subject, until            over 30 minutes from now         not there
 *     repairs                          in the future, more than five    not there
 *     written, since when absent       in the future                    long ago; not there
 *     sessions revoked before          in the future                    not there
 *     key migration, begun             in the future                    not there
 *     drift told, since when           in the future                    not there: it is told again
 *     pause, until                     over seven days from its begin   seven days from its begin
 *     pause, approval, begun           in the future                    not there
 *     breaker, resumed until           over an hour from now            tripped
 *     approval, until                  over an hour from its begin      not there
 */
const SKEW_MS = 5 * 60_000;
const HOUR_MS = 60 * 60_000;

/** The longest that each may last; the places that write them import these. */
/** Tokens that were issued under the old name live for up to 20 minutes (observed); then it must end, for it is free. */
export const OVERLAP_MS = HOUR_MS / 2;
/** A person who resumes lets hands-off passes go on for so long; what is still too much trips the breaker again. */
export const ALLOWANCE_MS = HOUR_MS;
export const APPROVAL_MS = HOUR_MS;
export const LONGEST_PAUSE_MS = 7 * 24 * HOUR_MS;
/** As many as make a dispute. */
const MOST_REPAIRS = 5;

const LONG_AGO = new Date(0).toISOString();

type Past = (time: string) => boolean;
const pastOf =
  (now: number): Past =>
  (time) =>
    Date.parse(time) <= now + SKEW_MS;
const isWithin = (until: string, from: number, longest: number) =>
  Date.parse(until) <= from + longest + SKEW_MS;

export function limitConnection(item: RecordedConnection, now: number): RecordedConnection {
  const isPast = pastOf(now);
  const { role, keyMigration, unresolved, ...rest } = item;
  const limited: RecordedConnection = {
    ...rest,
    ...(role ? { role: limitRole(role, now) } : {}),
    earlier: item.earlier.map((one) => limitRole(one, now)),
    ...(keyMigration && isPast(keyMigration.at) ? { keyMigration } : {}),
    ...(unresolved
      ? { unresolved: unresolved.filter(({ since, toldAt }) => isPast(since) && isPast(toldAt)) }
      : {}),
  };
  return limited;
}

function limitRole(role: RecordedRole, now: number): RecordedRole {
  const isPast = pastOf(now);
  const { repairs, absentSince, sessionsRevokedBefore, ...rest } = role;
  return {
    ...rest,
    formerSubjects: role.formerSubjects.filter(({ until }) => isWithin(until, now, OVERLAP_MS)),
    writtenAt: isPast(role.writtenAt) ? role.writtenAt : LONG_AGO,
    ...(repairs ? { repairs: repairs.filter(isPast).slice(-MOST_REPAIRS) } : {}),
    ...(absentSince !== undefined && isPast(absentSince) ? { absentSince } : {}),
    ...(sessionsRevokedBefore !== undefined && isPast(sessionsRevokedBefore)
      ? { sessionsRevokedBefore }
      : {}),
  };
}

export function limitControls(controls: RecordedControls, now: number): RecordedControls {
  // The stand-in of one that cannot be read is not from the table.
  if (controls.unreadable) return controls;
  const isPast = pastOf(now);
  return {
    ...controls,
    pauses: controls.pauses
      .filter(({ at }) => isPast(at))
      .map((pause) => {
        const latest = Date.parse(pause.at) + LONGEST_PAUSE_MS;
        return isWithin(pause.until, Date.parse(pause.at), LONGEST_PAUSE_MS)
          ? pause
          : { ...pause, until: new Date(latest).toISOString() };
      }),
    breakers: controls.breakers.map(({ resumed, ...breaker }) =>
      resumed && isWithin(resumed.until, now, ALLOWANCE_MS) ? { ...breaker, resumed } : breaker,
    ),
    approvals: controls.approvals.filter(
      ({ at, until }) => isPast(at) && isWithin(until, Date.parse(at), APPROVAL_MS),
    ),
  };
}
