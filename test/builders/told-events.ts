import { problemOfEvent } from '../../shared/adapters/notify/schema/event-schemas.ts';

/** Throws when one of the bodies that a receiver got is no event as the published schemas have it. */
export function checkReceivedEvents(received: readonly { readonly body: string }[]): void {
  const problems = received.flatMap(({ body }) => problemOfEvent(JSON.parse(body)) ?? []);
  if (problems.length > 0) throw new Error([...new Set(problems)].join('\n'));
}
