import type { AccountId } from '../../shared/domain/kernel/ids.ts';
import type { Lease } from '../../shared/domain/records/lease.ts';
import { LEASE_SKEW_MS } from '../../shared/domain/records/lease.ts';
import type { LeaseStore } from '../../shared/ports/state.ts';
import { frozenCopy } from './frozen-copy.ts';
import { toPromise } from './promise-of.ts';

export interface HeldLeases {
  readonly held: Map<AccountId, Lease>;
  /** Fences outlive their leases, so that they never repeat. */
  readonly fences: Map<AccountId, number>;
}

export function createMemoryLeases(
  { held, fences }: HeldLeases = { held: new Map(), fences: new Map() },
): LeaseStore {
  function acquire(account: AccountId, owner: string, now: number, durationMs: number): Lease | undefined {
    const holder = held.get(account);
    const furthest = now + durationMs + LEASE_SKEW_MS;
    const isEnded = holder && (now > holder.until || holder.until > furthest);
    if (holder && holder.owner !== owner && !isEnded) return undefined;
    const fence = (fences.get(account) ?? 0) + 1;
    const lease = frozenCopy({ account, owner, fence, until: now + durationMs });
    fences.set(account, fence);
    held.set(account, lease);
    return lease;
  }

  function isCurrent(lease: Lease): boolean {
    const holder = held.get(lease.account);
    return holder?.owner === lease.owner && holder.fence === lease.fence;
  }

  function isHeld(lease: Lease, now: number): boolean {
    return isCurrent(lease) && now < (held.get(lease.account)?.until ?? 0);
  }

  function release(lease: Lease): void {
    if (isCurrent(lease)) held.delete(lease.account);
  }

  return {
    acquire: (account, owner, now, durationMs) => toPromise(() => acquire(account, owner, now, durationMs)),
    holder: (account) => toPromise(() => held.get(account)),
    isHeld: (lease, now) => toPromise(() => isHeld(lease, now)),
    release: (lease) =>
      toPromise(() => {
        release(lease);
      }),
  };
}
