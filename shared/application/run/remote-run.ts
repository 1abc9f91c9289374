import { serviceLimits, visibilitySeconds } from '../../contract/service-limits.ts';
import type { Configuration } from '../../domain/configuration/configuration.ts';
import type { DiscoverQueue, QueueEntry, ReconcileQueue } from '../../ports/queue.ts';
import { SECOND_MS, formatInstant } from '../../domain/kernel/durations.ts';
import { UpstreamError, describeFailure, rethrowDefect } from '../../domain/kernel/errors.ts';
import type { AccountId } from '../../domain/kernel/ids.ts';
import type { ReconcileMessage } from '../../domain/discovery/queue-message.ts';
import type { PartStatus, RemotePart, RemoteRun, RunSummary } from '../../domain/records/remote-run.ts';
import { judgeRemoteRun, listPartStatus } from '../../domain/records/remote-run.ts';
import type { Clock, IdSource } from '../../ports/clock.ts';
import type { RemoteRuns } from '../../ports/state.ts';

/**
 * A run of the service that a person starts and follows:
 *
 *     start      the function `discover` notes the run, and asks for a look at each organization, as the schedule does
 *     discovery  notes how it ended; after the last one every account of the run is asked to reconcile
 *     run        notes how it ended
 *     follow     the person's command reads these notes until each part has one
 *
 * The messages are those of the schedule with the id of the run in them, so that they wait in the same queues, each behind what
 * its organization or account has in hand already. A run starts whether or not anybody follows it.
 */
export interface StartPorts {
  readonly remoteRuns: RemoteRuns;
  readonly discoverQueue: DiscoverQueue;
  readonly ids: IdSource;
  readonly clock: Clock;
}

/**
 * Throws UpstreamError where the configuration names none of the accounts that are asked for. Where it names none because none
 * could be listed, organizations are looked at all the same.
 */
export async function startRemoteRun(
  { remoteRuns, discoverQueue, ids, clock }: StartPorts,
  configuration: Pick<Configuration, 'organizations' | 'accounts'>,
  only?: readonly AccountId[],
): Promise<RemoteRun> {
  const accounts = configuration.accounts.map(({ id }) => id).filter((id) => only?.includes(id) ?? true);
  if (only && accounts.length === 0)
    throw new UpstreamError(
      'remote-run.account',
      `The configuration that is in force names none of the accounts ${only.join(', ')}.`,
    );
  const id = ids.next();
  const organizations = configuration.organizations.map((organization) => organization.id);
  const run = { id, at: formatInstant(clock.now()), organizations, accounts };
  await remoteRuns.start(run);
  await discoverQueue.send(
    organizations.map((organizationId) => ({
      message: { organizationId, remote: id },
      key: `remote.${id}.${organizationId}`,
    })),
  );
  return run;
}

/** Notes the beginning and the end of one attempt. What it ends with is noted before it is thrown on. */
export async function noteAttempt<Result>(
  { remoteRuns, clock }: Pick<StartPorts, 'remoteRuns' | 'clock'>,
  remote: RemoteRun['id'],
  part: RemotePart,
  { work, describe }: AttemptedWork<Result>,
): Promise<Result> {
  await remoteRuns.note(remote, part);
  const end = (fields: Partial<RemotePart>) =>
    remoteRuns.note(remote, {
      ...part,
      ...fields,
      endedAt: formatInstant(clock.now()),
    } as RemotePart);
  try {
    const result = await work();
    await end(describe(result));
    return result;
  } catch (error) {
    await end({ error: describeFailure(error) }).catch(rethrowDefect);
    throw error;
  }
}

interface AttemptedWork<Result> {
  readonly work: () => Promise<Result>;
  readonly describe: (result: Result) => Partial<RemotePart>;
}

/**
 * Asks every account of the run to reconcile as soon as each organization was looked at, with or without success: an account
 * rests on the last good look. Two looks that end at once may both ask; the queue takes one message of an account.
 */
export async function continueRemoteRun(
  {
    remoteRuns,
    reconcileQueue,
  }: Pick<StartPorts, 'remoteRuns'> & { readonly reconcileQueue: ReconcileQueue },
  remote: RemoteRun['id'],
): Promise<void> {
  const noted = await remoteRuns.read(remote);
  if (!noted) return;
  const ended = new Set(
    noted.parts.entries.flatMap(({ id, endedAt }) => (endedAt === undefined ? [] : [id])),
  );
  if (noted.run.organizations.some((id) => !ended.has(id))) return;
  await reconcileQueue.send(
    noted.run.accounts.map((account): QueueEntry<ReconcileMessage> => ({
      message: { account, remote },
      key: `remote.${remote}.${account}`,
    })),
  );
}

export interface FollowOptions {
  /** Called after each change. */
  readonly onProgress: (parts: readonly PartStatus[]) => void;
  /** Aborted: nobody follows any more; the run goes on. */
  readonly stop: AbortSignal;
}

export interface FollowedRun {
  readonly run: RemoteRun;
  /** stalled: nothing has changed for as long as a function may take. */
  readonly end: 'over' | 'stopped' | 'stalled';
  readonly parts: readonly PartStatus[];
  /** Where it is over. */
  readonly summary?: RunSummary;
  /** Requests to the table, and what DynamoDB charges for them. */
  readonly reads: number;
  readonly readUnits: number;
}

/** Between two looks: soon after something has changed, then less and less often. */
const SHORTEST_PAUSE_MS = SECOND_MS;
const LONGEST_PAUSE_MS = 15 * SECOND_MS;

/** A message waits for its delay, then for one attempt of the slowest function, which may die without a word. */
export const LONGEST_QUIET_MS =
  (serviceLimits.queues.discover.delaySeconds + visibilitySeconds('reconcile')) * SECOND_MS;

/** Reads the notes of a run until each of its parts has ended. Throws UpstreamError where there is no such run. */
export async function followRemoteRun(
  { remoteRuns, clock }: Pick<StartPorts, 'remoteRuns' | 'clock'>,
  id: RemoteRun['id'],
  { onProgress, stop }: FollowOptions,
): Promise<FollowedRun> {
  let seen: string | undefined;
  let [reads, readUnits, pause, changedAt] = [0, 0, SHORTEST_PAUSE_MS, clock.now()];
  for (;;) {
    const noted = await remoteRuns.read(id);
    if (!noted) throw new UpstreamError('remote-run.unknown', `The table holds no remote run ${id}.`);
    const parts = listPartStatus(noted.run, noted.parts.entries);
    reads += 1;
    readUnits += noted.readUnits;
    const isChanged = JSON.stringify(parts) !== seen;
    seen = JSON.stringify(parts);
    if (isChanged) {
      onProgress(parts);
      changedAt = clock.now();
    }
    const summary = judgeRemoteRun(parts);
    const found = { run: noted.run, parts, reads, readUnits };
    if (summary) return { ...found, end: 'over', summary };
    if (stop.aborted) return { ...found, end: 'stopped' };
    if (clock.now() - changedAt >= LONGEST_QUIET_MS) return { ...found, end: 'stalled' };
    pause = isChanged ? SHORTEST_PAUSE_MS : Math.min(pause * 1.5, LONGEST_PAUSE_MS);
    await sleepUnlessStopped(clock, pause, stop);
  }
}

/** In steps of a second, so that nobody who stops waits. */
async function sleepUnlessStopped(clock: Clock, pauseMs: number, stop: AbortSignal): Promise<void> {
  for (let left = pauseMs; left > 0 && !stop.aborted; left -= SECOND_MS)
    await clock.sleep(Math.min(left, SECOND_MS));
}
