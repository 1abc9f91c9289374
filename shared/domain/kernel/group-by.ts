import type { Severity } from './severity.ts';

/** The items under each key, keys and items in the order of first appearance. */
export function groupItems<T, Key extends string>(
  items: readonly T[],
  selectKey: (item: T) => Key,
): ReadonlyMap<Key, readonly T[]> {
  const groups = new Map<Key, T[]>();
  for (const item of items) {
    const key = selectKey(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

/**
 * One field in which two things are not equal. `path` names the field the way a person would look for it:
 * `trust.Statement[0].Condition.StringEquals.<key>`, `boundary`, `policies.inline.deploy`, `tags.team`.
 * `expected` or `actual` is `undefined` (left out of JSON) where that side has no such field.
 */
export interface Difference {
  readonly path: string;
  readonly expected?: unknown;
  readonly actual?: unknown;
  /** Of a field of a role: how dangerous it is. */
  readonly severity?: Severity;
}

/** Those of the fields that have a value; of nothing none. */
export const pickKnown = <T extends object, Name extends keyof T>(
  of: T | undefined,
  ...names: readonly Name[]
) =>
  Object.fromEntries(names.flatMap((name) => (of?.[name] === undefined ? [] : [[name, of[name]]]))) as {
    readonly [Key in Name]?: Exclude<T[Key], undefined>;
  };

/** The items where the condition holds, else none: for lists of which a part depends on something. */
export const listIf = <T>(holds: boolean, ...items: readonly T[]): readonly T[] => (holds ? items : []);
