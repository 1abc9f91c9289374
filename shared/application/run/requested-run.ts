import type { ReconcileMessage } from '../../domain/discovery/queue-message.ts';
import type { AccountId } from '../../domain/kernel/ids.ts';
import type { RunRequests } from '../../ports/state.ts';

/**
 * Runs over whole accounts that wait are one: a message is done without a run where a run has begun since it was sent.
 *
 *     ask     what the run is to see is stored; the request is noted; the message is sent
 *     run     the request is read, then everything else; it is completed in the end, unless somebody has asked since
 *
 * A request that is gone was read by a run that began after it was noted. A message that no discovery sent, that names roles
 * or that continues a run is never left out.
 */
export async function runRequested(
  requests: RunRequests,
  { account, roles, round, discovery }: ReconcileMessage,
  run: () => Promise<{ readonly isWhole: boolean }>,
): Promise<'done' | 'covered'> {
  const isRequest = discovery !== undefined && roles === undefined && round === undefined;
  const request = isRequest ? await requests.read(account) : undefined;
  if (isRequest && request === undefined) return 'covered';
  const { isWhole } = await run();
  if (request !== undefined && isWhole) await requests.complete(account, request);
  return 'done';
}

/** Notes that these accounts wait for a run; whoever asks sends their messages after it. */
export async function noteRequests(
  requests: RunRequests,
  accounts: readonly AccountId[],
  discovery: string,
): Promise<void> {
  await Promise.all(accounts.map((account) => requests.note(account, discovery)));
}
