import type { Coverage, FindingCode } from '../findings/finding.ts';
import type { Failure } from '../kernel/errors.ts';
import { groupItems } from '../kernel/group-by.ts';
import type { AccountId, OrganizationId } from '../kernel/ids.ts';
import type { BlockedReason } from './blocked-reason.ts';
import type { ChangeKind } from './connection-record.ts';

/** Worst first. */
export const runOutcomes = ['failed', 'partial', 'held', 'changed', 'converged'] as const;

/**
 * converged: nothing to do. changed: done. held: all that is left waits, for a person, for IAM to show what was written, or for a
 * connection that is missing. partial: something could not be read.
 */
export type RunOutcome = (typeof runOutcomes)[number];

export const changeTargets = ['role', 'provider'] as const;

/** What a run came to, in numbers and in the sentences that people need: small enough for one item of the table. */
export interface RunSummary {
  readonly outcome: RunOutcome;
  /** Changes. skipped: not begun. blocked: wait for something. */
  readonly counts: Readonly<Record<'done' | 'failed' | 'skipped' | 'blocked', number>>;
  readonly done: readonly {
    readonly kind: ChangeKind;
    readonly target: (typeof changeTargets)[number];
    readonly count: number;
  }[];
  /** Changes that failed or were skipped: the first of them. */
  readonly problems: readonly (Failure & {
    readonly result: 'done' | 'failed' | 'skipped';
    /** ARN of the role or provider. */
    readonly place: string;
  })[];
  /** What went wrong beside the changes: the first of it. */
  readonly failures: readonly Failure[];
  readonly coverage: Coverage;
  /** Blocked changes by what blocks them, or only their widening steps. */
  readonly blockedBy: Readonly<Partial<Record<BlockedReason, number>>>;
  /** Findings that nobody has accepted. */
  readonly findings: Readonly<Partial<Record<FindingCode, number>>>;
  /** Something waits for a person, or for something to show itself. */
  readonly isWaiting: boolean;
}

/** A run of the service that a person has started: a look at these organizations, then a run over each of these accounts. */
export interface RemoteRun {
  readonly id: string;
  /** ISO text: when it was started. */
  readonly at: string;
  readonly organizations: readonly OrganizationId[];
  readonly accounts: readonly AccountId[];
}

interface Attempt {
  /** Id of the discovery, or of the run over the account. */
  readonly work: string;
  /** ISO text. */
  readonly begunAt: string;
  readonly endedAt?: string;
  /** It ended without a result; its message comes back. */
  readonly error?: Failure;
}

/** One attempt at a part of a remote run. */
export type RemotePart =
  | (Attempt & {
      readonly of: 'organization';
      readonly id: OrganizationId;
      /** Codes of what could not be read; none: everything was. */
      readonly unread?: readonly string[];
    })
  | (Attempt & {
      readonly of: 'account';
      readonly id: AccountId;
      /** No other run over the account follows. */
      readonly isLast: boolean;
      readonly summary?: RunSummary;
    });

/**
 *     waiting    no attempt has begun, or one has ended and another follows
 *     running    an attempt has begun
 *     done       the last attempt has ended with a result
 *     failed     attempts ended without a result, as often as somebody who watches waits for
 */
type PartState = 'waiting' | 'running' | 'done' | 'failed';

export interface PartStatus {
  readonly of: 'organization' | 'account';
  readonly id: OrganizationId | AccountId;
  readonly state: PartState;
  /** Of the last attempt that ended without a result. */
  readonly error?: Failure;
  /** Of an organization: what could not be read. */
  readonly unread?: readonly string[];
  /** Of all runs over an account together. */
  readonly summary?: RunSummary;
}

/** The service tries five times, up to eight minutes apart: somebody who watches has seen enough of it after two. */
const MOST_FAILURES = 2;

/** How far a remote run has come, part by part: organizations first, in the order in which it was started. */
export function listPartStatus(run: RemoteRun, parts: readonly RemotePart[]): readonly PartStatus[] {
  const groups = groupItems(parts, ({ of, id }): string => `${of} ${id}`);
  const find = (of: PartStatus['of'], id: string) =>
    [...(groups.get(`${of} ${id}`) ?? [])].sort((a, b) => (a.begunAt < b.begunAt ? -1 : 1));
  return [
    ...run.organizations.map((id) => judgePart('organization', id, find('organization', id))),
    ...run.accounts.map((id) => judgePart('account', id, find('account', id))),
  ];
}

function judgePart(of: PartStatus['of'], id: PartStatus['id'], attempts: readonly RemotePart[]): PartStatus {
  const failed = attempts.filter(({ error }) => error !== undefined);
  const error = failed.at(-1)?.error;
  const finished = attempts.filter((one) => one.endedAt !== undefined && one.error === undefined);
  const last = finished.findLast((one) => one.of === 'organization' || one.isLast);
  const about = { of, id, ...(error ? { error } : {}) };
  if (last) return { of, id, state: 'done', ...describeEnd(last, finished) };
  if (attempts.at(-1)?.endedAt === undefined && attempts.length > 0) return { ...about, state: 'running' };
  return { ...about, state: failed.length >= MOST_FAILURES ? 'failed' : 'waiting' };
}

function describeEnd(
  last: RemotePart,
  finished: readonly RemotePart[],
): Pick<PartStatus, 'unread' | 'summary'> {
  if (last.of === 'organization') return { unread: last.unread ?? [] };
  const summaries = finished.flatMap((one) => (one.of === 'account' && one.summary ? [one.summary] : []));
  const latest = last.summary ?? summaries.at(-1);
  if (!latest) return {};
  return {
    summary: continueSummary(
      summaries.filter((one) => one !== latest),
      latest,
    ),
  };
}

/** Runs over one account in turn: what was done adds up; what is left is what the last one has left. */
function continueSummary(earlier: readonly RunSummary[], last: RunSummary): RunSummary {
  const all = combineSummaries([...earlier, last]);
  const outcome = last.outcome === 'converged' && all.counts.done > 0 ? 'changed' : last.outcome;
  return { ...last, outcome, done: all.done, counts: { ...last.counts, done: all.counts.done } };
}

const empty: RunSummary = {
  outcome: 'converged',
  counts: { done: 0, failed: 0, skipped: 0, blocked: 0 },
  done: [],
  problems: [],
  failures: [],
  coverage: { missing: 0, unaccounted: 0, notShown: 0, settling: 0 },
  blockedBy: {},
  findings: {},
  isWaiting: false,
};

/** Runs over several accounts as one: the worst outcome, and the sums. */
export function combineSummaries(summaries: readonly RunSummary[]): RunSummary {
  return summaries.reduce(addSummary, empty);
}

function addSummary(one: RunSummary, other: RunSummary): RunSummary {
  const kinds = groupItems([...one.done, ...other.done], ({ kind, target }) => `${kind} ${target}`);
  return {
    outcome: runOutcomes.find((outcome) => [one.outcome, other.outcome].includes(outcome)) ?? 'failed',
    counts: addCounts(one.counts, other.counts),
    done: [...kinds.values()].flatMap(([first, ...rest]) =>
      first ? [{ ...first, count: rest.reduce((sum, { count }) => sum + count, first.count) }] : [],
    ),
    problems: [...one.problems, ...other.problems],
    failures: [...one.failures, ...other.failures],
    coverage: addCounts(one.coverage, other.coverage),
    blockedBy: addCounts(one.blockedBy, other.blockedBy),
    findings: addCounts(one.findings, other.findings),
    isWaiting: one.isWaiting || other.isWaiting,
  };
}

function addCounts<Counts extends object>(one: Counts, other: Counts): Counts {
  const sums = new Map<string, number>();
  const entries = [one, other].flatMap((counts) => Object.entries(counts) as [string, number][]);
  for (const [name, count] of entries) sums.set(name, (sums.get(name) ?? 0) + count);
  return Object.fromEntries(sums) as Counts;
}

/** What a remote run as a whole has come to; `undefined`: parts of it go on. Accounts never begin where no organization ended. */
export function judgeRemoteRun(parts: readonly PartStatus[]): RunSummary | undefined {
  const isOpen = ({ state }: PartStatus) => state === 'waiting' || state === 'running';
  const accounts = parts.filter(({ of }) => of === 'account');
  const organizations = parts.filter(({ of }) => of === 'organization');
  // A look that failed once lets the runs begin; whether it succeeds later is not waited for.
  if (accounts.some(isOpen) || organizations.some((one) => isOpen(one) && one.error === undefined))
    return undefined;
  const summary = combineSummaries(accounts.flatMap((part) => part.summary ?? []));
  const hasFailed =
    accounts.some(({ state }) => state !== 'done') || organizations.some(({ error }) => error);
  const isUnread = parts.some(({ unread = [] }) => unread.length > 0);
  const outcome = hasFailed
    ? 'failed'
    : isUnread && summary.outcome !== 'failed'
      ? 'partial'
      : summary.outcome;
  return { ...summary, outcome };
}
