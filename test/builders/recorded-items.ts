import type { PresenceFacts } from '../../shared/domain/desired/missing-connections.ts';
import { randomUUID } from 'node:crypto';
import type { PendingEvent } from '../../shared/domain/records/event.ts';
import type { ConnectionId, OrganizationId } from '../../shared/domain/kernel/ids.ts';
import {
  parseAccountId,
  parseConnectionId,
  parseOrganizationId,
  parseProjectId,
} from '../../shared/domain/kernel/ids.ts';
import { parseRoleArn, providerArn } from '../../shared/domain/kernel/arn.ts';
import type {
  RecordedConnection,
  RecordedProvider,
  RecordedRole,
} from '../../shared/domain/records/connection-record.ts';

function present<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('A builder was given text that is not an id.');
  return value;
}

/** Ids that no other test has: stores may be shared between tests. */
export const freshOrganizationId = (): OrganizationId => present(parseOrganizationId(randomUUID()));
export const freshConnectionId = (): ConnectionId => present(parseConnectionId(randomUUID()));
const accountId = (text: string) => present(parseAccountId(text));
export const freshAccountId = () =>
  accountId((BigInt(`0x${randomUUID().slice(0, 8)}`) + 100_000_000_000n).toString());

export const shopRole: RecordedRole = {
  arn: present(parseRoleArn('arn:aws:iam::123456789012:role/azure-devops/shop/deploy')).arn,
  account: accountId('123456789012'),
  grant: 'shop',
  retire: 'keep',
  subjects: [],
  formerSubjects: [],
  written: { boundary: 'b0', 'tags.team': 't0' },
  writtenAt: Date.parse('2026-11-22T09:00:00.000Z'),
  before: {},
};

/** A connection that the table does not hold yet. */
export function recordedConnection(fields: Partial<RecordedConnection> = {}): RecordedConnection {
  const projectId = present(parseProjectId('00000000-0000-4000-8000-00000000000a'));
  return {
    kind: 'connection',
    organizationId: freshOrganizationId(),
    connectionId: freshConnectionId(),
    version: 0,
    references: [{ projectId, projectName: 'Shop', name: 'aws-prod' }],
    earlier: [],
    notified: [],
    outbox: { pending: [], nextSequence: 1 },
    ...fields,
  };
}

/** A provider that the table does not hold yet. */
export function recordedProvider(fields: Partial<RecordedProvider> = {}): RecordedProvider {
  const account = fields.account ?? freshAccountId();
  return {
    kind: 'provider',
    account,
    arn: providerArn('aws', account, `vstoken.dev.azure.com/${freshOrganizationId()}`),
    version: 0,
    audiences: ['api://AzureADTokenExchange'],
    notified: [],
    outbox: { pending: [], nextSequence: 1 },
    ...fields,
  };
}

export function pendingEvent(sequence: number, fields: Partial<PendingEvent> = {}): PendingEvent {
  return {
    id: `evt_test_${sequence}`,
    sequence,
    type: 'connection.repaired.v1',
    time: '2026-11-22T09:00:00.000Z',
    subject: 'org/test/connection/test',
    data: {},
    deliveries: {},
    ...fields,
  };
}

/** A look that misses nobody. */
export const everybodySeen: PresenceFacts = {
  missing: new Set(),
  accounted: new Set(),
  unlisted: new Set(),
  hidden: new Set(),
  returned: new Set(),
};
