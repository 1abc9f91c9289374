import { startLoopbackServer } from '../../../infra/local/loopback/loopback-server.ts';
import { createExecutionHistory } from '../../../shared/adapters/azure-devops/pipelines.ts';
import { createOperator } from '../../../shared/adapters/azure-devops/operator.ts';
import { contoso } from '../../builders/configuration.ts';
import { connectionId, projectId } from '../../builders/domain-ids.ts';
import { createVirtualClock } from '../../builders/virtual-clock.ts';

const dated = { data: { finishTime: '2026-11-22T09:00:00Z', result: 'succeeded' } };
const undated = { data: { endedOn: '2026-11-22T09:00:00Z', result: 'succeeded' } };

async function read(value: readonly object[]) {
  const server = await startLoopbackServer(() =>
    Promise.resolve({
      status: 200,
      headers: { 'content-type': 'application/json' },
      text: JSON.stringify({ count: value.length, value }),
    }),
  );
  const getCredential = () => Promise.resolve({ type: 'pat', token: 'planted' } as const);
  const operator = createOperator({ clock: createVirtualClock(), getCredential });
  const organization = { ...contoso, url: `${server.url}/contoso` };
  try {
    return await createExecutionHistory(operator).read(organization, projectId(1), connectionId(1));
  } finally {
    await server.close();
  }
}

it.each<readonly [string, readonly object[], object]>([
  ['no job', [], { state: 'complete', value: [] }],
  ['a job', [dated], { state: 'complete', value: [{ result: 'succeeded' }] }],
  ['a job beside one without data', [{ data: null }, dated], { value: [{ result: 'succeeded' }] }],
  ['a job beside one without a time', [undated, dated], { value: [{ result: 'succeeded' }] }],
  [
    'a job that has not ended, as .NET says it',
    [{ data: { finishTime: '0001-01-01T00:00:00', startTime: '2026-11-22T08:00:00.1234567', result: null } }],
    { value: [{ at: '2026-11-22T08:00:00.123Z', result: 'unknown' }] },
  ],
  ['jobs that never began', [{ data: { startTime: '0001-01-01T00:00:00Z' } }], { code: 'unexpected-shape' }],
  ['jobs without any time, of which nothing is known', [undated], { code: 'unexpected-shape' }],
])('an execution history tells of %s', async (_what, value, expected) => {
  expect(await read(value)).toMatchObject(expected);
});
