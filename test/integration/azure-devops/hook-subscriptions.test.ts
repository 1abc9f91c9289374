import { startLoopbackServer } from '../../../infra/local/loopback/loopback-server.ts';
import { createHookSession } from '../../../shared/adapters/azure-devops/hook-subscriptions.ts';
import { createOperator } from '../../../shared/adapters/azure-devops/operator.ts';
import { contoso } from '../../builders/configuration.ts';
import { createVirtualClock } from '../../builders/virtual-clock.ts';

const ours = {
  id: '00000000-0000-4000-8000-000000000001',
  publisherId: 'tfs',
  eventType: 'ms.vss-endpoint.endpoint-created',
  consumerId: 'webHooks',
  consumerActionId: 'httpRequest',
  status: 'enabled',
};

async function list(value: readonly object[]) {
  const server = await startLoopbackServer(() =>
    Promise.resolve({
      status: 200,
      headers: { 'content-type': 'application/json' },
      text: JSON.stringify({ count: value.length, value }),
    }),
  );
  const getCredential = () => Promise.resolve({ type: 'pat', token: 'planted' } as const);
  const session = createHookSession(createOperator({ clock: createVirtualClock(), getCredential }));
  try {
    return await session({ ...contoso, url: `${server.url}/contoso` }, (reader) => reader.list());
  } finally {
    await server.close();
  }
}

it.each<readonly [string, readonly object[], object]>([
  ['is read', [ours], { value: [{ state: 'enabled' }] }],
  [
    'is read beside an odd one of another event',
    [{ ...ours, eventType: 'git.push', status: 'paused', consumerInputs: { count: 7 } }, ours],
    { value: [{ id: ours.id }] },
  ],
  [
    'is read beside odd ones of others',
    [{ ...ours, consumerId: 'slack', status: 7 }, { ...ours, publisherId: 'rm', id: null }, ours],
    { value: [{ id: ours.id }] },
  ],
  ['is unknown where one of ours is odd', [{ ...ours, status: 'paused' }], { code: 'unexpected-shape' }],
  [
    'is unknown where it holds one of ours twice',
    [ours, { ...ours, id: ours.id }],
    { code: 'duplicate-ids' },
  ],
  [
    'is unknown where it holds two with one id that differ',
    [ours, { ...ours, status: 'disabledBySystem' }],
    { code: 'duplicate-ids' },
  ],
  ['is unknown where an event is not told', [{ ...ours, eventType: null }], { code: 'unexpected-shape' }],
])('a list of subscriptions %s', async (_what, value, expected) => {
  expect(await list(value)).toMatchObject(expected);
});
