import type { Actor } from './actor.ts';
import type { ProviderChange, ProviderSettlement } from './change.ts';
import type { EventType } from './event.ts';
import { appendEvent } from './outbox.ts';
import type { RecordedProvider } from './recorded.ts';

/** Before the provider is made or mended. */
export function recordProviderIntent(
  item: RecordedProvider | undefined,
  change: ProviderChange,
  now: number,
): RecordedProvider {
  const tells: EventType = change.kind === 'create' ? 'provider.created.v1' : 'provider.repaired.v1';
  const fresh = { version: 0, audiences: [], told: [], outbox: { pending: [], nextSequence: 1 } };
  return {
    ...(item ?? fresh),
    kind: 'provider',
    account: change.account,
    arn: change.providerArn,
    intent: { changeId: change.id, at: new Date(now).toISOString(), tells },
  };
}

/** What was meant is true; the one event that tells of it. */
export function recordProviderDone(
  item: RecordedProvider,
  audiences: readonly string[],
  now: number,
  actor?: Actor,
): RecordedProvider {
  const { intent, ...rest } = item;
  const done: RecordedProvider = { ...rest, audiences, told: [] };
  if (!intent) return done;
  const data = {
    aws: { account: item.account, providerArn: item.arn },
    audiences,
    ...(actor ? { actor } : {}),
    action: { decision: 'done', changeId: intent.changeId },
  };
  return appendEvent(done, intent.tells, data, now);
}

export function recordProviderSettled(
  { recorded, audiences }: ProviderSettlement,
  now: number,
): RecordedProvider {
  return recordProviderDone(recorded, audiences, now);
}

/** Told once for each reason. */
export function recordProviderFailed(
  item: RecordedProvider,
  change: ProviderChange,
  error: { readonly code: string; readonly message: string },
  now: number,
): RecordedProvider {
  const code = `failed:${change.id}:${error.code}`;
  if (item.told.includes(code)) return item;
  const data = {
    aws: { account: item.account, providerArn: item.arn },
    reason: change.reason,
    error: { code: error.code, message: error.message },
  };
  return appendEvent({ ...item, told: [...item.told, code] }, 'provider.failed.v1', data, now);
}
