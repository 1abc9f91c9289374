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
