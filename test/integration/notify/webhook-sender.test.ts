import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:http';
import { listenOnLoopback, startLoopbackServer } from '../../../infra/local/loopback/loopback-server.ts';
import { startWebhookReceiver } from '../../../infra/local/webhook-receiver/webhook-receiver.ts';
import { createWebhookSender } from '../../../shared/adapters/notify/webhook-sender.ts';
import type { Webhook } from '../../../shared/domain/configuration/configuration.ts';
import { ConfigError } from '../../../shared/domain/kernel/errors.ts';
import type { Clock } from '../../../shared/ports/clock.ts';
import type { EventSender } from '../../../shared/ports/queue.ts';
import { pendingEvent } from '../../builders/recorded-items.ts';
import { createVirtualClock } from '../../builders/virtual-clock.ts';
import { startRawServer } from './raw-server.ts';

const makeSecret = (letter: string) => `whsec_${Buffer.alloc(24, letter).toString('base64')}`;
const [current, former] = [makeSecret('c'), makeSecret('f')];
const event = pendingEvent(1, { id: 'evt_shop_1', data: { organization: { name: 'contoso' } } });
const closing: (() => Promise<void>)[] = [];

function opened<Server extends { close(): Promise<void> }>(server: Server): Server {
  closing.push(() => server.close());
  return server;
}

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

function makeWebhook(url: string): Webhook {
  return { name: 'ops', url, secret: { env: 'SECRET' }, events: ['*'] };
}

/** Real time passes only where nothing ever comes. */
const SHORT_MS = 200;

function makeSender(secrets: readonly string[], clock: Clock = createVirtualClock(), deadlineMs = 60_000) {
  return createWebhookSender({
    getSecrets: () => Promise.resolve(secrets),
    clock,
    allowLoopback: true,
    deadlineMs,
  });
}

/** Answers every request alike and keeps what came. */
async function startAnswering(status: number, headers: Readonly<Record<string, string>> = {}) {
  const requests: { method: string; headers: IncomingHttpHeaders; text: string }[] = [];
  const server = await startLoopbackServer((request) => {
    requests.push(request);
    return Promise.resolve({ status, headers, text: '' });
  });
  return opened({ ...server, requests });
}

describe('the signature', () => {
  it('is one that the receiver can verify, on a CloudEvent', async () => {
    const clock = createVirtualClock();
    const receiver = opened(await startWebhookReceiver({ secrets: [current], now: () => clock.now() }));
    expect(await makeSender([current], clock).send(makeWebhook(receiver.url), event)).toEqual({
      outcome: 'delivered',
    });
    expect(receiver.received).toMatchObject([
      { id: 'evt_shop_1', type: 'connection.repaired.v1', verified: true },
    ]);
  });

  it.each([
    { name: 'the current secret', trusted: current, outcome: 'delivered' },
    { name: 'the former secret', trusted: former, outcome: 'delivered' },
    { name: 'another secret', trusted: makeSecret('x'), outcome: 'refused' },
  ])('while rotating, a receiver that trusts $name: $outcome', async ({ trusted, outcome }) => {
    const clock = createVirtualClock();
    const receiver = opened(await startWebhookReceiver({ secrets: [trusted], now: () => clock.now() }));
    const sender = makeSender([current, former], clock);
    expect(await sender.send(makeWebhook(receiver.url), event)).toMatchObject({ outcome });
  });

  it('is made when sending: a retry after days verifies, under the same id', async () => {
    const clock = createVirtualClock();
    const receiver = opened(await startWebhookReceiver({ secrets: [current], now: () => clock.now() }));
    receiver.failNext(500);
    const sender = makeSender([current], clock);
    await sender.send(makeWebhook(receiver.url), event);
    clock.advance(3 * 86_400_000);
    await sender.send(makeWebhook(receiver.url), event);
    expect(receiver.received.map(({ id, verified }) => ({ id, verified }))).toEqual([
      { id: 'evt_shop_1', verified: true },
      { id: 'evt_shop_1', verified: true },
    ]);
  });

  it.each([
    { name: 'as it was sent', change: {}, status: 204 },
    { name: 'with another body', change: { body: '{}' }, status: 401 },
    { name: 'with another id', change: { id: 'evt_shop_2' }, status: 401 },
    { name: 'with another time', change: { time: 60 }, status: 401 },
    { name: 'after six minutes', change: { late: 360_000 }, status: 401 },
  ])('makes the receiver answer $status to a message $name', async ({ change, status }) => {
    const {
      body,
      id,
      time = 0,
      late = 0,
    } = change as { body?: string; id?: string; time?: number; late?: number };
    const clock = createVirtualClock();
    const recorder = await startAnswering(204);
    await makeSender([current], clock).send(makeWebhook(recorder.url), event);
    const [sent] = recorder.requests;
    const receiver = opened(await startWebhookReceiver({ secrets: [current], now: () => clock.now() }));
    clock.advance(late);
    const replayed = await fetch(receiver.url, {
      method: 'POST',
      headers: {
        'webhook-id': id ?? String(sent?.headers['webhook-id']),
        'webhook-timestamp': String(Number(sent?.headers['webhook-timestamp']) + time),
        'webhook-signature': String(sent?.headers['webhook-signature']),
      },
      body: body ?? String(sent?.text),
    });
    expect(replayed.status).toBe(status);
  });

  it.each([
    { name: 'no secret', secrets: [] },
    { name: 'a secret without its prefix', secrets: [Buffer.alloc(24, 's').toString('base64')] },
    { name: 'a short secret', secrets: [`whsec_${Buffer.alloc(23, 's').toString('base64')}`] },
    { name: 'a long secret', secrets: [`whsec_${Buffer.alloc(65, 's').toString('base64')}`] },
    { name: 'one malformed secret of two', secrets: [current, 'whsec_???'] },
  ])('is not made with $name: nothing is sent, and the error does not tell it', async ({ secrets }) => {
    const recorder = await startAnswering(204);
    const failure: unknown = await makeSender(secrets)
      .send(makeWebhook(recorder.url), event)
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ConfigError);
    expect(secrets.filter((secret) => String(failure).includes(secret))).toEqual([]);
    expect(recorder.requests).toEqual([]);
  });
});

describe('the request', () => {
  it('is a POST of the CloudEvents media type with the headers of Standard Webhooks', async () => {
    const recorder = await startAnswering(204);
    await makeSender([current, former]).send(makeWebhook(recorder.url), event);
    expect(recorder.requests).toMatchObject([
      {
        method: 'POST',
        headers: {
          'content-type': 'application/cloudevents+json',
          'webhook-id': 'evt_shop_1',
          'webhook-timestamp': String(Date.parse('2026-11-22T09:00:00Z') / 1000),
          'webhook-signature': expect.stringMatching(/^v1,\S{44} v1,\S{44}$/) as string,
        },
      },
    ]);
  });
});

it('has the name of the account beside its id', async () => {
  const recorder = await startAnswering(204);
  const account = '123456789012';
  const sender = createWebhookSender({
    getSecrets: () => Promise.resolve([current]),
    clock: createVirtualClock(),
    allowLoopback: true,
    places: { organizations: [], accounts: [{ id: account, name: 'shop-prod' }] },
  });
  const about = pendingEvent(1, { data: { aws: { account } } });
  await sender.send(makeWebhook(recorder.url), about);
  expect(JSON.parse(recorder.requests[0]?.text ?? '')).toMatchObject({
    data: { aws: { account, accountName: 'shop-prod' } },
  });
});

describe('the answer', () => {
  it.each([301, 302, 303, 307, 308])(
    '%i is refused, and nobody is asked at the other place',
    async (status) => {
      const elsewhere = await startAnswering(204);
      const redirecting = await startAnswering(status, { location: elsewhere.url });
      const outcome = await makeSender([current]).send(makeWebhook(redirecting.url), event);
      expect(outcome).toEqual({ outcome: 'refused', reason: `HTTP ${status}: redirects are not followed.` });
      expect(redirecting.requests).toHaveLength(1);
      expect(elsewhere.requests).toEqual([]);
    },
  );

  it('413 brings the event once more, cut to what small receivers take; a small one is refused', async () => {
    const recorder = await startAnswering(413);
    const large = pendingEvent(1, { data: { reason: 'It drifted.', drift: 'x'.repeat(15_000) } });
    const sender = makeSender([current]);
    const refusal = { outcome: 'refused', reason: 'HTTP 413' };
    expect(await sender.send(makeWebhook(recorder.url), large)).toEqual(refusal);
    const [whole, cut, ...others] = recorder.requests.map(({ text }) => text);
    expect(JSON.parse(whole ?? '')).toMatchObject({ id: large.id, data: large.data });
    expect(JSON.parse(cut ?? '')).toMatchObject({
      id: large.id,
      data: { reason: 'It drifted.', drift: '(cut: 15002 bytes)' },
    });
    expect([Buffer.byteLength(cut ?? '') <= 4_000, others]).toEqual([true, []]);
    expect(await sender.send(makeWebhook(recorder.url), event)).toEqual(refusal);
    expect(recorder.requests).toHaveLength(3);
  });

  it.each([
    { status: 429, retryAfter: '120', retryAfterMs: 120_000 },
    { status: 503, retryAfter: '0', retryAfterMs: 0 },
    { status: 503, retryAfter: 'Sun, 22 Nov 2026 10:00:00 GMT', retryAfterMs: 3_600_000 },
    { status: 429, retryAfter: 'Sun, 22 Nov 2026 08:00:00 GMT', retryAfterMs: 0 },
    { status: 429, retryAfter: 'soon', retryAfterMs: undefined },
    { status: 429, retryAfter: '-5', retryAfterMs: undefined },
    { status: 500, retryAfter: '120', retryAfterMs: undefined },
  ])(
    '$status with Retry-After "$retryAfter" asks for $retryAfterMs ms',
    async ({ status, retryAfter, retryAfterMs }) => {
      const recorder = await startAnswering(status, { 'retry-after': retryAfter });
      const outcome = await makeSender([current]).send(makeWebhook(recorder.url), event);
      const asked = retryAfterMs === undefined ? {} : { retryAfterMs };
      const all = status === 500 ? {} : { affectsAll: true };
      expect(outcome).toEqual({ outcome: 'refused', reason: `HTTP ${status}`, ...asked, ...all });
    },
  );

  it.each([
    {
      name: 'is silent',
      says: '',
      isSilent: true,
      outcome: { outcome: 'refused', reason: 'No answer within 0.2 s.', affectsAll: true },
    },
    {
      name: 'never ends its headers',
      says: 'HTTP/1.1 200 OK\r\nx: ',
      isSilent: true,
      outcome: { outcome: 'refused', reason: 'No answer within 0.2 s.', affectsAll: true },
    },
    { name: 'never ends its body', says: 'HTTP/1.1 200 OK\r\n\r\nand so', outcome: { outcome: 'delivered' } },
    {
      name: 'speaks something else',
      says: 'SSH-2.0-OpenSSH_9.6\r\n',
      outcome: {
        outcome: 'refused',
        reason: expect.stringMatching(
          /^The request failed \(HPE_INVALID_CONSTANT\): .* does not answer as HTTP;/,
        ) as string,
        affectsAll: true,
      },
    },
    {
      name: 'switches protocols',
      says: 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n',
      outcome: {
        outcome: 'refused',
        reason: 'The connection was closed without an answer.',
        affectsAll: true,
      },
    },
  ])('of a receiver that $name is $outcome.outcome', async ({ says, isSilent, outcome }) => {
    const server = opened(await startRawServer(says));
    const sender = makeSender([current], createVirtualClock(), isSilent === true ? SHORT_MS : undefined);
    expect(await sender.send(makeWebhook(server.url), event)).toEqual(outcome);
  });

  it('of nobody is refused', async () => {
    const server = await startRawServer('');
    await server.close();
    expect(await makeSender([current]).send(makeWebhook(server.url), event)).toEqual({
      outcome: 'refused',
      reason: `The request failed (ECONNREFUSED): nothing accepts connections at ${new URL(server.url).host}; check the address, its port, and that the service runs.`,
      affectsAll: true,
    });
  });
});

describe('the connection', () => {
  /** `closesAfter`: the receiver closes a connection after so many requests, as one that was waited for too long. */
  async function countConnections(closesAfter = Infinity) {
    const counts = { connections: 0, requests: 0 };
    const perSocket = new WeakMap<object, number>();
    const server = createServer((request, response) => {
      const { socket } = request;
      const before = perSocket.get(socket) ?? 0;
      perSocket.set(socket, before + 1);
      if (before >= closesAfter) {
        socket.destroy();
        return;
      }
      counts.requests += 1;
      request.resume().on('end', () => response.end('A body that nobody reads.'));
    }).on('connection', () => (counts.connections += 1));
    const url = await listenOnLoopback(server, 0);
    const close = () =>
      new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      });
    return opened({ url, counts, close });
  }

  async function sendMany(sender: EventSender, url: string, count: number): Promise<void> {
    for (let sent = 0; sent < count; sent += 1)
      expect(await sender.send(makeWebhook(url), event)).toEqual({ outcome: 'delivered' });
  }

  it('is one for all deliveries, until the sender is closed', async () => {
    const { url, counts } = await countConnections();
    const sender = createWebhookSender({
      getSecrets: () => Promise.resolve([current]),
      clock: createVirtualClock(),
      allowLoopback: true,
    });
    await sendMany(sender, url, 20);
    expect(counts).toEqual({ connections: 1, requests: 20 });
    sender.close?.();
    await sendMany(sender, url, 5);
    expect(counts).toEqual({ connections: 2, requests: 25 });
    sender.close?.();
  });

  it('is opened anew where the receiver has closed the one that waited', async () => {
    const { url, counts } = await countConnections(1);
    const sender = makeSender([current]);
    await sendMany(sender, url, 3);
    expect(counts.requests).toBe(3);
    sender.close?.();
  });
});
