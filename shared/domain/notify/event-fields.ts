import type { PendingEvent } from '../records/event.ts';
import { failingSentence, type FailingDetails } from '../plan/failing-changes.ts';
import { isRecord } from '../kernel/json.ts';

/** The text that the event's data has at this path. Data is as it was written then, so that anything may be missing. */
export function readEventText(
  { data }: Pick<PendingEvent, 'data'>,
  ...path: readonly string[]
): string | undefined {
  const value = path.reduce<unknown>(
    (inner, key) => (isRecord(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined),
    data,
  );
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/**
 * Why it happened, or, where it failed, with which text of AWS, and since when and how often where it keeps failing.
 * `undefined`: its data says nothing of that.
 */
export function describeEventReason(event: Pick<PendingEvent, 'data'>): string | undefined {
  const error = readEventText(event, 'error', 'message');
  const reason = readEventText(event, 'reason');
  if (event.data['failing'] !== undefined) {
    const occasion = error === undefined ? reason : undefined;
    return [occasion, describeFailing(event)].filter((text) => text !== undefined).join(' ');
  }
  return error ?? reason;
}

/** The sentence on what keeps failing; `undefined` where the data does not say enough. */
function describeFailing({ data }: Pick<PendingEvent, 'data'>): string | undefined {
  const { failing } = data;
  return isFailing(failing) ? failingSentence(failing) : undefined;
}

function isFailing(value: unknown): value is FailingDetails {
  const texts = ['arn', 'kind', 'since', 'lastAt', 'nature', 'code', 'message'];
  return (
    isRecord(value) &&
    typeof value['times'] === 'number' &&
    texts.every((name) => typeof value[name] === 'string')
  );
}

export function readEventList({ data }: Pick<PendingEvent, 'data'>, key: string): readonly unknown[] {
  const value = data[key];
  return Array.isArray(value) ? value : [];
}

/** `Project / connection` as people know it; what the event is about otherwise. */
export function formatEventName(event: PendingEvent): string {
  const connection = readEventText(event, 'connection', 'name');
  const project = readEventText(event, 'project', 'name');
  if (connection === undefined) return readEventText(event, 'connection', 'id') ?? event.subject;
  return project === undefined ? connection : `${project} / ${connection}`;
}
