import type { LocalAzureDevOps } from '../../../infra/local/azure-devops/local-azure-devops.ts';
import { startLocalAzureDevOps } from '../../../infra/local/azure-devops/local-azure-devops.ts';
import type { LoopbackRequest, LoopbackServer } from '../../../infra/local/loopback/loopback-server.ts';
import { startLoopbackServer } from '../../../infra/local/loopback/loopback-server.ts';
import { createVirtualClock } from '../../builders/virtual-clock.ts';
import type { VirtualClock } from '../../builders/virtual-clock.ts';

const MINUTE_MS = 60_000;
const updated = 'ms.vss-endpoint.endpoint-updated';

let clock: VirtualClock;
let azdo: LocalAzureDevOps;
let receiver: LoopbackServer;
let received: LoopbackRequest[];
let answers: number[];
let connectionId: string;

beforeEach(async () => {
  clock = createVirtualClock();
  received = [];
  answers = [];
  receiver = await startLoopbackServer((request) => {
    received.push(request);
    return Promise.resolve({ status: answers.shift() ?? 202, headers: {}, text: '' });
  });
  azdo = await startLocalAzureDevOps({ now: () => clock.now() });
  azdo.organizations.create({ name: 'contoso' });
  azdo.projects.create('contoso', 'Pay');
  const { id: projectId } = azdo.projects.create('contoso', 'Shop');
  ({ id: connectionId } = azdo.connections.create('contoso', { project: 'Shop', name: 'aws' }));
  await call('POST', '', makeBody(projectId));
});
afterEach(async () => {
  await receiver.close();
  await azdo.close();
});

const makeBody = (projectId: string, url = receiver.url) => ({
  publisherId: 'tfs',
  eventType: updated,
  consumerId: 'webHooks',
  consumerActionId: 'httpRequest',
  publisherInputs: { projectId },
  consumerInputs: { url, basicAuthUsername: 'azfed', basicAuthPassword: 'a-planted-password' },
});

async function call(method: string, path: string, body?: object, token = 'local-pat') {
  const response = await fetch(`${azdo.url}/contoso/_apis/hooks/subscriptions${path}?api-version=7.1`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(`:${token}`).toString('base64')}`,
      'content-type': 'application/json',
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return { status: response.status, text: await response.text() };
}

const subscription = () => {
  const [found] = azdo.snapshot().organizations[0]?.subscriptions ?? [];
  if (!found) throw new Error('There is no subscription.');
  return found;
};
const change = (name: string) => azdo.connections.rename('contoso', connectionId, name);

/** What happens in that much time, minute by minute; how often it was posted. */
async function wait(minutes: number): Promise<number> {
  let posts = 0;
  for (let minute = 0; minute < minutes; minute += 1) {
    clock.advance(MINUTE_MS);
    posts += await azdo.hooks.deliver();
  }
  return posts;
}

it('posts an event of the project with the password, and shows the password to nobody', async () => {
  change('aws-new');
  expect(await azdo.hooks.deliver()).toBe(1);
  const [request] = received;
  expect(request?.headers.authorization).toBe(
    `Basic ${Buffer.from('azfed:a-planted-password').toString('base64')}`,
  );
  expect(JSON.parse(request?.text ?? '')).toMatchObject({
    eventType: updated,
    subscriptionId: subscription().id,
    notificationId: 1,
    resource: { id: connectionId },
  });
  const listed = await call('GET', '');
  expect(listed.status).toBe(200);
  expect(listed.text).toContain('"basicAuthPassword":"********"');
  expect(listed.text).not.toContain('a-planted-password');
});

it('posts neither what happens in another project, nor another event, nor a deletion', async () => {
  azdo.connections.create('contoso', { project: 'Pay', name: 'other' });
  azdo.connections.create('contoso', { project: 'Shop', name: 'new' });
  azdo.connections.remove('contoso', connectionId);
  expect(await azdo.hooks.deliver()).toBe(0);
});

it.each([408, 502, 503, 504])('tries again for about three minutes when the answer is %i', async (status) => {
  answers = Array<number>(8).fill(status);
  change('aws-new');
  await azdo.hooks.deliver();
  expect(await wait(10)).toBe(8);
  expect(received).toHaveLength(9);
  expect(subscription().status).toBe('enabled');
});

it.each([301, 400, 401, 429, 500])(
  'puts the subscription on probation when the answer is %i: what happens meanwhile is lost, one success ends it',
  async (status) => {
    answers = [status];
    change('aws-new');
    await azdo.hooks.deliver();
    expect(subscription().status).toBe('onProbation');
    change('aws-lost');
    expect(await wait(19)).toBe(0);
    expect(await wait(1)).toBe(1);
    expect(subscription().status).toBe('enabled');
    expect(received).toHaveLength(2);
  },
);

it('disables the subscription after seven probes in 36 hours, and at once after 410', async () => {
  answers = Array<number>(20).fill(500);
  change('aws-new');
  await azdo.hooks.deliver();
  expect(await wait(36 * 60)).toBe(7);
  expect(subscription().status).toBe('disabledBySystem');
  azdo.hooks.setStatus('contoso', subscription().id, 'enabled');
  answers = [410];
  change('aws-gone');
  await azdo.hooks.deliver();
  expect(subscription().status).toBe('disabledBySystem');
});

it('keeps the password when it comes back masked, and lets only who may manage write', async () => {
  const body = makeBody(subscription().publisherInputs['projectId'] ?? '');
  const masked = { ...body, consumerInputs: { ...body.consumerInputs, basicAuthPassword: '********' } };
  azdo.organizations.setPat('contoso', { token: 'reader', access: 'read' });
  expect((await call('PUT', `/${subscription().id}`, masked, 'reader')).status).toBe(403);
  expect((await call('PUT', `/${subscription().id}`, masked)).status).toBe(200);
  expect(subscription().consumerInputs['basicAuthPassword']).toBe('a-planted-password');
});

it('lists none to who may not view them, and takes no address outside this machine', async () => {
  azdo.organizations.setPat('contoso', { token: 'blind', access: 'read', seesHooks: false });
  expect(JSON.parse((await call('GET', '', undefined, 'blind')).text)).toEqual({ count: 0, value: [] });
  const { status } = await call('POST', '', makeBody('', 'https://hooks.example.com/'));
  expect(status).toBe(400);
});
