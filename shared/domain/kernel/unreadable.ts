import { UpstreamError } from './errors.ts';

/** That this release cannot read the stored item. It stands for the item: nothing is decided about it or written over it. */
export interface Unreadable {
  readonly reason: string;
  /** ARNs of roles that stand anywhere in it: they may be its own. */
  readonly roleArns: readonly string[];
  /** ISO time of the oldest event that waits in it, when one does. */
  readonly oldestEvent?: string;
}

/** Entries of a log. One that this release cannot read hides no other, and is counted: the log is not complete then. */
export interface LogEntries<Entry> {
  readonly entries: readonly Entry[];
  /** How many further entries cannot be read. */
  readonly unreadable: number;
}

/** What is not complete, for people; `undefined`: nothing. */
export function unreadableText(count: number, ofWhat: string): string | undefined {
  if (count === 0) return undefined;
  const entries = count === 1 ? 'One entry' : `${count} entries`;
  return `${entries} of ${ofWhat} cannot be read by this release: another one may have written ${count === 1 ? 'it' : 'them'}.`;
}

/** The code of errors about a stored item that this release cannot read. */
export const UNREADABLE_ITEM = 'state.unreadable-item';

export const isUnreadableItem = (error: unknown): error is UpstreamError =>
  error instanceof UpstreamError && error.code === UNREADABLE_ITEM;
