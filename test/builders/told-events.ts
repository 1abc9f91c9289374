import * as z from 'zod';
import { eventSchema } from '../../shared/adapters/notify/schema/event-schemas.ts';
import { eventCatalogue, type EventType } from '../../shared/domain/records/event-catalogue.ts';

const schemas = Object.fromEntries(
  (Object.keys(eventCatalogue) as EventType[]).map((type) => [type, eventSchema(type)]),
) as Record<EventType, ReturnType<typeof eventSchema>>;

/** What is wrong with a body that was sent; `undefined`: nothing. */
export function problemOfEvent(body: unknown): string | undefined {
  const type = z.object({ type: z.string() }).safeParse(body).data?.type ?? '';
  if (!Object.hasOwn(eventCatalogue, type)) return `${type} is no event.`;
  const checked = schemas[type as EventType].safeParse(body);
  return checked.success ? undefined : `${type}: ${z.prettifyError(checked.error)}`;
}

/** Throws when one of the bodies that a receiver got is no event as the published schemas have it. */
export function checkReceivedEvents(received: readonly { readonly body: string }[]): void {
  const problems = received.flatMap(({ body }) => problemOfEvent(JSON.parse(body)) ?? []);
  if (problems.length > 0) throw new Error([...new Set(problems)].join('\n'));
}
