import { actorName } from '../../../shared/domain/attribution/actor.ts';
import { isRecord } from '../../../shared/domain/kernel/json.ts';
import {
  describeEventReason,
  readEventList,
  readEventText,
} from '../../../shared/domain/notify/event-fields.ts';
import { formatEventTitle } from '../../../shared/domain/notify/event-titles.ts';
import { eventCatalogue } from '../../../shared/domain/records/event-catalogue.ts';
import { blockedReasons } from '../../../shared/domain/records/blocked-reason.ts';
import type { PendingEvent } from '../../../shared/domain/records/event.ts';
import { formatTime, shortenArns, type Layout } from './layout.ts';
import { inert } from './sanitize.ts';
import { wrapText } from './text.ts';

/** Each event: when and of which type; what happened and why; who did it, what changed, what came of it. Oldest first. */
export function historyText(events: readonly PendingEvent[], layout: Layout): string {
  if (events.length === 0) return 'There are no events.';
  return events.map((event) => eventText(event, layout)).join('\n\n');
}

function eventText(event: PendingEvent, layout: Layout): string {
  const { style, columns } = layout;
  const { severity } = eventCatalogue[event.type];
  const colour = { high: style.red, medium: style.yellow, low: style.green }[severity];
  const say = (text: string) => wrapText(inert(shortenArns(text, layout)), columns, '  ');
  return [
    `${formatTime(event.time, layout)}  ${colour(event.type)}`,
    say(describeEvent(event)),
    style.dim(say(listFacts(event).join('; '))),
  ].join('\n');
}

/** The title of the catalogue and the reason, unless the reason says the same and more. */
function describeEvent(event: PendingEvent): string {
  const title = formatEventTitle(event);
  const reason = describeEventReason(event) ?? '';
  return reason.startsWith(title) ? reason : `${title}. ${reason}`.trimEnd();
}

function listFacts(event: PendingEvent): readonly string[] {
  const changed = [...new Set(readEventList(event, 'drift').flatMap(readField))].filter(isPart);
  const outcome = readEventText(event, 'action', 'decision');
  const deliveries = Object.entries(event.deliveries).map(([webhook, { state }]) => `${webhook}: ${state}`);
  return [
    `by ${formatWho(event)}`,
    ...(changed.length > 0 ? [`changed ${changed.join(', ')}`] : []),
    ...(outcome === undefined
      ? []
      : [Object.hasOwn(blockedReasons, outcome) ? `blocked by ${outcome}` : `outcome ${outcome}`]),
    ...(deliveries.length > 0 ? [`webhook ${deliveries.join(', ')}`] : []),
  ];
}

const readField = (difference: unknown): readonly string[] =>
  isRecord(difference) && typeof difference['path'] === 'string'
    ? [difference['path'].replace(/[.[].*$/, '')]
    : [];

/** A role that was made has no field that somebody changed. */
const isPart = (field: string) => field !== 'role' && field !== 'provider';

/** The person who decided it, or who changed IAM; azfed itself for the rest. */
function formatWho(event: PendingEvent): string {
  const by = readEventText(event, 'by');
  if (by !== undefined) return by;
  const { actor } = event.data;
  if (!isRecord(actor)) return 'azfed';
  const principal = readEventText(event, 'actor', 'principal');
  if (principal === undefined) return 'somebody unknown';
  const sessionName = readEventText(event, 'actor', 'sessionName');
  const { eventName } = actor;
  const name = actorName({
    principal,
    ...(sessionName === undefined ? {} : { sessionName }),
    ...(actor['isProbable'] === true ? { isProbable: true } : {}),
  });
  return typeof eventName === 'string' ? `${name} (${eventName})` : name;
}
