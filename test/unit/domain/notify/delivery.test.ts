import type { Webhook } from '../../../../shared/domain/configuration/configuration.ts';
import {
  afterAttempt,
  countOpenDeliveries,
  deliverySchedule,
  dueDeliveries,
  isFinished,
  matchesEvent,
} from '../../../../shared/domain/notify/delivery.ts';
import type { Delivery, PendingEvent } from '../../../../shared/domain/records/event.ts';
import { pendingEvent } from '../../../builders/recorded-items.ts';

const now = Date.parse('2026-11-22T09:00:00Z');
const hour = 3_600_000;
const refused = { outcome: 'refused', reason: 'HTTP 500' } as const;
const later: Delivery = {
  state: 'waiting',
  attempts: 1,
  nextAttemptAt: '2026-11-22T09:00:00.001Z',
  lastError: 'HTTP 500',
};
const delivered: Delivery = { state: 'delivered', at: '2026-11-22T08:00:00.000Z' };
const exhausted: Delivery = { state: 'exhausted', attempts: 10, lastError: 'HTTP 500' };

function webhook(name: string, events = ['connection.*']): Webhook {
  return { name, url: 'https://hooks.example.com/azfed', secret: { env: 'SECRET' }, events };
}

function due(pending: readonly PendingEvent[], ...webhooks: readonly Webhook[]): readonly string[] {
  const found = dueDeliveries({ outbox: { pending, nextSequence: 100 } }, webhooks, now);
  return found.map(({ event, webhook: { name } }) => `${event.sequence} to ${name}`);
}

describe('which events a webhook wants', () => {
  it.each([
    { patterns: ['connection.*'], type: 'connection.closed.v1', wanted: true },
    { patterns: ['connection.*'], type: 'provider.failed.v1', wanted: false },
    { patterns: ['provider.*', 'connection.*'], type: 'connection.closed.v1', wanted: true },
    { patterns: ['connection.closed.v1'], type: 'connection.closed.v1', wanted: true },
    { patterns: ['connection.closed.v1'], type: 'connection.closed.v10', wanted: false },
    { patterns: ['connection'], type: 'connection.closed.v1', wanted: false },
    { patterns: ['*.failed.v1'], type: 'provider.failed.v1', wanted: true },
    { patterns: [], type: 'connection.closed.v1', wanted: false },
  ])('$patterns against $type: $wanted', ({ patterns, type, wanted }) => {
    expect(matchesEvent(patterns, type)).toBe(wanted);
  });
});

describe('what is due', () => {
  it('is the first event of a record, for each webhook that wants it', () => {
    expect(
      due([pendingEvent(2), pendingEvent(1)], webhook('a'), webhook('b'), webhook('c', ['run.*'])),
    ).toEqual(['1 to a', '1 to b']);
  });

  it.each([
    { name: 'waits behind an event that waits', first: later, expected: [] },
    { name: 'follows an event that has arrived', first: delivered, expected: ['2 to a'] },
    { name: 'follows an event that was given up', first: exhausted, expected: ['2 to a'] },
  ])('a later event $name', ({ first, expected }) => {
    expect(due([pendingEvent(1, { deliveries: { a: first } }), pendingEvent(2)], webhook('a'))).toEqual(
      expected,
    );
  });

  it('goes on for one webhook while another is behind', () => {
    const pending = [pendingEvent(1, { deliveries: { a: later, b: delivered } }), pendingEvent(2)];
    expect(due(pending, webhook('a'), webhook('b'))).toEqual(['2 to b']);
  });

  it('does not wait for an event that the webhook never wanted', () => {
    const pending = [pendingEvent(1, { type: 'provider.failed.v1' }), pendingEvent(2)];
    expect(due(pending, webhook('a'))).toEqual(['2 to a']);
  });

  it('comes at its time, not before', () => {
    const atLast = { ...later, nextAttemptAt: new Date(now).toISOString() };
    expect(due([pendingEvent(1, { deliveries: { a: atLast } })], webhook('a'))).toEqual(['1 to a']);
    expect(due([pendingEvent(1, { deliveries: { a: later } })], webhook('a'))).toEqual([]);
  });

  it('is not put off for longer than the schedule knows', () => {
    const until = (hours: number): Delivery => ({
      ...later,
      nextAttemptAt: new Date(now + hours * 3_600_000).toISOString(),
    });
    expect(due([pendingEvent(1, { deliveries: { a: until(26.4) } })], webhook('a'))).toEqual([]);
    expect(due([pendingEvent(1, { deliveries: { a: until(640_000) } })], webhook('a'))).toEqual(['1 to a']);
  });

  it('does not take an inherited property for a delivery', () => {
    expect(due([pendingEvent(1)], webhook('constructor'))).toEqual(['1 to constructor']);
  });
});

describe('after an attempt', () => {
  const hook = webhook('a');
  const readState = (event: PendingEvent) => event.deliveries['a'];

  it('waits as Standard Webhooks says, and gives up after the tenth refusal', () => {
    let event = pendingEvent(1);
    const waits: number[] = [];
    for (let state = readState(event); state?.state !== 'exhausted'; state = readState(event)) {
      event = afterAttempt(event, hook, refused, now, 0);
      const next = readState(event);
      if (next?.state === 'waiting') waits.push(Date.parse(next.nextAttemptAt) - now);
    }
    expect(waits).toEqual(deliverySchedule.slice(1));
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeCloseTo(75.585 * hour, -5);
    expect(readState(event)).toEqual({ state: 'exhausted', attempts: 10, lastError: 'HTTP 500' });
  });

  it.each([
    { name: 'lengthens the wait by a tenth at most', retryAfterMs: 0, jitter: 1, wait: 5_500 },
    { name: 'waits as long as the receiver asks', retryAfterMs: 120_000, jitter: 0, wait: 120_000 },
    { name: 'never comes back before its own time', retryAfterMs: 1, jitter: 0, wait: 5_000 },
    { name: 'is patient for a day, no longer', retryAfterMs: 1e12, jitter: 0, wait: 24 * hour },
  ])('$name', ({ retryAfterMs, jitter, wait }) => {
    const event = afterAttempt(pendingEvent(1), hook, { ...refused, retryAfterMs }, now, jitter);
    expect(readState(event)).toMatchObject({ nextAttemptAt: new Date(now + wait).toISOString() });
  });

  it('gives up at once when the receiver wants no more', () => {
    const event = afterAttempt(pendingEvent(1), hook, { outcome: 'gone', reason: 'HTTP 410' }, now, 0);
    expect(readState(event)).toEqual({ state: 'exhausted', attempts: 1, lastError: 'HTTP 410' });
  });

  it.each([
    { before: delivered, outcome: refused, after: delivered },
    { before: exhausted, outcome: refused, after: exhausted },
    {
      before: exhausted,
      outcome: { outcome: 'delivered' } as const,
      after: { state: 'delivered', at: '2026-11-22T09:00:00.000Z' },
    },
  ])('$before.state and then $outcome.outcome is $after.state', ({ before, outcome, after }) => {
    const event = pendingEvent(1, { deliveries: { a: before, b: later } });
    expect(afterAttempt(event, hook, outcome, now, 0).deliveries).toEqual({ a: after, b: later });
  });
});

describe('an event is finished', () => {
  it.each([
    { name: 'when nobody wants it', deliveries: {}, webhooks: [webhook('a', ['run.*'])], finished: true },
    { name: 'when there are no webhooks', deliveries: {}, webhooks: [], finished: true },
    { name: 'not before the first attempt', deliveries: {}, webhooks: [webhook('a')], finished: false },
    { name: 'not while it waits', deliveries: { a: later }, webhooks: [webhook('a')], finished: false },
    {
      name: 'when it has arrived or was given up everywhere',
      deliveries: { a: delivered, b: exhausted },
      webhooks: [webhook('a'), webhook('b')],
      finished: true,
    },
    {
      name: 'without a webhook that is no longer configured',
      deliveries: { old: later },
      webhooks: [],
      finished: true,
    },
  ])('$name', ({ deliveries, webhooks, finished }) => {
    const event = pendingEvent(1, { deliveries });
    expect(isFinished(event, webhooks)).toBe(finished);
    const open = countOpenDeliveries({ outbox: { pending: [event], nextSequence: 2 } }, webhooks);
    expect(open === 0).toBe(finished);
  });
});
