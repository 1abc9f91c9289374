import { actorName, type Actor } from '../../domain/attribution/actor.ts';
import { isRecord } from '../../domain/kernel/json.ts';
import { describeEventReason, readEventText } from '../../domain/notify/event-fields.ts';
import { formatEventTitle } from '../../domain/notify/event-titles.ts';
import type { PendingEvent, Run } from '../../domain/records/event.ts';
import { eventCatalogue } from '../../domain/records/event-catalogue.ts';

export interface ReportedEvent {
  readonly time: string;
  readonly type: string;
  /** The catalogue's sentence. */
  readonly meaning: string;
  readonly connectionId: string;
  readonly reason: string;
  readonly done: string;
  readonly by: string;
  /** What happened, in the event's own words. */
  readonly title?: string;
  /** The run that it happened in; left out of what people decide between runs. */
  readonly run?: Run;
  /** Where CloudTrail, or the audit log, shows who it was. */
  readonly link?: string;
}

export function reportedEvent(event: PendingEvent): ReportedEvent {
  const { time, type, subject, data, run } = event;
  const action = data['action'];
  const decision = isRecord(action) ? action['decision'] : undefined;
  const link = readEventText(event, 'actor', 'link');
  return {
    time,
    type,
    meaning: eventCatalogue[type].meaning,
    connectionId: /^org\/[^/]+\/connection\/(.+)$/.exec(subject)?.[1] ?? '',
    reason: describeEventReason({ data }) ?? '',
    done: toText(decision),
    by: isRecord(data['actor']) ? actorText(data['actor'] as unknown as Actor) : toText(data['by']),
    title: formatEventTitle(event),
    ...(run ? { run } : {}),
    ...(link?.startsWith('https://') ? { link } : {}),
  };
}

export function actorText(actor: Actor): string {
  return actor.source === 'unknown' ? 'unknown' : actorName(actor);
}

const toText = (value: unknown) => (typeof value === 'string' ? value : '');
