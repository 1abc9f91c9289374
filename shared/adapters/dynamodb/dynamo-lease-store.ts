import { leaseKey } from '../../contract/table-keys.ts';
import {
  ConflictError,
  InvariantError,
  UpstreamError,
  rethrowUnlessConflict,
} from '../../domain/kernel/errors.ts';
import type { AccountId } from '../../domain/kernel/ids.ts';
import { LEASE_SKEW_MS, type Lease } from '../../domain/records/lease.ts';
import type { LeaseStore } from '../../ports/state.ts';
import { schemaAttribute, schemaStamp, toLease } from './item-mapping.ts';
import { getItem, updateItem, type TableAccess } from './dynamo-table.ts';

const names = { '#owner': 'owner', '#until': 'leaseUntil', '#fence': 'fence' };
const schemaName = { '#schema': schemaAttribute };

/**
 *     free ──acquire──▶ held(owner, fence + 1, until) ──release by this owner and fence──▶ free (fence stays)
 *                         │  ▲
 *                         └──┘ acquire by the same owner, or by anyone once `until` has passed or lies too far ahead
 *
 * A lease of a later schema, and one that holds anything else where these attributes stand, counts as held: somebody may be
 * writing. That is told as an item that cannot be read, and a person ends it. Attributes that are only new stay.
 */
export const createDynamoLeaseStore = (access: TableAccess): LeaseStore => ({
  acquire: (account, owner, now, durationMs) => acquire(access, account, owner, now, durationMs),
  holder: (account) => readLease(access, account),
  isHeld: (lease, now) => isHeld(access, lease, now),
  release: (lease) => release(access, lease),
});

async function acquire(
  access: TableAccess,
  account: AccountId,
  owner: string,
  now: number,
  durationMs: number,
): Promise<Lease | undefined> {
  const update = {
    UpdateExpression: 'SET #owner = :owner, #until = :until, #schema = :schema ADD #fence :one',
    ConditionExpression:
      '(attribute_not_exists(#schema) OR #schema <= :schema) AND (attribute_not_exists(#until) OR #until < :now OR #until > :furthest OR #owner = :owner)',
    ExpressionAttributeNames: { ...names, ...schemaName },
    ExpressionAttributeValues: {
      ':owner': owner,
      ':until': now + durationMs,
      ':now': now,
      ':furthest': now + durationMs + LEASE_SKEW_MS,
      ':one': 1,
      ':schema': schemaStamp[schemaAttribute],
    },
    ReturnValues: 'ALL_NEW',
  } as const;
  try {
    return toLease(account, await updateItem(access, leaseKey(account), update)) ?? unanswered(account);
  } catch (error) {
    // Refused: somebody holds it, or what stands there is no lease that this release can read.
    const isRefused = error instanceof ConflictError;
    if (isRefused || error instanceof UpstreamError) await readLease(access, account);
    if (isRefused) return undefined;
    throw error;
  }
}

/** A grant always names its owner: an answer without one is not DynamoDB's. */
function unanswered(account: AccountId): never {
  throw new InvariantError('lease.unanswered', `The lease of ${account} was granted but has no owner.`);
}

async function readLease(access: TableAccess, account: AccountId): Promise<Lease | undefined> {
  const stored = await getItem(access, leaseKey(account));
  return stored && toLease(account, stored);
}

async function isHeld(access: TableAccess, lease: Lease, now: number): Promise<boolean> {
  const held = await readLease(access, lease.account);
  return held?.owner === lease.owner && held.fence === lease.fence && now < held.until;
}

/** A lease that is no longer this owner's is left alone. */
async function release(access: TableAccess, lease: Lease): Promise<void> {
  const update = {
    UpdateExpression: 'REMOVE #owner, #until',
    ConditionExpression: '#owner = :owner AND #fence = :fence',
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: { ':owner': lease.owner, ':fence': lease.fence },
  };
  await updateItem(access, leaseKey(lease.account), update).catch(rethrowUnlessConflict);
}
