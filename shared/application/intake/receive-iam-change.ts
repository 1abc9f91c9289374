import { metrics } from '../../contract/metrics.ts';
import { readTrailRecord, type IgnoredReason, type IamChange } from '../../domain/attribution/iam-change.ts';
import { isNameGranted, isPolicyGranted, isProviderOurs } from '../../domain/configuration/change-pattern.ts';
import type { Configuration } from '../../domain/configuration/configuration.ts';
import { listRoleNames } from '../../domain/discovery/account-slice.ts';
import type { ChangesMessage } from '../../domain/discovery/queue-message.ts';
import { changesKey, changesSlot, reportKey } from '../../domain/discovery/queue-message.ts';
import { rethrowDefect } from '../../domain/kernel/errors.ts';
import type { AccountId } from '../../domain/kernel/ids.ts';
import type { ActorMemory } from '../../ports/accounts.ts';
import type { Telemetry, Clock } from '../../ports/clock.ts';
import type { DiscoverQueue, ReconcileQueue, ReportQueue } from '../../ports/queue.ts';
import type { AccountStateReader, ChangeNotes } from '../../ports/state.ts';
import type { RunReport } from '../run/reconcile.ts';
import { hasTried } from '../run/record-run.ts';

export interface IamChangePorts {
  readonly actors: ActorMemory;
  readonly changes: ChangeNotes;
  /** What runs decide on; for a look at names, nothing is done by it. */
  readonly partitions: AccountStateReader;
  readonly queue: DiscoverQueue;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  /** How long the queue delays; left out: as in AWS. */
  readonly slotMs?: number | undefined;
}

interface ReceivedEvent {
  /** The account that the event bus names, which nobody but AWS can choose. */
  readonly sender: unknown;
  readonly record: unknown;
}

/**
 * Takes one event after the other: what can be ours is remembered with who did it, noted, and has its account looked at. The
 * function rejects when one of these fails, so that the event comes again; all of them may be repeated.
 */
export function createIamChangeReceiver(ports: IamChangePorts, configuration: Configuration) {
  const isOurs = createChangeFilter(ports, configuration);
  return async ({ sender, record }: ReceivedEvent): Promise<'queued' | IgnoredReason> => {
    const { telemetry } = ports;
    const reading = readTrailRecord(record, 'event', configuration.accounts);
    if (reading.kind === 'ignored') {
      if (reading.reason === 'unknown-account') telemetry.add(metrics.iamChangesUnknown);
      return ignore(telemetry, reading.reason);
    }
    const { change } = reading;
    const { account, actor } = change;
    if (sender !== account.id) {
      telemetry.warn('An event speaks of another account than the one that it came from.', {
        account: account.id,
      });
      return 'unreadable';
    }
    if (!(await isOurs(change))) return ignore(telemetry, 'not-ours');
    // Before it is queued: the run that finds the drift asks who caused it.
    await ports.actors.remember(change);
    const message = { account: account.id, changes: await noteChange(ports, change) };
    await ports.queue.send([{ message, key: changesKey(message) }]);
    telemetry.add(metrics.iamChangesQueued);
    telemetry.info('A change of IAM was queued.', { account: account.id, event: actor.eventId });
    return 'queued';
  };
}

function ignore(telemetry: Telemetry, reason: IgnoredReason): IgnoredReason {
  telemetry.info('A change of IAM was nothing for us.', { reason });
  return reason;
}

/** The note is there before the end of its slot: whoever takes the message of the slot does so later. */
async function noteChange(
  { changes, clock, slotMs }: IamChangePorts,
  { account, target }: IamChange,
): Promise<number> {
  for (;;) {
    const slot = changesSlot(clock.now(), slotMs);
    // A policy or a provider may matter to every role of the account.
    await changes.note(account.id, slot, target.kind === 'role' ? target.name : undefined);
    if (changesSlot(clock.now(), slotMs) === slot) return slot;
  }
}

/** The clocks of AWS and ours, and the fraction of a second that CloudTrail leaves out. */
const CLOCKS_MS = 5_000;

/**
 * Whether a run can decide on what was changed. Names of roles are read once for all events that are older than the reading:
 * a run over a role that becomes ours later reads IAM later as well.
 */
function createChangeFilter({ partitions, clock }: IamChangePorts, configuration: Configuration) {
  const known = new Map<
    AccountId,
    { readonly readAt: number; readonly names: ReadonlySet<string> | undefined }
  >();
  const organizations = configuration.organizations.map(({ id }) => id);

  async function listNames(account: AccountId, since: number): Promise<ReadonlySet<string> | undefined> {
    const before = known.get(account);
    if (before && since + CLOCKS_MS <= before.readAt) return before.names;
    const readAt = clock.now();
    const state = await partitions.readAccount(account, organizations);
    const names = listRoleNames(configuration, account, state);
    known.set(account, { readAt, names });
    return names;
  }

  return async ({ account, target, actor }: IamChange): Promise<boolean> => {
    if (target.kind === 'provider') return isProviderOurs(configuration, target.arn);
    if (target.kind === 'policy') return isPolicyGranted(configuration, account, target.arn);
    const names = await listNames(account.id, Date.parse(actor.time));
    return names ? names.has(target.name.toLowerCase()) : isNameGranted(configuration, account, target.name);
  };
}

interface ForwardPorts {
  readonly changes: ChangeNotes;
  readonly reconcileQueue: ReconcileQueue;
}

/** More names than these are read with the whole account. */
const MOST_ROLES = 500;

/** One message for what was changed in the account in the slot. May be repeated: it has the same key. */
export async function forwardChanges(
  { changes, reconcileQueue }: ForwardPorts,
  message: ChangesMessage,
): Promise<void> {
  const { account } = message;
  const roles = await changes.list(account, message.changes);
  const isFew = roles !== undefined && roles.length <= MOST_ROLES;
  await reconcileQueue.send([
    { message: { account, ...(isFew ? { roles } : {}) }, key: changesKey(message) },
  ]);
}

interface AskPorts {
  readonly reportQueue: ReportQueue;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

/**
 * After a run that changed something, or tried to. A queue that does not take it stops
 * nothing: the run is done, and doing it again would find nothing to do.
 */
export async function askForReport(
  { reportQueue, clock, telemetry }: AskPorts,
  { results }: Pick<RunReport, 'results'>,
): Promise<void> {
  if (!hasTried(results)) return;
  try {
    await reportQueue.send([{ message: { report: true }, key: reportKey(clock.now()) }]);
  } catch (error) {
    telemetry.error('The report could not be asked for; it stays as it is until the next change.', error);
    rethrowDefect(error);
  }
}
