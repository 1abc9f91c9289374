import { randomBytes, randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { startWebhookReceiver } from '../../infra/local/webhook-receiver/webhook-receiver.ts';
import { createWebhookSender } from '../../shared/adapters/notify/webhook-sender.ts';
import { systemClock } from '../../shared/adapters/system/system-clock.ts';
import { deliver } from '../../shared/application/delivery/deliver.ts';
import type { EventSender } from '../../shared/ports/queue.ts';
import { createDeliverWorld, webhook } from '../scenario/deliver-world.ts';
import { openLocalDynamo } from '../builders/local-dynamo.ts';
import { pendingEvent, recordedConnection } from '../builders/recorded-items.ts';
import { setHookStage } from '../integration/functions/hook-stage.ts';

/** How many of what one process gets done in a second of real time, against the embedded cloud beside it. */
export interface Throughput {
  readonly what: string;
  readonly perSecond: number;
}

const DELIVERIES = 300;
const HOOKS = 500;
/** Requests under way at once; a function answers one at a time, so this is of the service as a whole. */
const AT_ONCE = 10;

/** From the table through the signature to the receiver, and out of the outbox into the history. */
export async function measureDeliveries(): Promise<Throughput> {
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  const [dynamo, receiver] = await Promise.all([
    openLocalDynamo(systemClock),
    startWebhookReceiver({ secrets: [secret] }),
  ]);
  const sender = createWebhookSender({
    clock: systemClock,
    getSecrets: () => Promise.resolve([secret]),
    allowLoopback: true,
  });
  const webhook = {
    name: 'bench',
    url: receiver.url,
    format: 'cloudevents',
    secret: { env: 'BENCH' },
    events: ['*'],
  } as const;
  try {
    for (let number = 0; number < DELIVERIES; number++)
      await dynamo.state.write(
        recordedConnection({
          outbox: { pending: [pendingEvent(1, { id: `evt_${number}` })], nextSequence: 2 },
        }),
      );
    const ports = { ...dynamo, sender, clock: systemClock, random: Math.random };
    const perSecond = await rate(DELIVERIES, async () => {
      const { delivered } = await deliver(ports, [webhook]);
      if (delivered !== DELIVERIES) throw new Error(`${delivered} of ${DELIVERIES} events were delivered.`);
    });
    return { what: 'webhooks delivered, one run', perSecond };
  } finally {
    await Promise.all([dynamo.close(), receiver.close()]);
  }
}

const CONNECTIONS = 400;
const EVENTS_OF_EACH = 5;
const ANSWERS_AFTER_MS = 100;

/** What one lane gets done with a receiver that takes its time. The table is in memory: the embedded one would be what is measured. */
export async function measureLane(): Promise<Throughput> {
  const world = createDeliverWorld();
  for (let number = 0; number < CONNECTIONS; number++) await world.addConnection(EVENTS_OF_EACH);
  const sender: EventSender = {
    send: async () => {
      await systemClock.sleep(ANSWERS_AFTER_MS);
      return { outcome: 'delivered' };
    },
    sendTogether: () => Promise.resolve({ outcome: 'delivered' }),
  };
  const all = CONNECTIONS * EVENTS_OF_EACH;
  const perSecond = await rate(all, async () => {
    const { delivered } = await deliver({ ...world, sender, clock: systemClock }, [webhook('bench')]);
    if (delivered !== all) throw new Error(`${delivered} of ${all} events were delivered.`);
  });
  return { what: `events delivered, one lane, a receiver of ${ANSWERS_AFTER_MS} ms`, perSecond };
}

/** From the request to the queue, every one another notification. */
export async function measureHooks(): Promise<Throughput> {
  const stage = await setHookStage();
  try {
    const left = Array.from({ length: HOOKS }, () => ({ subscriptionId: randomUUID() }));
    const work = async () => {
      for (let body = left.pop(); body; body = left.pop()) {
        const { statusCode } = await stage.call({ body });
        if (statusCode !== 202) throw new Error(`A hook was answered with ${statusCode}.`);
      }
    };
    const perSecond = await rate(HOOKS, () => Promise.all(Array.from({ length: AT_ONCE }, work)));
    return { what: `hooks taken in, ${AT_ONCE} at once`, perSecond };
  } finally {
    await stage.close();
  }
}

async function rate(count: number, work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (1_000 * count) / (performance.now() - startedAt);
}
