import type { PendingEvent } from '../event.ts';

/** The text that the event's data has at this path. Data is as it was written then, so that anything may be missing. */
export function textAt({ data }: Pick<PendingEvent, 'data'>, ...path: readonly string[]): string | undefined {
  const value = path.reduce<unknown>(
    (inner, key) => (isRecord(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined),
    data,
  );
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function listAt({ data }: Pick<PendingEvent, 'data'>, key: string): readonly unknown[] {
  const value = data[key];
  return Array.isArray(value) ? value : [];
}

/** `Project / connection` as people know it; what the event is about otherwise. */
export function nameOf(event: PendingEvent): string {
  const connection = textAt(event, 'connection', 'name');
  const project = textAt(event, 'project', 'name');
  if (connection === undefined) return textAt(event, 'connection', 'id') ?? event.subject;
  return project === undefined ? connection : `${project} / ${connection}`;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
