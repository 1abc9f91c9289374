import { matchesPattern } from '../kernel/glob.ts';
import { formatDate, DAY_MS } from '../kernel/durations.ts';
import type { ConfigurationProblem } from '../kernel/errors.ts';
import {
  findingCatalogue,
  getFindingAccount,
  isSevere,
  leavesUnknown,
  type Finding,
  type FindingCode,
} from './finding.ts';

/** A finding of runs that people live with for a while. Of connection, role and account at least one is given; all that are hold. */
export interface AcceptedRunFinding {
  readonly code: string;
  /** Pattern of `project/name`, or of the id. */
  readonly connection?: string;
  /** Pattern of the ARN. */
  readonly role?: string;
  /** Pattern of the id, or of the name. */
  readonly account?: string;
  readonly reason: string;
  /** The last day, `YYYY-MM-DD` in UTC. */
  readonly until: string;
}

/** A severe finding is accepted for so many days at most. */
const LONGEST_SEVERE_DAYS = 90;

/**
 * Marks what people live with for a while. It stays a finding: it is counted, reported and notified as before, and only no
 * longer a reason why a run is not converged. What could not be read is never accepted.
 *
 * `listNames`: the names of a connection, `project/name`, and its id; those of an account likewise.
 */
export function markAccepted(
  findings: readonly Finding[],
  accepted: readonly AcceptedRunFinding[],
  listNames: (id: string) => readonly string[],
  now: number,
): readonly Finding[] {
  const running = accepted.filter(({ until }) => until >= formatDate(now));
  if (running.length === 0) return findings;
  return findings.map((found) => {
    const entry = running.find((one) => isMeant(found, one, listNames) && !isTooLong(found, one, now));
    if (!entry || leavesUnknown(found)) return found;
    return { ...found, accepted: { reason: entry.reason, until: entry.until } };
  });
}

function isMeant(
  found: Finding,
  entry: AcceptedRunFinding,
  listNames: (id: string) => readonly string[],
): boolean {
  const { code, connectionId, roleArn } = found;
  const account = getFindingAccount(found);
  const names = connectionId === undefined ? [] : listNames(connectionId);
  const fits = (pattern: string | undefined, values: readonly string[]) =>
    pattern === undefined || values.some((value) => matchesPattern(pattern, value));
  return (
    code === entry.code &&
    fits(entry.connection, names) &&
    fits(entry.role, roleArn === undefined ? [] : [roleArn]) &&
    fits(entry.account, account === undefined ? [] : listNames(account))
  );
}

/** Somebody may get in, or out: nobody lives with that for longer, and an entry that would counts for nothing. */
function isTooLong(found: Finding, { until }: AcceptedRunFinding, now: number): boolean {
  return isSevere(found) && until > formatDate(now + LONGEST_SEVERE_DAYS * DAY_MS);
}

/** What is wrong with an entry at this time. */
export function listAcceptanceProblems(
  { code, until }: AcceptedRunFinding,
  now: number,
): readonly ConfigurationProblem[] {
  const where = `accepted: ${code}`;
  const latest = formatDate(now + LONGEST_SEVERE_DAYS * DAY_MS);
  const { severity } = findingCatalogue[code as FindingCode];
  if (!isSevere({ severity }) || until <= latest) return [];
  return [
    {
      where,
      what: `Its severity is ${severity}: it is accepted for ${LONGEST_SEVERE_DAYS} days at most, and this entry counts for nothing.`,
      fix: `Give a day until ${latest}.`,
    },
  ];
}
