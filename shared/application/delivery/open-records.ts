import { isOversizedItem } from '../../domain/kernel/errors.ts';
import { formatItemSubject } from '../../domain/records/outbox.ts';
import type { RecordedItem } from '../../domain/records/connection-record.ts';
import type { StateStore } from '../../ports/state.ts';
import { update } from '../records/records.ts';

type Change = (item: RecordedItem) => RecordedItem | Promise<RecordedItem>;

/** A record while somebody works on it. */
export interface OpenRecord {
  /** As it was last read or written here; `undefined` when it is gone. */
  readonly current: RecordedItem | undefined;
  /** Writes what becomes of it, after everybody who asked before. Rejects with what the store rejects with. */
  update(change: Change): Promise<void>;
}

interface Entry extends OpenRecord {
  current: RecordedItem | undefined;
  /** As the table holds it. */
  stored: RecordedItem | undefined;
  /** What has been noted of deliveries, and had no room in the table yet. */
  unsaved: readonly Change[];
  users: number;
}

/**
 * The records that lanes have under way. Lanes that are at the same record write it in turns, each on top of what the other
 * wrote: apart, they would refuse each other's writes. What a record has no room for is kept here until other notes make
 * the room: an event that every webhook has leaves its record.
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
      if (entry.users === 0 && entry.unsaved.length === 0) this.entries.delete(subject);
    }
  }

  /** Writes what had no room, once all lanes have ended. Resolves to what could not be written: it is sent again. */
  async flush(): Promise<readonly unknown[]> {
    const failures: unknown[] = [];
    for (const entry of this.entries.values())
      await this.save(entry, entry.unsaved).catch((error: unknown) => failures.push(error));
    return failures;
  }

  private open(item: RecordedItem): Entry {
    let tail: Promise<unknown> = Promise.resolve();
    const entry: Entry = {
      current: item,
      stored: item,
      unsaved: [],
      users: 0,
      update: (change) => {
        const turn = tail.then(() => this.note(entry, change));
        tail = turn.catch(() => undefined);
        return turn;
      },
    };
    return entry;
  }

  private async note(entry: Entry, change: Change): Promise<void> {
    const changes = [...entry.unsaved, change];
    try {
      await this.save(entry, changes);
    } catch (error) {
      if (!isOversizedItem(error)) throw error;
      entry.unsaved = changes;
    }
  }

  private async save(entry: Entry, changes: readonly Change[]): Promise<void> {
    let noted = entry.stored;
    try {
      entry.stored =
        noted &&
        (await update(this.state, noted, async (item) => {
          noted = item;
          for (const change of changes) noted = await change(noted);
          return noted;
        }));
      entry.unsaved = [];
      noted = entry.stored;
    } finally {
      entry.current = noted;
    }
  }
}
