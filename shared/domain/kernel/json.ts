export type Fields = Readonly<Record<string, unknown>>;

/** An object of JSON: neither `null` nor a list. */
export function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The fields of an object of JSON; of anything else none. */
export const readFields = (value: unknown): Fields => (isRecord(value) ? value : {});

/** The object at that name; an empty one where there is none. */
export const readNestedFields = (fields: Fields, name: string): Fields => readFields(fields[name]);

const LONGEST_TEXT = 2_048;

/** The text at that name, of a record from outside; empty where there is none, or one that is too long. */
export function readText(fields: Fields, name: string): string {
  const value = fields[name];
  return typeof value === 'string' && value.length <= LONGEST_TEXT ? value : '';
}

/** What the text holds; `undefined`, which no JSON is, where it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The same values in the same places; only the order of keys may differ. */
export function isAlike(one: unknown, other: unknown): boolean {
  if (Array.isArray(one)) return Array.isArray(other) && areMembersAlike(one, other);
  if (!isRecord(one) || !isRecord(other)) return one === other;
  const keys = Object.keys(one);
  if (keys.length !== Object.keys(other).length) return false;
  for (const key of keys) if (!Object.hasOwn(other, key) || !isAlike(one[key], other[key])) return false;
  return true;
}

function areMembersAlike(one: readonly unknown[], other: readonly unknown[]): boolean {
  if (one.length !== other.length) return false;
  for (const [index, member] of one.entries()) if (!isAlike(member, other[index])) return false;
  return true;
}
