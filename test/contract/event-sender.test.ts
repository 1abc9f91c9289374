import type { WebhookFailure } from '../../infra/local/webhook-receiver/webhook-receiver.ts';
import { startWebhookReceiver } from '../../infra/local/webhook-receiver/webhook-receiver.ts';
import { createMemoryEventSender } from '../doubles/memory-event-sender.ts';
import { createWebhookSender } from '../../shared/adapters/notify/webhook-sender.ts';
import type { DeliveryOutcome } from '../../shared/domain/notify/delivery.ts';
import { createVirtualClock } from '../builders/virtual-clock.ts';
import type { SenderUnderTest } from './event-sender.ts';
import { describeEventSender } from './event-sender.ts';

const secret = `whsec_${Buffer.alloc(24, 'azfed').toString('base64')}`;
const webhook = { name: 'ops', secret: { env: 'SECRET' }, events: ['*'] };

function openMemorySender(): Promise<SenderUnderTest> {
  const answers: WebhookFailure[] = [];
  const sender = createMemoryEventSender(() => toOutcome(answers.shift() ?? 204));
  return Promise.resolve({
    sender,
    webhook: { ...webhook, url: 'https://hooks.example.com/azfed' },
    answerNext: (answer) => answers.push(answer),
    arrivals: () => sender.sent.map(({ event }) => event.id),
    close: () => Promise.resolve(),
  });
}

function toOutcome(answer: WebhookFailure): DeliveryOutcome {
  if (answer === 204) return { outcome: 'delivered' };
  return answer === 410
    ? { outcome: 'gone', reason: 'HTTP 410' }
    : { outcome: 'refused', reason: `HTTP ${answer}` };
}

async function openWebhookSender(): Promise<SenderUnderTest> {
  const clock = createVirtualClock();
  const receiver = await startWebhookReceiver({ secrets: [secret], now: () => clock.now() });
  const getSecrets = () => Promise.resolve([secret]);
  return {
    sender: createWebhookSender({ getSecrets, clock, allowLoopback: true, deadlineMs: 3_000 }),
    webhook: { ...webhook, url: `${receiver.url}/azfed` },
    answerNext: (answer) => {
      receiver.failNext(answer);
    },
    arrivals: () => receiver.received.filter(({ verified }) => verified).map(({ id }) => id),
    close: () => receiver.close(),
  };
}

describeEventSender('The memory sender', openMemorySender);
describeEventSender('The webhook sender', openWebhookSender);
