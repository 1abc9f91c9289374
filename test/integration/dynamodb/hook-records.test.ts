import type { HookRecord } from '../../../shared/domain/hooks/hook-record.ts';
import { ConflictError } from '../../../shared/domain/errors.ts';
import { parseSubscriptionId } from '../../../shared/domain/ids.ts';
import type { LocalDynamo } from '../../builders/local-dynamo.ts';
import { openLocalDynamo } from '../../builders/local-dynamo.ts';
import { freshOrganizationId } from '../../builders/recorded-items.ts';
import { required } from '../../builders/stage.ts';

const subscription = required(parseSubscriptionId('5e57ab1e-0000-4000-8000-000000000001'), 'GUID');

let dynamo: LocalDynamo;
beforeAll(async () => {
  dynamo = await openLocalDynamo();
});
afterAll(() => dynamo.close());

it('gives back what was written, to the organization that it is about alone', async () => {
  const { hookRecords } = dynamo;
  const organizationId = freshOrganizationId();
  const record: HookRecord = {
    ...(await hookRecords.read(organizationId)),
    salt: 'salt',
    passwords: new Map([[subscription, 'digest']]),
  };
  const written = await hookRecords.write(record);
  expect(written).toEqual({ ...record, version: 1 });
  expect(await hookRecords.read(organizationId)).toEqual(written);
  expect((await hookRecords.read(freshOrganizationId())).version).toBe(0);
});

it('refuses to overwrite what somebody else has written meanwhile', async () => {
  const { hookRecords } = dynamo;
  const read = await hookRecords.read(freshOrganizationId());
  const first = await hookRecords.write({ ...read, salt: 'first' });
  await expect(hookRecords.write({ ...read, salt: 'second' })).rejects.toBeInstanceOf(ConflictError);
  expect(await hookRecords.read(read.organizationId)).toEqual(first);
});
