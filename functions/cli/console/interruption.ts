import type { Progress } from '../../../shared/application/run/apply-context.ts';
import type { AllowedChange } from '../../../shared/domain/guard/guard.ts';
import type { Lease } from '../../../shared/domain/records/run-record.ts';
import type { LeaseStore } from '../../../shared/ports/state.ts';
import { counted } from '../../../shared/domain/kernel/counted.ts';
import { inert } from '../output/sanitize.ts';
import type { Terminal } from './terminal.ts';

/** What a run that writes is made with so that Ctrl-C ends it well. */
export interface Interruptible {
  /** Aborted at the first Ctrl-C. */
  readonly stop: AbortSignal;
  /** The given store; what it grants is known, so that it can be given back. */
  readonly leases: LeaseStore;
  /** Wraps what shows progress; what is under way is known. */
  readonly watch: (progress: Progress) => Progress;
}

/** How long a second Ctrl-C waits for leases to be given back. */
const RELEASE_MS = 2_000;
const signals = ['SIGINT', 'SIGTERM'] as const;

/**
 * Runs `work` so that the first Ctrl-C (or SIGTERM) lets the changes under way end and begins none, and the second one
 * ends the process with 1 after it has given the leases back, as far as that is possible.
 */
export async function interruptible<T>(
  terminal: Pick<Terminal, 'problem'>,
  leases: LeaseStore,
  work: (interruptible: Interruptible) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const held = new Set<Lease>();
  const underWay = new Set<AllowedChange>();
  const endAtOnce = async () => {
    const halfDone = [...underWay].map((change) => `\n  half done: ${formatPlace(change)}`).join('');
    terminal.problem(`Stopped.${halfDone}${halfDone ? '\nThe next run finishes what is half done.' : ''}`);
    const releases = [...held].map((lease) => leases.release(lease));
    await Promise.race([
      Promise.allSettled(releases),
      new Promise((resolve) => setTimeout(resolve, RELEASE_MS)),
    ]);
    process.exit(1);
  };
  const onSignal = () => {
    if (stop.signal.aborted) {
      void endAtOnce();
      return;
    }
    stop.abort();
    const count = underWay.size;
    terminal.problem(
      `Interrupted. ${count > 0 ? `${counted(count, 'change')} under way will be finished; nothing` : 'Nothing'} new is begun. Press Ctrl-C again to stop at once.`,
    );
  };
  for (const signal of signals) process.on(signal, onSignal);
  try {
    return await work({
      stop: stop.signal,
      leases: trackLeases(leases, held),
      watch: (progress) => (change, state) => {
        if (state === 'begun') underWay.add(change);
        else underWay.delete(change);
        progress(change, state);
      },
    });
  } finally {
    for (const signal of signals) process.off(signal, onSignal);
  }
}

const formatPlace = (change: AllowedChange) =>
  inert(change.target === 'role' ? change.roleArn : change.providerArn);

const trackLeases = (leases: LeaseStore, held: Set<Lease>): LeaseStore => ({
  ...leases,
  async acquire(...wanted) {
    const lease = await leases.acquire(...wanted);
    if (lease) held.add(lease);
    return lease;
  },
  async release(lease) {
    held.delete(lease);
    await leases.release(lease);
  },
});

/** Runs `work`, which only watches, with a signal that the first Ctrl-C (or SIGTERM) aborts. */
export async function stoppable<T>(work: (stop: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const onSignal = () => {
    stop.abort();
  };
  for (const signal of signals) process.once(signal, onSignal);
  try {
    return await work(stop.signal);
  } finally {
    for (const signal of signals) process.off(signal, onSignal);
  }
}

/** Resolves when somebody ends the command: Ctrl-C, or a kill that lets it end by itself. */
export function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
}
