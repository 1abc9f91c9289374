import { Webhook } from 'standardwebhooks';

import { startWebhookReceiver } from '../../../infra/local/webhook-receiver/webhook-receiver.ts';
import type { WebhookReceiver } from '../../../infra/local/webhook-receiver/webhook-receiver.ts';

const NOW = Date.UTC(2026, 10, 22, 8);
const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const previous = `whsec_${Buffer.alloc(32, 2).toString('base64')}`;
const foreign = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;
const event = JSON.stringify({ specversion: '1.0', type: 'connection.drift-detected.v1' });

describe('the webhook receiver', () => {
  let receiver: WebhookReceiver;

  beforeEach(async () => {
    receiver = await startWebhookReceiver({ secrets: [secret, previous], now: () => NOW });
  });
  afterEach(() => receiver.close());

  function deliver(signedWith: string[], at = NOW, body = event, id = 'evt_1'): Promise<Response> {
    const signatures = signedWith.map((key) => new Webhook(key).sign(id, new Date(at), event));
    return fetch(receiver.url, {
      method: 'POST',
      body,
      headers: {
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at / 1000)),
        'webhook-signature': signatures.join(' '),
      },
    });
  }

  it('takes a signed event', async () => {
    const response = await deliver([secret]);
    expect(response.status).toBe(204);
    expect(receiver.received).toEqual([
      { id: 'evt_1', type: 'connection.drift-detected.v1', body: event, verified: true, at: NOW, attempt: 1 },
    ]);
  });

  it.each([
    ['the previous secret', [previous], NOW, event, true],
    ['one of two signatures, the other foreign', [foreign, secret], NOW, event, true],
    ['a foreign secret', [foreign], NOW, event, false],
    ['no signature', [], NOW, event, false],
    ['a body that was changed', [secret], NOW, `${event} `, false],
    ['a time five minutes ago', [secret], NOW - 300_000, event, true],
    ['a time over five minutes ago', [secret], NOW - 301_000, event, false],
    ['a time over five minutes ahead', [secret], NOW + 301_000, event, false],
  ])('judges %s', async (_what, keys, at, body, verified) => {
    const response = await deliver(keys, at, body);
    expect(response.status).toBe(verified ? 204 : 401);
    expect(receiver.received).toMatchObject([{ verified }]);
  });

  it('takes a request without any of the headers, unverified', async () => {
    const response = await fetch(receiver.url, { method: 'POST', body: 'text' });
    expect(response.status).toBe(401);
    expect(receiver.received).toMatchObject([{ id: '', type: '', verified: false }]);
  });

  it('fails as told, counts the attempts of an event, then answers', async () => {
    receiver.failNext(503, 'drop', 410);
    const statuses: (number | string)[] = [];
    for (let attempt = 0; attempt < 4; attempt++)
      statuses.push(
        await deliver([secret]).then(
          ({ status }) => status,
          () => 'dropped',
        ),
      );
    await deliver([secret], NOW, event, 'evt_2');
    expect(statuses).toEqual([503, 'dropped', 410, 204]);
    expect(receiver.received.map(({ id, attempt }) => `${id} ${attempt}`)).toEqual([
      'evt_1 1',
      'evt_1 2',
      'evt_1 3',
      'evt_1 4',
      'evt_2 1',
    ]);
  });

  it('hangs until the sender gives up', async () => {
    receiver.failNext('hang');
    const request = fetch(receiver.url, { method: 'POST', body: event, signal: AbortSignal.timeout(1_000) });
    await expect(request).rejects.toThrow('timeout');
    expect(receiver.received).toHaveLength(1);
  });
});
