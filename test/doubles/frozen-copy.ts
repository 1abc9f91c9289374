/** Copies that were made already. */
const copies = new WeakSet<object>();

/**
 * A copy as a table would give it: nobody can change it, and what is undefined is not there. Plain data only. A part that
 * is such a copy itself is kept: nobody could tell it from another.
 */
export function frozenCopy<Value>(value: Value): Value {
  return freezeValue(value) as Value;
}

function freezeValue(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || copies.has(value)) return value;
  const copy = Object.freeze(Array.isArray(value) ? value.map(freezeValue) : definedParts(value));
  copies.add(copy);
  return copy;
}

function definedParts(value: object): object {
  const parts = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.fromEntries(parts.map(([name, part]) => [name, freezeValue(part)]));
}
