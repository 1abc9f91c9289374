import { eventCatalogue } from '../records/event-catalogue.ts';
import type { PendingEvent } from '../records/event.ts';
import { formatEventName, readEventText } from './event-fields.ts';

/** What the names in the catalogue's titles stand for. Data is as it was written then: anything may be missing. */
const names: Readonly<Record<string, (event: PendingEvent) => string>> = {
  connection: formatEventName,
  account: (event) => `account ${readEventText(event, 'aws', 'account') ?? 'unknown'}`,
  organization: (event) => readEventText(event, 'organization', 'name') ?? 'an organization',
  plan: (event) => readEventText(event, 'planId') ?? 'a plan',
  scope: (event) => readEventText(event, 'scope') ?? 'everything',
  version: ({ data }) =>
    typeof data['version'] === 'number' ? `version ${data['version']}` : 'of an unknown version',
  webhook: (event) => readEventText(event, 'webhook') ?? 'unknown',
};

/** What happened, as the head of a message or a line of a list. */
export function formatEventTitle(event: PendingEvent): string {
  const { title, reminderTitle = title }: { title: string; reminderTitle?: string } =
    eventCatalogue[event.type];
  const isReminder = readEventText(event, 'reminder') !== undefined;
  return (isReminder ? reminderTitle : title).replaceAll(
    /\{(\w+)\}/g,
    (_, name: string) => names[name]?.(event) ?? name,
  );
}
