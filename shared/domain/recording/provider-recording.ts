import type { Actor } from '../attribution/actor.ts';
import { reasonWhenBlocked, type ProviderChange, type ProviderSync } from '../plan/change.ts';
import type { ExplainedFailure } from '../kernel/errors.ts';
import {
  failingData,
  findFailingChange,
  isFailingReminderDue,
  recordFailing,
  recordFailingReminded,
  removeFailingChange,
} from '../plan/failing-changes.ts';
import { addNotice, hasNotice, type Notice } from '../records/notified.ts';
import { providerOperations } from '../records/operation.ts';
import { appendEvent } from '../records/outbox.ts';
import type { RecordedProvider } from '../records/connection-record.ts';

/** A record that is not in the table yet. */
function newProvider({ account, providerArn: arn }: ProviderChange): RecordedProvider {
  const outbox = { pending: [], nextSequence: 1 };
  return { kind: 'provider', account, arn, version: 0, audiences: [], notified: [], outbox };
}

/** Before the provider is made or fixed. */
export function recordProviderIntent(
  item: RecordedProvider | undefined,
  change: ProviderChange,
  now: number,
): RecordedProvider {
  const operation = change.kind === 'create' ? 'create' : 'repair';
  return {
    ...(item ?? newProvider(change)),
    intent: { changeId: change.id, at: now, operation },
  };
}

/** What was meant is true; the one event that tells of it. */
export function recordProviderDone(
  item: RecordedProvider,
  audiences: readonly string[],
  now: number,
  actor?: Actor,
): RecordedProvider {
  const { intent, ...rest } = removeFailingChange(item, item.arn);
  const done: RecordedProvider = { ...rest, audiences, notified: [] };
  if (!intent) return done;
  const data = {
    aws: { account: item.account, providerArn: item.arn },
    audiences,
    ...(actor ? { actor } : {}),
    action: { decision: 'done', changeId: intent.changeId },
  } as const;
  return appendEvent(done, providerOperations[intent.operation], data, now);
}

export function recordProviderSynced({ recorded, audiences }: ProviderSync, now: number): RecordedProvider {
  return recordProviderDone(recorded, audiences, now);
}

/** Told once for each reason, and again after `reminderDays` (0: never) while it keeps failing. */
export function recordProviderFailed(
  known: RecordedProvider | undefined,
  change: ProviderChange,
  failure: ExplainedFailure,
  { now, reminderDays }: { readonly now: number; readonly reminderDays: number },
): RecordedProvider {
  const item = known ?? newProvider(change);
  const notice: Notice = { of: 'failed', changeId: change.id, reason: failure.code };
  const isKnown = hasNotice(item, notice);
  const isDue = isFailingReminderDue(findFailingChange(item, item.arn), reminderDays, now);
  const failed = recordFailing(item, change, failure, !isKnown, now);
  if (isKnown && !isDue) return failed;
  const notified = isKnown ? recordFailingReminded(failed, item.arn, now) : addNotice(failed, notice);
  const data = {
    aws: { account: item.account, providerArn: item.arn },
    reason: reasonWhenBlocked(change),
    error: { code: failure.code, message: failure.message },
    ...failingData(notified, item.arn),
    ...(isKnown ? { reminder: findFailingChange(notified, item.arn)?.reminders } : {}),
  };
  return appendEvent(notified, 'provider.failed.v1', data, now);
}
