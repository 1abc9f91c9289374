import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { leaseKey } from '../../contract/table-keys.ts';
import { ConflictError, InvariantError } from '../../domain/errors.ts';
import type { AccountId } from '../../domain/ids.ts';
import type { Lease } from '../../domain/lease.ts';
import { LEASE_SKEW_MS } from '../../domain/lease.ts';
import type { LeaseStore } from '../../ports/state.ts';
import { calling } from './errors.ts';
import { keyText, toLease } from './item-mapping.ts';
import type { TableAccess } from './query-pages.ts';

const names = { '#owner': 'owner', '#until': 'leaseUntil', '#fence': 'fence' };

/**
 *     free ──acquire──▶ held(owner, fence + 1, until) ──release by this owner and fence──▶ free (fence stays)
 *                         │  ▲
 *                         └──┘ acquire by the same owner, or by anyone once `until` has passed or lies too far ahead
 */
export function createDynamoLeaseStore(access: TableAccess): LeaseStore {
  return {
    acquire: (account, owner, now, durationMs) => acquire(access, account, owner, now, durationMs),
    holder: (account) => readLease(access, account),
    isHeld: (lease, now) => isHeld(access, lease, now),
    release: (lease) => release(access, lease),
  };
}

async function acquire(
  { documents, table }: TableAccess,
  account: AccountId,
  owner: string,
  now: number,
  durationMs: number,
): Promise<Lease | undefined> {
  const key = leaseKey(account);
  const command = new UpdateCommand({
    TableName: table,
    Key: key,
    UpdateExpression: 'SET #owner = :owner, #until = :until ADD #fence :one',
    ConditionExpression:
      'attribute_not_exists(#until) OR #until < :now OR #until > :furthest OR #owner = :owner',
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: {
      ':owner': owner,
      ':until': now + durationMs,
      ':now': now,
      ':furthest': now + durationMs + LEASE_SKEW_MS,
      ':one': 1,
    },
    ReturnValues: 'ALL_NEW',
  });
  const call = { action: 'dynamodb:UpdateItem', target: keyText(key) } as const;
  const answer = await unlessRefused(calling(call, () => documents.send(command)));
  return answer && (toLease(account, answer.Attributes ?? {}) ?? unanswered(account));
}

/** A grant always names its owner: an answer without one is not DynamoDB's. */
function unanswered(account: AccountId): never {
  throw new InvariantError('lease.unanswered', `The lease of ${account} was granted but has no owner.`);
}

async function readLease({ documents, table }: TableAccess, account: AccountId): Promise<Lease | undefined> {
  const key = leaseKey(account);
  const command = new GetCommand({ TableName: table, Key: key, ConsistentRead: true });
  const call = { action: 'dynamodb:GetItem', target: keyText(key) } as const;
  const { Item: stored } = await calling(call, () => documents.send(command));
  return stored && toLease(account, stored);
}

async function isHeld(access: TableAccess, lease: Lease, now: number): Promise<boolean> {
  const held = await readLease(access, lease.account);
  return held?.owner === lease.owner && held.fence === lease.fence && now < held.until;
}

/** A lease that is no longer this owner's is left alone. */
async function release({ documents, table }: TableAccess, lease: Lease): Promise<void> {
  const key = leaseKey(lease.account);
  const command = new UpdateCommand({
    TableName: table,
    Key: key,
    UpdateExpression: 'REMOVE #owner, #until',
    ConditionExpression: '#owner = :owner AND #fence = :fence',
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: { ':owner': lease.owner, ':fence': lease.fence },
  });
  const call = { action: 'dynamodb:UpdateItem', target: keyText(key) } as const;
  await unlessRefused(calling(call, () => documents.send(command)));
}

async function unlessRefused<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ConflictError) return undefined;
    throw error;
  }
}
