/** That this release cannot read the stored item. It stands for the item: nothing is decided about it or written over it. */
export interface Unreadable {
  readonly reason: string;
  /** ARNs of roles that stand anywhere in it: they may be its own. */
  readonly roleArns: readonly string[];
  /** ISO time of the oldest event that waits in it, when one does. */
  readonly oldestEvent?: string;
}
