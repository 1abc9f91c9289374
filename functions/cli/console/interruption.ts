import { readFileSync, readlinkSync } from 'node:fs';
import { isStartedByNohup } from '../../../shared/config/environment.ts';
import type { Progress } from '../../../shared/application/run/apply-context.ts';
import type { AllowedChange } from '../../../shared/domain/guard/guard.ts';
import type { Lease } from '../../../shared/domain/records/lease.ts';
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
/** O_WRONLY; the lowest two bits say how a file is open. */
const WRITE_ONLY = 1;

/** SIGHUP comes from a terminal that is closed. */
const signals: readonly NodeJS.Signals[] = isHangupIgnored()
  ? ['SIGINT', 'SIGTERM']
  : ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Keeps a command that was started by nohup alive: Node takes the signal that nohup ignores for itself, and ends. */
export function ignoreHangup(): void {
  if (!signals.includes('SIGHUP') && process.listenerCount('SIGHUP') === 0)
    process.on('SIGHUP', () => undefined);
}

/**
 * Whether the command was started with SIGHUP ignored. Node restores the default of each signal before any script runs
 * (PlatformInit in src/node.cc), so only traces are left: nohup is the last command that the shell named; nohup has replaced
 * a terminal at stdin by /dev/null, open for writing alone (coreutils, nohup.c); or the parent ignores the signal, which a
 * child inherits (POSIX, exec). The last two can be read on Linux alone.
 */
function isHangupIgnored(): boolean {
  if (isStartedByNohup()) return true;
  try {
    const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync('/proc/self/fdinfo/0', 'utf8'))?.[1] ?? '';
    if (readlinkSync('/proc/self/fd/0') === '/dev/null' && Number.parseInt(flags, 8) % 4 === WRITE_ONLY)
      return true;
    const parent = readFileSync(`/proc/${process.ppid}/status`, 'utf8');
    // A bit for each signal, from the right: that of SIGHUP is the first.
    return /^SigIgn:\s*[0-9a-f]*[13579bdf]$/m.test(parent);
  } catch {
    return false;
  }
}

/**
 * Runs `work` so that the first Ctrl-C (or SIGTERM, or SIGHUP) lets the changes under way end and begins none, and the second
 * one ends the process with 1 after it has given the leases back, as far as that is possible. A SIGHUP is never the second
 * one: the shell and the kernel both send it when one terminal is closed.
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
  const onSignal = (signal: NodeJS.Signals) => {
    if (stop.signal.aborted) {
      if (signal !== 'SIGHUP') void endAtOnce();
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

/** Runs `work`, which only watches, with a signal that the first Ctrl-C (or SIGTERM, or SIGHUP) aborts. */
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

/** Resolves when somebody ends the command: Ctrl-C, a closed terminal, or a kill that lets it end by itself. */
export function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of signals)
      // A second SIGHUP hurries nobody, as above.
      process[signal === 'SIGHUP' ? 'on' : 'once'](signal, () => {
        resolve();
      });
  });
}
