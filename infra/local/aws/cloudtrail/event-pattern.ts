import { readFields } from '../../../../shared/domain/kernel/json.ts';

/**
 * Whether an event matches a pattern of EventBridge, as far as azfed's patterns go (EventBridge User Guide, comparison operators;
 * aws/event-ruler, README). All fields of a pattern have to match, and one value of each. A field that is missing matches
 * `exists: false` alone. Throws for an operator that is not known here.
 */
export function matchesEvent(pattern: unknown, event: unknown): boolean {
  return Object.entries(readFields(pattern)).every(([name, wanted]) => {
    if (name === '$or') return asList(wanted).some((one) => matchesEvent(one, event));
    const value = readFields(event)[name];
    return Array.isArray(wanted)
      ? wanted.some((one: unknown) => matchesValue(one, value))
      : matchesEvent(wanted, value);
  });
}

function matchesValue(wanted: unknown, value: unknown): boolean {
  if (Array.isArray(value)) return value.some((one: unknown) => matchesValue(wanted, one));
  if (typeof wanted !== 'object' || wanted === null) return wanted === value;
  const [operator = '', operand] = Object.entries(wanted)[0] ?? [];
  if (operator === 'exists') return isLeaf(value) === operand;
  if (!isLeaf(value)) return false;
  if (operator === 'anything-but') return asList(operand).every((one) => !matchesExcluded(one, value));
  return typeof value === 'string' && matchesText(operator, operand, value);
}

/** Null is one; a field that is missing is none. */
const isLeaf = (value: unknown) => value === null || (value !== undefined && typeof value !== 'object');

function matchesExcluded(excluded: unknown, value: unknown): boolean {
  if (typeof excluded !== 'object' || excluded === null) return excluded === value;
  const [operator = '', operand] = Object.entries(excluded)[0] ?? [];
  return typeof value === 'string' && asList(operand).some((one) => matchesText(operator, one, value));
}

function matchesText(operator: string, operand: unknown, value: string): boolean {
  if (typeof operand === 'object' && operand !== null) {
    const folded = (operand as Readonly<Record<string, unknown>>)['equals-ignore-case'];
    return typeof folded === 'string' && matchesText(operator, folded.toLowerCase(), value.toLowerCase());
  }
  const text = String(operand);
  switch (operator) {
    case 'prefix':
      return value.startsWith(text);
    case 'suffix':
      return value.endsWith(text);
    case 'equals-ignore-case':
      return value.toLowerCase() === text.toLowerCase();
    default:
      throw new Error(`An event pattern has the operator ${operator}, which is not known here.`);
  }
}

const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);
