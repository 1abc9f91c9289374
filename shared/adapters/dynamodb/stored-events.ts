import * as z from 'zod';
import type { Outbox, PendingEvent, Run } from '../../domain/records/event.ts';
import { eventCatalogue, type EventType } from '../../domain/records/event-catalogue.ts';
import { decodeJson, isoTime, list, text, type FieldSchemas } from './stored-fields.ts';
import { isRecord } from '../../domain/kernel/json.ts';

/** How events lie in the table: in the outbox of their record, and in the history. */

export const eventType = text<EventType>('an event type of the catalogue', (value) =>
  Object.hasOwn(eventCatalogue, value),
);

/**
 * What may hold any JSON is kept as its text: DynamoDB's own types would change some of it (numbers beyond 1e126 are
 * refused) or run into its 32 levels of nesting (Developer Guide, data types, quotas).
 */
const eventData = z.codec(
  z.string(),
  z.custom<Readonly<Record<string, unknown>>>(isRecord, 'expected a JSON object'),
  { decode: decodeJson, encode: (data) => JSON.stringify(data) },
);

const attempts = z.int().nonnegative();
const delivery = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('delivered'), at: isoTime }),
  z.strictObject({ state: z.literal('waiting'), attempts, nextAttemptAt: isoTime, lastError: z.string() }),
  z.strictObject({ state: z.literal('exhausted'), attempts, lastError: z.string() }),
]);

export const storedRun = {
  id: z.string(),
  trigger: z.enum(['schedule', 'person']),
} satisfies FieldSchemas<Run>;

export const pendingEvent = z.looseObject({
  id: z.string(),
  sequence: z.int().nonnegative(),
  type: eventType,
  time: isoTime,
  subject: z.string(),
  run: z.exactOptional(z.strictObject(storedRun)),
  data: eventData,
  deliveries: z.record(z.string(), delivery),
} satisfies FieldSchemas<PendingEvent>);

export const outbox = z.looseObject({
  pending: list(pendingEvent),
  nextSequence: z.int().nonnegative(),
} satisfies FieldSchemas<Outbox>);
