import { ConflictError, rethrowDefect } from '../../domain/kernel/errors.ts';
import { formatInstant, MINUTE_MS, timeText } from '../../domain/kernel/durations.ts';
import type { AccountId } from '../../domain/kernel/ids.ts';
import type { Initiator } from '../../domain/guard/controls.ts';
import type { Lease } from '../../domain/records/lease.ts';
import type { RunPorts } from '../observe/observe.ts';

/** Longer than a batch takes with IAM at its slowest; a late writer is refused by its own session after it. */
export const LEASE_MS = 10 * MINUTE_MS;

/** The code of results and errors for want of the lease. */
export const LEASE = 'lease';

/** Who holds a lease, for people who wait for it; the id keeps two runs of one person apart. */
export function describeOwner(initiator: Initiator, { ids }: Pick<RunPorts, 'ids'>): string {
  const who =
    initiator.trigger === 'person' ? (initiator.actor ?? 'a person of unknown identity') : 'an automatic run';
  return `${who}, run ${ids.next()}`;
}

/** Who is writing in the account, until when at the latest, and what to do about it. */
export async function describeHolder(
  { leases }: Pick<RunPorts, 'leases'>,
  account: AccountId,
): Promise<string> {
  const holder = await leases.holder(account).catch(rethrowDefect);
  if (!holder) return `Another run was writing in account ${account}. Run it again.`;
  const until = timeText(formatInstant(Math.ceil(holder.until / MINUTE_MS) * MINUTE_MS));
  return `Account ${account} is being written by ${holder.owner}, until ${until} at the latest. Run it again when that run has ended; if it was killed, its lease ends by itself then.`;
}

/** Throws ConflictError when the lease is no longer ours. */
export async function assertHeld(
  { leases, clock }: Pick<RunPorts, 'leases' | 'clock'>,
  lease: Lease,
): Promise<void> {
  if (!(await leases.isHeld(lease, clock.now())))
    throw new ConflictError(LEASE, 'The lease of the account was lost.');
}
