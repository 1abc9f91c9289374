import { isChat, isOfAws, type Webhook } from '../configuration/configuration.ts';
import type { DeliveryOutcome } from '../notify/delivery.ts';
import type { PendingEvent } from '../records/event.ts';
import type { Reading } from '../kernel/result.ts';
import type { RecordedControls } from '../records/deployment-record.ts';
import { judging, type Check, type Judge } from './check.ts';
import type { WebhookExamination } from './examination.ts';
import { formatDate, formatInstant } from '../kernel/durations.ts';

/** Everything that was read of one webhook. */
export interface ExaminedWebhook {
  readonly webhook: Webhook;
  readonly examination: WebhookExamination;
  /** Left out where nobody asked for one to be sent. */
  readonly test?: TestDelivery;
}

export interface TestDelivery {
  /** Unknown where it could not be signed. */
  readonly outcome: Reading<DeliveryOutcome>;
  readonly tookMs: number;
}

/** An event that tells of nothing. `nonce`: what no other one has. */
export const testEvent = ({ name }: Webhook, now: number, nonce: string): PendingEvent => ({
  id: `evt_test_${nonce}`,
  sequence: 1,
  type: 'webhook.test.v1',
  time: formatInstant(now),
  subject: 'deployment',
  data: { webhook: name },
  deliveries: {},
});

export function webhookChecks(
  { webhook, examination, test }: ExaminedWebhook,
  controls: Reading<RecordedControls>,
): readonly Check[] {
  const judge = judging(`webhook ${webhook.name}`);
  const { address, secret } = examination;
  const code = isOfAws(webhook) ? 'webhook.target' : 'webhook.address';
  return [
    address.state === 'complete'
      ? judge.ok(code, `It leads to ${address.value}.`)
      : judge.unread(code, address),
    ...(isOfAws(webhook) ? [] : [checkSecret(judge, webhook, secret)]),
    ...(controls.state === 'complete' ? [checkDisabled(judge, webhook, controls.value)] : []),
    ...(test ? [answerCheck(judge, test)] : []),
  ];
}

function checkSecret(
  judge: Judge,
  webhook: Webhook,
  secret: ExaminedWebhook['examination']['secret'],
): Check {
  return secret.state === 'complete'
    ? judge.ok('webhook.secret', isChat(webhook) ? 'It holds an address.' : 'Events can be signed with it.')
    : judge.unread('webhook.secret', secret);
}

function checkDisabled(judge: Judge, { name }: Webhook, { disabledWebhooks }: RecordedControls): Check {
  const disabled = disabledWebhooks.find((one) => one.name === name);
  return disabled
    ? judge.failed('webhook.enabled', `azfed disabled it on ${formatDate(disabled.at)}: ${disabled.reason}`)
    : judge.ok('webhook.enabled', 'azfed delivers the events that it subscribes to.');
}

/** The sender waits for 20 s; a receiver should answer at once and work afterwards (Standard Webhooks 1.0.0). */
const SLOW_MS = 5_000;

function answerCheck(judge: Judge, { outcome, tookMs }: TestDelivery): Check {
  const code = 'webhook.answers';
  if (outcome.state === 'unknown') return judge.untried(code, 'the event could not be signed');
  const seconds = Math.round(tookMs / 1_000);
  if (outcome.value.outcome !== 'delivered') return judge.failed(code, outcome.value.reason);
  return tookMs > SLOW_MS
    ? judge.warning(code, `It took the test event after ${seconds} s.`, slowFix)
    : judge.ok(code, 'It took the test event.');
}

const slowFix =
  'Let the receiver answer at once and work afterwards: after 20 s an event counts as not taken.';
