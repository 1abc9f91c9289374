import type { PendingEvent } from '../records/event.ts';
import { eventCatalogue, type EventType } from '../records/event-catalogue.ts';
import { groupItems } from '../kernel/group-by.ts';
import { severities } from '../kernel/severity.ts';
import { readEventText } from './event-fields.ts';
import { formatEventTitle } from './event-titles.ts';
import { fitMessage, type ChatMessage, type Fact, type Places } from './message.ts';

const ranks = ['high', 'medium', 'low'] as const;

const rankEventType = ({ type }: PendingEvent) => ranks.indexOf(eventCatalogue[type].severity);

/** The severity of the drift that an event is about; what is about none comes last. */
function rankDrift(event: PendingEvent): number {
  const severity = readEventText(event, 'severity');
  const place = severities.findIndex((each) => each === severity);
  return place === -1 ? severities.length : place;
}

/** Several events of one run as one message for people: what matters most comes first. */
export function messageOfGroup(events: readonly PendingEvent[], { reportUrl }: Places): ChatMessage {
  const sorted = events.toSorted(
    (a, b) => rankEventType(a) - rankEventType(b) || rankDrift(a) - rankDrift(b) || compare(a.time, b.time),
  );
  const [worst] = sorted;
  return fitMessage({
    title: `${events.length} things happened in one run`,
    severity: worst ? eventCatalogue[worst.type].severity : 'low',
    text: formatCounts(sorted),
    facts: listFacts(events),
    lines: sorted.map(formatEventTitle),
    furtherLines: 0,
    links: reportUrl === undefined ? [] : [{ title: 'Report', url: reportUrl }],
  });
}

const compare = (a: string, b: string) => (a < b ? -1 : Number(a > b));

/** `12 x connection.drift-detected.v1, 12 x connection.repaired.v1`. */
function formatCounts(events: readonly PendingEvent[]): string {
  const groups: ReadonlyMap<EventType, readonly PendingEvent[]> = groupItems(events, ({ type }) => type);
  return [...groups].map(([type, group]) => `${group.length} x ${type}`).join(', ');
}

function listFacts(events: readonly PendingEvent[]): readonly Fact[] {
  const of = (...path: readonly string[]) =>
    [...new Set(events.flatMap((event) => readEventText(event, ...path) ?? []))].sort().join(', ');
  const times = events.map(({ time }) => time).sort();
  return [
    { name: 'Organization', value: of('organization', 'name') },
    { name: 'Account', value: of('aws', 'account') },
    { name: 'By whom', value: of('actor', 'principal') },
    { name: 'When', value: [...new Set([times.at(0), times.at(-1)])].join(' to ') },
  ].filter(({ value }) => value !== '');
}
