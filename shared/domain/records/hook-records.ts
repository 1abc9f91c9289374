import { scryptSync } from 'node:crypto';
import type { StoredRecord } from './event.ts';
import type { OrganizationId, ProjectId, SubscriptionId } from '../kernel/ids.ts';
import type { HookEvent, SubscriptionState } from '../azure-devops/hook-subscription.ts';
import type { Instant } from '../kernel/durations.ts';

/** Which password a subscription was last given: Azure DevOps shows none. */
export interface GivenPassword {
  readonly id: SubscriptionId;
  /** A former release did not say it. */
  readonly projectId?: ProjectId;
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
 * taken away are not missed.
 */
export function beforeChanges(
  hooks: RecordedHooks,
  touched: readonly SubscriptionId[],
  removed: readonly SubscriptionId[],
): RecordedHooks {
  const passwords = hooks.passwords.filter(({ id }) => !touched.includes(id));
  const seen = hooks.seen.filter(({ id }) => !removed.includes(id));
  const isSame = passwords.length === hooks.passwords.length && seen.length === hooks.seen.length;
  return isSame ? hooks : { ...hooks, passwords, seen };
}

export function withPassword(
  hooks: RecordedHooks,
  given: readonly Pick<GivenPassword, 'id' | 'projectId'>[],
  digest: string,
  now: number,
): RecordedHooks {
  const ids = new Set(given.map(({ id }) => id));
  const others = hooks.passwords.filter(({ id }) => !ids.has(id));
  const passwords = [...others, ...given.map((one) => ({ ...one, digest }))];
  return { ...hooks, passwords, givenAt: now };
}
