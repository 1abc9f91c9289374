import { findPause } from '../../domain/guard/controls.ts';
import {
  ConflictError,
  describeFailure,
  explainFailure,
  isDefect,
  isUnreadableItem,
  rethrowDefect,
} from '../../domain/kernel/errors.ts';
import type { Failure } from '../../domain/kernel/errors.ts';
import type { BlockedReason } from '../../domain/records/blocked-reason.ts';
import { lacksProvider, type AllowedChange } from '../../domain/guard/guard.ts';
import type { ProviderArn } from '../../domain/kernel/ids.ts';
import type { Lease } from '../../domain/records/lease.ts';
import {
  recordProviderFailed,
  recordProviderDone,
  recordProviderIntent,
} from '../../domain/recording/provider-recording.ts';
import type { RecordedConnection, RecordedProvider } from '../../domain/records/connection-record.ts';
import { recordFailed } from '../../domain/recording/recording.ts';
import { listWrites } from '../../domain/plan/revocation.ts';
import { estimateLongestMs } from '../../domain/iam/longest-duration.ts';
import { limitControls } from '../../domain/records/stored-limits.ts';
import type { AccountWriter } from '../../ports/accounts.ts';
import { applyRoleChange } from './apply-role-change.ts';
import { GatheredReads } from './gathered-reads.ts';
import { LEASE, LEASE_MS, assertHeld, describeHolder, describeOwner } from './account-lease.ts';
import type { AccountRun, ChangeResult, ApplyContext } from './apply-context.ts';

/** Changes for one lease. Their rights are split into as many sessions as session policies have room for. */
const BATCH = 200;
/** Changes under way at once. They share the pace of the account, and one bulk read for what they have to read. */
const AT_ONCE = 100;

/**
 * Carries out the changes of one account under its lease, many side by side, each with its steps in their order: providers
 * first, then what takes access away, then all else. Never rejects: what fails is the result of its change, and a bug of
 * azfed is kept in the errors of the run as well, so that the other changes and accounts go on.
 */
export async function applyAccount(
  account: AccountRun,
  changes: readonly AllowedChange[],
): Promise<readonly ChangeResult[]> {
  const run: Progressing = { ...account, lacking: new Set(), results: new Map() };
  const owner = describeOwner(run.initiator, run.ports);
  let left = orderByPhase(changes);
  while (left.length > 0) {
    const begun = left.slice(0, BATCH).filter((change) => !skipIfLate(run, change));
    const ended = run.results.size;
    if (begun.length > 0) await applyUnderLease(run, owner, begun);
    // The clock of this machine has jumped: no lease is long enough.
    if (run.results.size === ended && begun.length > 0)
      run.leaseLost ??= 'The time of the lease was over at once.';
    left = left.filter(({ id }) => !run.results.has(id));
  }
  return changes.flatMap(({ id }) => run.results.get(id) ?? []);
}

interface Progressing extends AccountRun {
  /** Providers that are not there or lack our audience, because their change was not carried out. */
  readonly lacking: Set<ProviderArn>;
  /** By id of the change; those that are not in it have not ended. */
  readonly results: Map<string, ChangeResult>;
  /** Why the account is not written to any more. */
  leaseLost?: string;
}

/** Providers, for roles need them; then what takes access away, whose order does not matter; then the rest. */
function splitPhases(changes: readonly AllowedChange[]): readonly (readonly AllowedChange[])[] {
  const decidePhase = (change: AllowedChange) =>
    change.target === 'provider' ? 0 : change.narrowing.length > 0 ? 1 : 2;
  return [0, 1, 2].map((phase) => changes.filter((change) => decidePhase(change) === phase));
}

const orderByPhase = (changes: readonly AllowedChange[]) => splitPhases(changes).flat();

function end(run: Progressing, change: AllowedChange, result: ChangeResult): void {
  run.results.set(change.id, result);
  if (change.target === 'provider' && result.result !== 'done') run.lacking.add(change.providerArn);
  if (result.error?.code === LEASE) run.leaseLost ??= result.error.message;
}

async function applyUnderLease(
  run: Progressing,
  owner: string,
  batch: readonly AllowedChange[],
): Promise<void> {
  const { clock, leases } = run.ports;
  try {
    const lease = await leases.acquire(run.account.id, owner, clock.now(), LEASE_MS);
    if (!lease) {
      run.leaseLost = await describeHolder(run.ports, run.account.id);
      return;
    }
    await applyBatch(run, lease, batch);
    // A lease that could not be given back ends by itself.
    await leases.release(lease).catch(rethrowDefect).catch(createErrorCollector(run));
  } catch (error) {
    // Until somebody ends such a lease, nothing is written in the account.
    if (isUnreadableItem(error)) await recordUnopened(run, batch, error);
    skipChanges(run, batch, error);
  }
}

const createErrorCollector =
  ({ errors }: AccountRun) =>
  (error: unknown) => {
    errors.add(error);
  };

async function applyBatch(run: Progressing, lease: Lease, batch: readonly AllowedChange[]): Promise<void> {
  const now = run.ports.clock.now();
  const steps = batch.flatMap((change) => change.steps.flatMap((step) => listWrites(step, now)));
  const until = Math.min(lease.until, run.deadline);
  let writer: AccountWriter;
  try {
    writer = await run.ports.accounts.open(run.account, steps, until);
  } catch (error) {
    await recordUnopened(run, batch, error);
    skipChanges(run, batch, error);
    return;
  }
  const reads = new GatheredReads(writer, run.ports.clock);
  const context = { ...run, writer, reads, until, assertHeld: () => assertHeld(run.ports, lease) };
  for (const phase of splitPhases(batch)) await applyAtOnce(run, context, phase);
}

/** What does not fit into the time of the lease is left for the next one. */
async function applyAtOnce(
  run: Progressing,
  context: ApplyContext,
  changes: readonly AllowedChange[],
): Promise<void> {
  const queue = changes.values();
  const work = async () => {
    for (const change of queue) {
      const isOver = run.results.has(change.id) || skipIfLate(run, change);
      if (isOver || !hasTimeLeft(run, change, context.until)) continue;
      end(run, change, await context.reads.during(() => applyIfPossible(run, context, change)));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

async function applyIfPossible(
  run: Progressing,
  context: ApplyContext,
  change: AllowedChange,
): Promise<ChangeResult> {
  const possible = withoutProviders(change, run.lacking);
  if (!possible)
    return skipOne(run, change, 'provider', 'The OIDC provider that the role needs could not be made.');
  try {
    const reason = await findOvertaking(run, possible);
    const paused = await skipIfPaused(run, change);
    if (paused || !reason) return paused ?? (await applyChange(context, possible));
    const narrowed = withoutWidening(possible, 'undecided');
    return narrowed
      ? await applyChange(context, narrowed)
      : skipOne(run, change, reason.code, reason.message);
  } catch (error) {
    if (isDefect(error)) run.errors.add(error);
    const { code, message } = describeFailure(error);
    return skipOne(run, change, code, message);
  }
}

/** The account could not be written to: that is why each of these changes fails, although none was begun. */
async function recordUnopened(
  { errors, records, reminderDays, ports: { clock } }: AccountRun,
  changes: readonly AllowedChange[],
  error: unknown,
): Promise<void> {
  const failure = explainFailure(error);
  const rules = { now: clock.now(), reminderDays };
  for (const change of changes) {
    if (change.target === 'provider') {
      const { providerArn } = change;
      const update = (item: RecordedProvider | undefined) =>
        recordProviderFailed(item, change, failure, rules);
      await errors.keep(() => records.updateProvider(providerArn, update));
      continue;
    }
    for (const binding of change.bindings) {
      const update = (item: RecordedConnection) => recordFailed(item, change, binding, failure, rules);
      await errors.keep(() => records.updateConnection(binding, update));
    }
  }
}

/** Nothing of these changes was begun. */
function skipChanges(run: Progressing, changes: readonly AllowedChange[], error: unknown): void {
  if (isDefect(error)) run.errors.add(error);
  const { code, message } = describeFailure(error);
  for (const change of changes.filter(({ id }) => !run.results.has(id)))
    end(run, change, skipOne(run, change, code, message));
}

/** Who suspends while a run is under way stops what it has not begun. */
async function skipIfPaused(
  { ports: { state, clock }, progress }: AccountRun,
  change: AllowedChange,
): Promise<ChangeResult | undefined> {
  const now = clock.now();
  const pause = findPause(limitControls(await state.readControls(), now), change, now);
  return pause && skipOne({ progress }, change, 'paused', `Suspended: ${pause.reason}`);
}

/**
 * What can be done of a change without the providers that could not be made or repaired: nobody is let in through them, so
 * only the narrowing goes on. `undefined`: nothing.
 */
function withoutProviders(
  change: AllowedChange,
  lacking: ReadonlySet<ProviderArn>,
): AllowedChange | undefined {
  return lacksProvider(change, lacking) && !isNarrowingOnly(change)
    ? withoutWidening(change, 'provider')
    : change;
}

const isNarrowingOnly = ({ steps, narrowing }: AllowedChange) =>
  steps.every((step) => narrowing.includes(step));

/** Only what narrows of the change; `undefined`: nothing does. */
function withoutWidening(change: AllowedChange, blockedBy: BlockedReason): AllowedChange | undefined {
  if (change.kind === 'create' || change.narrowing.length === 0) return undefined;
  return { ...change, steps: change.narrowing, isWideningHeld: true, blockedBy };
}

/** Why nothing of the change is widened: discovery has replaced the slice that it rests on, or that is not known. */
async function findOvertaking(
  { slices, errors }: AccountRun,
  change: AllowedChange,
): Promise<Pick<Failure, 'code' | 'message'> | undefined> {
  if (change.target !== 'role' || isNarrowingOnly(change)) return undefined;
  try {
    return (await slices.isOvertaken()) ? overtaken : undefined;
  } catch (error) {
    if (isDefect(error)) errors.add(error);
    return describeFailure(error);
  }
}

const overtaken = {
  code: 'overtaken',
  message: 'Discovery has seen something newer; the next run decides by that.',
} as const;

async function applyChange(applyContext: ApplyContext, change: AllowedChange): Promise<ChangeResult> {
  applyContext.progress(change, 'begun');
  try {
    await (change.target === 'role'
      ? applyRoleChange(applyContext, change)
      : applyProviderChange(applyContext, change));
    applyContext.progress(change, 'done');
    return { changeId: change.id, result: 'done' };
  } catch (error) {
    if (isDefect(error)) applyContext.errors.add(error);
    applyContext.progress(change, 'failed');
    const { code, message, nature } = explainFailure(error);
    return { changeId: change.id, result: 'failed', error: { code, message, nature } };
  }
}

function skipOne(
  { progress }: Pick<AccountRun, 'progress'>,
  change: AllowedChange,
  code: string,
  message: string,
): ChangeResult {
  progress(change, 'skipped');
  return { changeId: change.id, result: 'skipped', error: { code, message } };
}

/** Why nothing more is begun, by the code that results carry. */
const reasonsToLeave = {
  interrupted: 'It was interrupted before this change was begun; the next run takes it up.',
  'out-of-time': 'No time was left for it; the next run goes on here.',
} as const;

/** True for a change that is not begun any more, whose result is known then. */
function skipIfLate(run: Progressing, change: AllowedChange): boolean {
  const reason = findReasonToLeave(run, change);
  if (!reason) return false;
  end(run, change, skipOne(run, change, reason.code, reason.message));
  return true;
}

function findReasonToLeave(
  run: Progressing,
  change: AllowedChange,
): { readonly code: string; readonly message: string } | undefined {
  if (run.leaseLost !== undefined) return { code: LEASE, message: run.leaseLost };
  if (run.stop?.aborted) return { code: 'interrupted', message: reasonsToLeave.interrupted };
  return hasTimeLeft(run, change, run.deadline)
    ? undefined
    : { code: 'out-of-time', message: reasonsToLeave['out-of-time'] };
}

/** Nothing is begun that may have to be left half done. */
function hasTimeLeft({ ports }: AccountRun, { steps }: AllowedChange, time: number): boolean {
  return ports.clock.now() + estimateLongestMs(steps) <= time;
}

type ProviderChange = AllowedChange & { readonly target: 'provider' };

/**
 * Intent, re-read, write, record. The provider's writes are idempotent and add only. Throws the error that stopped it, after
 * that was recorded.
 */
async function applyProviderChange(applyContext: ApplyContext, change: ProviderChange): Promise<void> {
  const { records, writer, ports, assertHeld } = applyContext;
  const update = (next: (item: RecordedProvider) => RecordedProvider) =>
    records.updateProvider(change.providerArn, (item) =>
      next(recordProviderIntent(item, change, ports.clock.now())),
    );
  await update((item) => item);
  try {
    const provider = await writer.readProvider(change.providerArn);
    if ((provider === undefined) !== (change.seen === undefined)) {
      throw new ConflictError('moved', `${change.providerArn} is not as it was planned for.`);
    }
    for (const step of change.steps.flatMap((each) => listWrites(each, ports.clock.now()))) {
      await assertHeld();
      await writer.write(step);
    }
    await update((item) => recordProviderDone(item, change.audiences, ports.clock.now(), change.actor));
  } catch (error) {
    const failure = explainFailure(error);
    await applyContext.errors.keep(() =>
      update((item) =>
        recordProviderFailed(item, change, failure, {
          now: ports.clock.now(),
          reminderDays: applyContext.reminderDays,
        }),
      ),
    );
    throw error;
  }
}
