import { HISTORY_DAYS } from '../../shared/contract/table-keys.ts';
import { InvariantError } from '../../shared/domain/kernel/errors.ts';
import type { PendingEvent } from '../../shared/domain/records/event.ts';
import { formatItemSubject } from '../../shared/domain/records/outbox.ts';
import { newControls } from '../../shared/domain/records/deployment-record.ts';
import type { RecordedItem } from '../../shared/domain/records/connection-record.ts';
import type { LogEntries } from '../../shared/domain/kernel/errors.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { HistoryStore, RecordHistory } from '../../shared/ports/state.ts';
import { frozenCopy } from './frozen-copy.ts';
import { toPromise } from './promise-of.ts';

const HISTORY_MS = HISTORY_DAYS * 86_400_000;

const makeKey = (item: RecordedItem) =>
  item.kind === 'connection' ? item.connectionId : formatItemSubject(item);

/** Events by their sequence, by what they are about. */
export type HistoryEntries = Map<string, Map<number, PendingEvent>>;

export function createMemoryHistory(
  clock: Clock,
  entries: HistoryEntries = new Map(),
): HistoryStore & RecordHistory {
  function append(item: RecordedItem, event: PendingEvent): void {
    const subject = makeKey(item);
    const ofSubject = entries.get(subject) ?? new Map<number, PendingEvent>();
    const known = ofSubject.get(event.sequence);
    if (known && (known.id !== event.id || known.time !== event.time))
      throw new InvariantError('history.sequence-taken', `${subject} has another event ${event.sequence}.`);
    entries.set(subject, ofSubject.set(event.sequence, frozenCopy(event)));
  }

  function read(subject: string): LogEntries<PendingEvent> {
    const oldest = clock.now() - HISTORY_MS;
    const found = [...(entries.get(subject)?.values() ?? [])]
      .filter(({ time }) => Date.parse(time) > oldest)
      .sort((a, b) => a.sequence - b.sequence);
    return { entries: found, unreadable: 0 };
  }

  return {
    append: (item, event) =>
      toPromise(() => {
        append(item, event);
      }),
    read: (connection) => toPromise(() => read(connection)),
    readItemHistory: (item) => toPromise(() => read(makeKey(item))),
    readDeployment: () => toPromise(() => read(formatItemSubject(newControls))),
  };
}
