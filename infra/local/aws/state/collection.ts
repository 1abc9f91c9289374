/** Things by key, as they are now and as they were seen a while ago. `asOf` is epoch milliseconds; without it: now. */
export interface Collection<T> {
  get(key: string, asOf?: number): T | undefined;
  list(asOf?: number): readonly T[];
  /** `undefined` removes. */
  set(key: string, value: T | undefined, at: number): void;
  readonly size: number;
}

interface Version<T> {
  readonly since: number;
  readonly value: T | undefined;
}

/** Keeps what was true at any moment of the last `historyMs`. What it starts with has always been there. */
export function createCollection<T>(
  initial: Iterable<readonly [string, T]>,
  historyMs: number,
): Collection<T> {
  const versions = new Map<string, readonly Version<T>[]>();
  for (const [key, value] of initial) versions.set(key, [{ since: -Infinity, value }]);
  let size = versions.size;
  let latest: readonly T[] | undefined;

  const findStoredValue = (history: readonly Version<T>[], asOf: number) =>
    history.findLast(({ since }) => since <= asOf)?.value;
  const listStoredValues = (asOf: number) =>
    [...versions.values()]
      .map((history) => findStoredValue(history, asOf))
      .filter((value) => value !== undefined);

  return {
    get: (key, asOf = Infinity) => findStoredValue(versions.get(key) ?? [], asOf),
    list: (asOf = Infinity) =>
      historyMs > 0 && asOf < Infinity ? listStoredValues(asOf) : (latest ??= listStoredValues(Infinity)),
    set(key, value, at) {
      const history = versions.get(key) ?? [];
      size += Number(value !== undefined) - Number(findStoredValue(history, Infinity) !== undefined);
      latest = undefined;
      if (historyMs === 0 && value === undefined) versions.delete(key);
      else versions.set(key, [...recent(history, at - historyMs, historyMs > 0), { since: at, value }]);
    },
    get size() {
      return size;
    },
  };
}

/** What was true at the horizon, and everything since. */
function recent<T>(history: readonly Version<T>[], horizon: number, isKept: boolean): readonly Version<T>[] {
  if (!isKept) return [];
  const first = history.findLastIndex(({ since }) => since <= horizon);
  return history.slice(Math.max(first, 0));
}
