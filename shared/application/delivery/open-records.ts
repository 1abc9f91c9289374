import { formatItemSubject } from '../../domain/records/outbox.ts';
import type { RecordedItem } from '../../domain/records/connection-record.ts';
import type { StateStore } from '../../ports/state.ts';
import { update } from '../records/records.ts';

/** A record while somebody works on it. */
export interface OpenRecord {
  /** As it was last read or written here; `undefined` when it is gone. */
  readonly current: RecordedItem | undefined;
  /** Writes what becomes of it, after everybody who asked before. Rejects with what the store rejects with. */
  update(change: (item: RecordedItem) => RecordedItem | Promise<RecordedItem>): Promise<void>;
}

interface Entry extends OpenRecord {
  current: RecordedItem | undefined;
  users: number;
}

/**
 * The records that lanes have under way. Lanes that are at the same record write it in turns, each on top of what the other
 * wrote: apart, they would refuse each other's writes.
 */
export class OpenRecords {
  private readonly state: StateStore;
  private readonly entries = new Map<string, Entry>();

  constructor(state: StateStore) {
    this.state = state;
  }

  async use(item: RecordedItem, work: (record: OpenRecord) => Promise<void>): Promise<void> {
    const subject = formatItemSubject(item);
    const entry = this.entries.get(subject) ?? this.open(item);
    this.entries.set(subject, entry);
    entry.users += 1;
    try {
      await work(entry);
    } finally {
      entry.users -= 1;
      if (entry.users === 0) this.entries.delete(subject);
    }
  }

  private open(item: RecordedItem): Entry {
    let tail: Promise<unknown> = Promise.resolve();
    const entry: Entry = {
      current: item,
      users: 0,
      update: (change) => {
        const turn = tail.then(async () => {
          entry.current = entry.current && (await update(this.state, entry.current, change));
        });
        tail = turn.catch(() => undefined);
        return turn;
      },
    };
    return entry;
  }
}
