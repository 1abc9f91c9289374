import { scryptSync } from 'node:crypto';
import type { StoredRecord } from './event.ts';
import type { OrganizationId, ProjectId, SubscriptionId } from '../kernel/ids.ts';
import type { HookEvent, SubscriptionState } from '../azure-devops/hook-subscription.ts';
import type { Instant } from '../kernel/durations.ts';

/**
 * A subscription that azfed has made or repaired, and which password it was last given: Azure DevOps shows none. By this
 * record it is azfed's own, whatever somebody edits.
 */
export interface GivenPassword {
  readonly id: SubscriptionId;
  /** A former release did not say it. */
  readonly projectId?: ProjectId;
  /** Empty while it is being changed: which one it has is not known. */
  readonly digest: string;
}

/** A subscription that the service's own credential has listed. */
export interface SeenSubscription {
  readonly id: SubscriptionId;
  readonly projectId: ProjectId;
  readonly event: HookEvent;
}

/** A project and event of which hooks do not come, as it was told. */
export interface LostSubscription {
  readonly projectId: ProjectId;
  readonly event: HookEvent;
  readonly state: Exclude<SubscriptionState, 'enabled'> | 'missing';
}

/** What the table knows of the service hook subscriptions of one organization. */
export interface RecordedHooks extends StoredRecord {
  readonly kind: 'hooks';
  readonly organizationId: OrganizationId;
  /** Of the digests; drawn with the first of them, and empty until then. */
  readonly salt: string;
  readonly passwords: readonly GivenPassword[];
  /** When a subscription was last given one. */
  readonly givenAt?: Instant;
  readonly seen: readonly SeenSubscription[];
  readonly lost: readonly LostSubscription[];
}

export const newHooks = (organizationId: OrganizationId): RecordedHooks => ({
  kind: 'hooks',
  organizationId,
  version: 0,
  salt: '',
  passwords: [],
  seen: [],
  lost: [],
  outbox: { pending: [], nextSequence: 1 },
});

/**
 * What a password is remembered by. Salted and slow (RFC 7914), so that whoever reads the table learns nothing that can be
 * tried out in time.
 */
export function passwordDigest(password: string, { salt }: Pick<RecordedHooks, 'salt'>): string {
  return scryptSync(password, salt, 32).toString('base64');
}

/**
 * Before a person changes subscriptions: which password they have is not known until they were given one, and those that are
 * taken away are not missed. That they are azfed's own stays known, whatever becomes of the change.
 */
export function beforeChanges(
  hooks: RecordedHooks,
  touched: readonly SubscriptionId[],
  removed: readonly SubscriptionId[],
): RecordedHooks {
  const isForgotten = ({ id, digest }: GivenPassword) => touched.includes(id) && digest !== '';
  const seen = hooks.seen.filter(({ id }) => !removed.includes(id));
  if (!hooks.passwords.some(isForgotten) && seen.length === hooks.seen.length) return hooks;
  const passwords = hooks.passwords.map((one) => (isForgotten(one) ? { ...one, digest: '' } : one));
  return { ...hooks, passwords, seen };
}

/** Once they are changed. `gone`: subscriptions that were taken away. */
export function afterChanges(
  hooks: RecordedHooks,
  given: readonly GivenPassword[],
  gone: readonly SubscriptionId[],
  now: number,
): RecordedHooks {
  const replaced = new Set([...gone, ...given.map(({ id }) => id)]);
  const passwords = [...hooks.passwords.filter(({ id }) => !replaced.has(id)), ...given];
  return { ...hooks, passwords, ...(given.length > 0 ? { givenAt: now } : {}) };
}
