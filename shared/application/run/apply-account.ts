import { findPause } from '../../domain/guard/controls.ts';
import {
  ConflictError,
  describeFailure,
  explainFailure,
  isDefect,
  isUnreadableItem,
} from '../../domain/kernel/errors.ts';
import type { AllowedChange } from '../../domain/guard/guard.ts';
import { lacksProvider } from '../../domain/guard/guard.ts';
import type { ProviderArn } from '../../domain/kernel/ids.ts';
import type { Lease } from '../../domain/records/run-record.ts';
import {
  recordProviderFailed,
  recordProviderDone,
  recordProviderIntent,
} from '../../domain/recording/provider-recording.ts';
import type { RecordedConnection, RecordedProvider } from '../../domain/records/connection-record.ts';
import { recordFailed } from '../../domain/recording/recording.ts';
import { listWrites } from '../../domain/plan/revocation.ts';
import { limitControls } from '../../domain/records/stored-limits.ts';
import type { AccountWriter } from '../../ports/accounts.ts';
import { applyRoleChange } from './apply-role-change.ts';
import { rethrowDefect } from '../../domain/kernel/errors.ts';
import { LEASE, LEASE_MS, assertHeld, describeHolder, describeOwner } from './account-lease.ts';
import type { AccountRun, ChangeResult, ApplyContext, Progress } from './apply-context.ts';
/** Changes for one lease and one session: a session policy has room for the names of about this many roles. */
const BATCH = 20;

/**
 * Carries out the changes of one account in their order, under its lease. Never rejects: what fails is the result of its
 * change, and a bug of azfed is kept in the errors of the run as well, so that the other changes and accounts go on.
 */
export async function applyAccount(
  account: AccountRun,
  changes: readonly AllowedChange[],
): Promise<readonly ChangeResult[]> {
  const run: ProviderAware = { ...account, lacking: new Set() };
  const owner = describeOwner(run.initiator, run.ports);
  const results: ChangeResult[] = [];
  for (let start = 0; start < changes.length; start += BATCH) {
    const batch = changes.slice(start, start + BATCH);
    const reason = reasonToLeave(run);
    if (reason) return [...results, ...leave(run, changes.slice(start), reason)];
    const ended = await applyUnderLease(run, owner, batch);
    results.push(...ended);
    noteLacking(run, batch, ended);
    const lost = results.find(({ error }) => error?.code === LEASE)?.error;
    const rest = changes.slice(start + BATCH);
    if (lost) return [...results, ...skip(rest, LEASE, lost.message, run.progress)];
  }
  return results;
}

interface ProviderAware extends AccountRun {
  /** Providers that are not there or lack our audience, because their change was not carried out. */
  readonly lacking: Set<ProviderArn>;
}

function noteLacking(
  { lacking }: ProviderAware,
  changes: readonly AllowedChange[],
  results: readonly ChangeResult[],
): void {
  for (const [index, change] of changes.entries())
    if (change.target === 'provider' && results[index]?.result !== 'done') lacking.add(change.providerArn);
}

async function applyUnderLease(
  run: ProviderAware,
  owner: string,
  batch: readonly AllowedChange[],
): Promise<readonly ChangeResult[]> {
  const { clock, leases } = run.ports;
  try {
    const lease = await leases.acquire(run.account.id, owner, clock.now(), LEASE_MS);
    if (!lease) return skip(batch, LEASE, await describeHolder(run.ports, run.account.id), run.progress);
    const results = await applyBatch(run, lease, batch);
    // A lease that could not be given back ends by itself.
    await leases.release(lease).catch(rethrowDefect).catch(createErrorCollector(run));
    return results;
  } catch (error) {
    // Until somebody ends such a lease, nothing is written in the account.
    if (isUnreadableItem(error)) await recordUnopened(run, batch, error);
    return skipChanges(run, batch, error);
  }
}

const createErrorCollector =
  ({ errors }: AccountRun) =>
  (error: unknown) => {
    errors.add(error);
  };

async function applyBatch(
  run: ProviderAware,
  lease: Lease,
  batch: readonly AllowedChange[],
): Promise<readonly ChangeResult[]> {
  const now = run.ports.clock.now();
  const steps = batch.flatMap((change) => change.steps.flatMap((step) => listWrites(step, now)));
  let writer: AccountWriter;
  try {
    writer = await run.ports.accounts.open(run.account, steps, lease.until);
  } catch (error) {
    await recordUnopened(run, batch, error);
    return skipChanges(run, batch, error);
  }
  const results: ChangeResult[] = [];
  try {
    const applyContext: ApplyContext = { ...run, writer, assertHeld: () => assertHeld(run.ports, lease) };
    for (const change of batch) {
      const rest = batch.slice(results.length);
      const reason = reasonToLeave(run);
      if (reason) return [...results, ...leave(run, rest, reason)];
      const { error } = results.at(-1) ?? {};
      if (error?.code === LEASE) return [...results, ...skip(rest, LEASE, error.message, run.progress)];
      const possible = withoutProviders(change, run.lacking);
      const result = possible
        ? ((await skipIfPaused(run, change)) ?? (await applyChange(applyContext, possible)))
        : skipOne(run, change, 'provider', 'The OIDC provider that the role needs could not be made.');
      noteLacking(run, [change], [result]);
      results.push(result);
    }
  } catch (error) {
    results.push(...skipChanges(run, batch.slice(results.length), error));
  }
  return results;
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
function skipChanges(
  { errors, progress }: AccountRun,
  changes: readonly AllowedChange[],
  error: unknown,
): readonly ChangeResult[] {
  if (isDefect(error)) errors.add(error);
  const { code, message } = describeFailure(error);
  return skip(changes, code, message, progress);
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
  if (!lacksProvider(change, lacking) || change.steps.every((step) => change.narrowing.includes(step)))
    return change;
  if (change.kind === 'create' || change.narrowing.length === 0) return undefined;
  return { ...change, steps: change.narrowing, isWideningHeld: true, blockedBy: 'provider' };
}

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

function skip(
  changes: readonly AllowedChange[],
  code: string,
  message: string,
  progress: Progress,
): readonly ChangeResult[] {
  return changes.map((change) => skipOne({ progress }, change, code, message));
}

/** Why nothing more is begun, by the code that results carry. */
const reasonsToLeave = {
  interrupted: 'It was interrupted before this change was begun; the next run takes it up.',
  'out-of-time': 'No time was left; the next run goes on here.',
} as const;

type ReasonToLeave = keyof typeof reasonsToLeave;

function reasonToLeave({ ports, deadline, stop }: AccountRun): ReasonToLeave | undefined {
  if (stop?.aborted) return 'interrupted';
  return ports.clock.now() >= deadline ? 'out-of-time' : undefined;
}

const leave = ({ progress }: AccountRun, changes: readonly AllowedChange[], reason: ReasonToLeave) =>
  skip(changes, reason, reasonsToLeave[reason], progress);

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
