import { startLoopbackServer } from '../../../infra/local/loopback/loopback-server.ts';
import { createCloudTrailUses } from '../../../shared/adapters/cloudtrail/cloudtrail-uses.ts';
import { ACCOUNT } from '../../builders/domain-ids.ts';
import { createVirtualClock } from '../../builders/virtual-clock.ts';

const arn = `arn:aws:iam::${ACCOUNT}:role/azure-devops/shop`;
const record = JSON.stringify({
  eventName: 'AssumeRoleWithWebIdentity',
  eventTime: '2026-11-22T08:00:00Z',
  eventID: 'one',
  requestParameters: { roleArn: arn },
});

async function find(records: readonly string[]) {
  const server = await startLoopbackServer(() =>
    Promise.resolve({
      status: 200,
      headers: { 'content-type': 'application/x-amz-json-1.1' },
      text: JSON.stringify({ Events: records.map((CloudTrailEvent) => ({ CloudTrailEvent })) }),
    }),
  );
  const uses = createCloudTrailUses({
    clock: createVirtualClock(),
    getCredentials: () =>
      Promise.resolve({ accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'planted' }),
    endpoint: server.url,
  });
  try {
    return await uses.find({ id: ACCOUNT, partition: 'aws' }, { arn, subjects: ['sc://a/b/c'] }, []);
  } finally {
    await server.close();
  }
}

it('finds the uses of a role, also beside a record that cannot be read', async () => {
  expect((await find([record, '{'])).uses).toMatchObject([{ eventId: 'one', result: 'succeeded' }]);
  expect((await find([])).uses).toEqual([]);
});

it('does not say that a role was never used where no record can be read', async () => {
  await expect(find(['{', ''])).rejects.toMatchObject({ code: 'trail.unreadable' });
});
