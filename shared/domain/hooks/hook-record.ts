import { scryptSync } from 'node:crypto';
import type { OrganizationId, SubscriptionId } from '../ids.ts';

/** What azfed remembers of the subscriptions that it made in one organization. */
export interface HookRecord {
  readonly organizationId: OrganizationId;
  /** Grows with every write; a write names the version that it rests on. 0: not in the table yet. */
  readonly version: number;
  /** Of the digests below; drawn with the first of them, and empty until then. */
  readonly salt: string;
  /** By id of the subscription: the digest of the password that it was last given. Azure DevOps shows none. */
  readonly passwords: ReadonlyMap<SubscriptionId, string>;
}

/**
 * What a password is remembered by. Salted and slow (RFC 7914), so that whoever reads the table learns nothing that can be
 * tried out in time.
 */
export function passwordDigest(password: string, { salt }: Pick<HookRecord, 'salt'>): string {
  return scryptSync(password, salt, 32).toString('base64');
}

/** Before subscriptions are given another password: a crash leaves them with one that is not known, and so given anew. */
export function withoutPasswords(record: HookRecord, ids: readonly SubscriptionId[]): HookRecord {
  const left = [...record.passwords].filter(([id]) => !ids.includes(id));
  return left.length === record.passwords.size ? record : { ...record, passwords: new Map(left) };
}

export function withPassword(record: HookRecord, ids: readonly SubscriptionId[], digest: string): HookRecord {
  const given = ids.map((id) => [id, digest] as const);
  return ids.length === 0 ? record : { ...record, passwords: new Map([...record.passwords, ...given]) };
}

export function newHookRecord(organizationId: OrganizationId): HookRecord {
  return { organizationId, version: 0, salt: '', passwords: new Map() };
}
