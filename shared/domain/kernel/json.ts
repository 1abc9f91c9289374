export type Fields = Readonly<Record<string, unknown>>;

/** An object of JSON: neither `null` nor a list. */
export function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The fields of an object of JSON; of anything else none. */
export const readFields = (value: unknown): Fields => (isRecord(value) ? value : {});

/** The object at that name; an empty one where there is none. */
export const readNestedFields = (fields: Fields, name: string): Fields => readFields(fields[name]);

/** What the text holds; `undefined`, which no JSON is, where it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
