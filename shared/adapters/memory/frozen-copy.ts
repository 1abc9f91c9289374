/** A copy as a table would give it: nobody else holds it, nobody can change it, and what is undefined is not there. */
export function frozenCopy<Value>(value: Value): Value {
  const copy = structuredClone(value);
  freeze(copy);
  return copy;
}

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, part] of Object.entries(value)) {
    if (part === undefined) Reflect.deleteProperty(value, name);
    else freeze(part);
  }
  Object.freeze(value);
}
