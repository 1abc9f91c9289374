import { fc } from '../../builders/fast-check.ts';
import type { ChatReceiver } from '../../../infra/local/chat-receiver/chat-receiver.ts';
import { startChatReceiver } from '../../../infra/local/chat-receiver/chat-receiver.ts';
import { createWebhookSender } from '../../../shared/adapters/notify/webhook-sender.ts';
import type { ChatWebhook } from '../../../shared/domain/configuration/configuration.ts';
import type { PendingEvent } from '../../../shared/domain/records/event.ts';
import type { EventType } from '../../../shared/domain/records/event-catalogue.ts';
import { eventCatalogue } from '../../../shared/domain/records/event-catalogue.ts';
import { findActive, hostileText, hostileTexts } from '../../builders/hostile.ts';
import { pendingEvent } from '../../builders/recorded-items.ts';
import { createVirtualClock } from '../../builders/virtual-clock.ts';

const types = Object.keys(eventCatalogue) as EventType[];
const formats = ['slack', 'teams'] as const;

let receiver: ChatReceiver;
beforeEach(async () => {
  receiver = await startChatReceiver();
});
afterEach(() => receiver.close());

const sender = () =>
  createWebhookSender({
    getSecrets: ({ format }) => Promise.resolve([format === 'slack' ? receiver.slackUrl : receiver.teamsUrl]),
    clock: createVirtualClock(),
    allowLoopback: true,
    places: { organizations: [{ id: 'org', url: 'https://dev.azure.com/contoso' }] },
  });
const chat = (format: ChatWebhook['format']): ChatWebhook => ({
  name: 'chat',
  format,
  secret: { env: 'CHAT_URL' },
  events: ['*'],
});

/** An event that says the same wherever something from outside may stand. */
function eventSaying(text: string, type: EventType = 'connection.drift-detected.v1'): PendingEvent {
  return pendingEvent(1, {
    type,
    data: {
      organization: { id: 'org', name: text },
      project: { id: text, name: text },
      connection: { id: text, name: text },
      aws: { account: text, roleArn: text },
      reason: text,
      error: { code: 'x', message: text },
      drift: [{ path: text, expected: text, actual: { [text]: text } }],
      actor: { source: 'event', principal: text, sessionName: text, link: 'https://console.example.com/' },
      action: { decision: text },
      scope: text,
      webhook: text,
      planId: text,
      by: text,
      until: text,
    },
  });
}

describe.each(formats)('a message for %s', (format) => {
  it.each(types)('is taken: %s', async (type) => {
    expect(await sender().send(chat(format), eventSaying('shop', type))).toEqual({ outcome: 'delivered' });
  });

  it.each(Object.entries(hostileTexts))('is taken and inert: what %s', async (_what, text) => {
    expect(await sender().send(chat(format), eventSaying(text))).toEqual({ outcome: 'delivered' });
    const [{ shown } = { shown: [] }] = receiver.received;
    expect(shown.length).toBeGreaterThan(8);
    for (const line of shown) expect(findActive(line.replaceAll('\n', ' '))).toEqual([]);
  });

  it('is taken whatever its length', async () => {
    const large = fc.string({ unit: 'binary', maxLength: 60 }).map((text) => text.repeat(200));
    await fc.assert(
      fc.asyncProperty(fc.oneof(large, fc.constant('"\\'.repeat(5_000))), async (text) => {
        const one = await sender().send(chat(format), eventSaying(text));
        const all = await sender().sendTogether(
          chat(format),
          Array.from({ length: 40 }, () => eventSaying(text)),
        );
        expect([one, all]).toEqual([{ outcome: 'delivered' }, { outcome: 'delivered' }]);
      }),
      { numRuns: 25 },
    );
  });

  it('goes through the schedule when it is refused, and ends when the chat is gone', async () => {
    receiver.failNext(503, 410);
    expect(await sender().send(chat(format), eventSaying('shop'))).toEqual({
      outcome: 'refused',
      reason: 'HTTP 503',
      affectsAll: true,
    });
    expect(await sender().send(chat(format), eventSaying('shop'))).toMatchObject({ outcome: 'gone' });
  });
});

describe('what a chat would carry out', () => {
  it('is no mention in the fallback of Slack, and plain text everywhere else', async () => {
    await sender().send(chat('slack'), eventSaying('<!channel> & *bold*'));
    const { text, blocks } = JSON.parse(receiver.received[0]?.body ?? '') as {
      text: string;
      blocks: unknown;
    };
    expect(text).toContain('&lt;!channel&gt; &amp; *bold*');
    expect(text).not.toMatch(/[<>]/);
    expect(JSON.stringify(blocks)).not.toContain('mrkdwn');
  });

  it('is no function in a card of Teams', async () => {
    await sender().send(chat('teams'), eventSaying('{{DATE(2026-11-22T00:00:00Z)}} {{{{TIME()}}}'));
    expect(receiver.received[0]?.body).toContain('DATE(2026-11-22T00:00:00Z)');
    expect(receiver.received[0]?.body).not.toContain('{{');
  });
});

describe('the address of a chat', () => {
  it('is in nothing that comes of sending to it', async () => {
    const away = createWebhookSender({
      getSecrets: () => Promise.resolve(['http://hooks.example.com/services/T0/B0/verysecret']),
      clock: createVirtualClock(),
    });
    const outcome = await away.send(chat('slack'), eventSaying(hostileText));
    expect(outcome).toMatchObject({ outcome: 'refused' });
    expect(JSON.stringify(outcome)).not.toContain('verysecret');
  });

  it('is judged as that of any webhook', async () => {
    const inside = createWebhookSender({
      getSecrets: () => Promise.resolve([receiver.slackUrl]),
      clock: createVirtualClock(),
    });
    expect(await inside.send(chat('slack'), eventSaying('shop'))).toMatchObject({ outcome: 'refused' });
    expect(receiver.received).toEqual([]);
  });
});
