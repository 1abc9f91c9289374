import type { ConnectionStatus } from '../../../../shared/application/observe/connection-status.ts';
import { selectStateWord } from '../../../../shared/application/reporting/state-words.ts';
import type { Configuration } from '../../../../shared/domain/configuration/configuration.ts';

/** What one look has shown. */
export interface StatusReading {
  readonly rows: readonly ConnectionStatus[];
  /** What could not be read, in sentences: what does not show then may be there all the same. */
  readonly unread: readonly string[];
  /** What people and breakers hold back; empty when all is as usual. */
  readonly controls: string;
  readonly accounts: Configuration['accounts'];
  /** Requests sent: they are the cost. */
  readonly requests: { readonly azureDevOps: number; readonly iam: number };
}

/** What somebody who watches has before them. Times are epoch milliseconds. */
export interface Picture extends Omit<StatusReading, 'rows'> {
  readonly rows: readonly WatchedRow[];
  readonly seenAt: number;
  /** The last look failed: everything else is what was seen before it. */
  readonly failure?: { readonly at: number; readonly why: string };
  /** The newest last: all of this look, and some of those before it. */
  readonly happenings: readonly Happening[];
}

export interface WatchedRow extends ConnectionStatus {
  /** Against the look before. gone: a whole look does not list it any more; it is shown once more. */
  readonly mark: 'same' | 'new' | 'changed' | 'gone';
  /** False: it could not be read, and stands here as it was seen last. */
  readonly isRead: boolean;
}

export interface Happening {
  readonly at: number;
  readonly connection: string;
  readonly what: string;
}

/** More than these of former looks nobody is shown. */
const MOST_HAPPENINGS = 20;

export const firstPicture = ({ rows, ...reading }: StatusReading, seenAt: number): Picture => ({
  ...reading,
  seenAt,
  rows: rows.map((row) => ({ ...row, mark: 'same', isRead: !isUnread(row, reading) })),
  happenings: [],
});

/**
 * The picture after another look. Unknown is never absent:
 *
 *     in this look | before | this look was | then
 *     -------------+--------+---------------+--------------------------------------------
 *     read         | there  | any           | as it is now; changed where it differs
 *     read         | not    | any           | new
 *     not read     | there  | partial       | as it was, and said to be so
 *     not listed   | there  | partial       | as it was, and said to be so
 *     not listed   | there  | whole         | gone: once more, then no more
 */
export function nextPicture(before: Picture, { rows, ...reading }: StatusReading, seenAt: number): Picture {
  const former = new Map(before.rows.filter(({ mark }) => mark !== 'gone').map((row) => [makeKey(row), row]));
  const listed = new Set(rows.map(makeKey));
  const isPartial = reading.unread.length > 0;
  const missing = [...former.values()].filter((row) => !listed.has(makeKey(row)));
  const now: readonly WatchedRow[] = [
    ...rows.map((row) => rowNow(row, former.get(makeKey(row)), reading)),
    ...missing.map((row) => (isPartial ? asItWas(row) : ({ ...row, mark: 'gone', isRead: true } as const))),
  ].sort((a, b) => (a.connection < b.connection ? -1 : 1));
  const happened = now.flatMap((row) => {
    const what = describeHappening(row, former.get(makeKey(row)));
    return what === '' ? [] : [{ at: seenAt, connection: row.connection, what }];
  });
  return {
    ...reading,
    seenAt,
    rows: now,
    happenings: [...before.happenings.slice(-MOST_HAPPENINGS), ...happened],
  };
}

export const failedPicture = (before: Picture, why: string, at: number): Picture => ({
  ...before,
  failure: { at, why },
});

/** One that moves to another role keeps a line for the role that is closed behind it. */
const makeKey = ({ connectionId, roleArn }: ConnectionStatus) => `${connectionId} ${roleArn}`;

const asItWas = (row: WatchedRow): WatchedRow => ({ ...row, mark: 'same', isRead: false });

/** A connection that a partial look has only from the records may be there or not. */
function isUnread({ state }: ConnectionStatus, { unread }: Pick<StatusReading, 'unread'>): boolean {
  return state === 'not read' || (state === 'as recorded' && unread.length > 0);
}

function rowNow(
  row: ConnectionStatus,
  before: WatchedRow | undefined,
  reading: Pick<StatusReading, 'unread'>,
): WatchedRow {
  if (isUnread(row, reading)) return asItWas(before ?? { ...row, mark: 'same', isRead: false });
  if (!before) return { ...row, mark: 'new', isRead: true };
  // Seen for the first time: nothing is known that it could differ from.
  const isFirst = before.state === 'not read';
  return { ...row, mark: isFirst || differences(before, row) === '' ? 'same' : 'changed', isRead: true };
}

function describeHappening(row: WatchedRow, before: WatchedRow | undefined): string {
  if (row.mark === 'new') return `new, ${selectStateWord(row)}: ${row.roleArn}`;
  if (row.mark === 'gone') return `no longer listed: ${row.roleArn}`;
  return row.mark === 'changed' && before ? differences(before, row) : '';
}

/** In words; empty when there are none. */
function differences(before: ConnectionStatus, now: ConnectionStatus): string {
  const found = now.findings.filter((code) => !before.findings.includes(code));
  const ended = before.findings.filter((code) => !now.findings.includes(code));
  const [was, is] =
    selectStateWord(before) === selectStateWord(now)
      ? [before.state, now.state]
      : [selectStateWord(before), selectStateWord(now)];
  return [
    ...(before.state === now.state ? [] : [[was, is].join(' -> ')]),
    ...(before.held === now.held ? [] : [now.held === null ? 'no longer held' : `held: ${now.held}`]),
    ...(found.length > 0 ? [`found ${found.join(', ')}`] : []),
    ...(ended.length > 0 ? [`no longer ${ended.join(', ')}`] : []),
  ].join('; ');
}
