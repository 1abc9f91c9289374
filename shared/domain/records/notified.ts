import type { RecordedConnection, RecordedProvider } from './connection-record.ts';

/**
 * Something that a record remembers as notified, so that the same thing causes one event. Only this file knows the texts
 * under which the record keeps it.
 *
 *     drift     drift, while the same change would undo it
 *     blocked   a change that may not happen now
 *     failed    a failure of a change, once for each reason, which is the code of the error
 *     missing   the connection is not listed: true whatever happens to its role
 */
export type Notice =
  | { readonly of: 'drift' | 'blocked'; readonly changeId: string }
  | { readonly of: 'failed'; readonly changeId: string; readonly reason: string }
  | { readonly of: 'missing' };

type Notified = RecordedConnection['notified'];
type Item = RecordedConnection | RecordedProvider;

const MISSING = 'missing';

function formatNotice(notice: Notice): string {
  switch (notice.of) {
    case 'drift':
      return `drift:${notice.changeId}`;
    case 'blocked':
      return `held:${notice.changeId}`;
    case 'failed':
      return `failed:${notice.changeId}:${notice.reason}`;
    case 'missing':
      return MISSING;
  }
}

export function hasNotice({ notified }: Pick<Item, 'notified'>, notice: Notice): boolean {
  return notified.includes(formatNotice(notice));
}

/** For whatever reason the change failed. */
export function hasFailureNotice({ notified }: Pick<Item, 'notified'>, changeId: string): boolean {
  const prefix = formatNotice({ of: 'failed', changeId, reason: '' });
  return notified.some((text) => text.startsWith(prefix));
}

export function addNotice<Recorded extends Item>(item: Recorded, notice: Notice): Recorded {
  return { ...item, notified: [...item.notified, formatNotice(notice)] };
}

/** What is true of the connection, whatever happens to its role. */
export function keepConnectionNotices(notified: Notified): Notified {
  return notified.filter((text) => text === MISSING);
}

export function dropConnectionNotices(notified: Notified): Notified {
  return notified.filter((text) => text !== MISSING);
}

export function dropDriftNotices(notified: Notified, changeIds: readonly string[]): Notified {
  const over = changeIds.map((changeId) => formatNotice({ of: 'drift', changeId }));
  return notified.filter((text) => !over.includes(text));
}

/** The item with exactly these notices; the same value when it has them already, in whatever order. */
export function replaceNotices(
  item: RecordedConnection,
  kept: Notified,
  notices: readonly Notice[],
): RecordedConnection {
  const notified = [...new Set([...kept, ...notices.map(formatNotice)])].sort();
  const isSame = notified.join() === [...item.notified].sort().join();
  return isSame ? item : { ...item, notified };
}
