import { matchesPattern } from '../kernel/glob.ts';
import type { Piece } from './policy-variable.ts';

/**
 * Kleene's three values. What is not understood is `unknown`, and stays so unless the rest decides alone. In a trust,
 * an Allow counts unless it is surely out of the way, a Deny only if it surely applies: a detector must not call a
 * door shut because it cannot read the lock.
 */
export type Truth = 'yes' | 'no' | 'unknown';

export function toTruth(condition: boolean): Truth {
  return condition ? 'yes' : 'no';
}

export function not(truth: Truth): Truth {
  if (truth === 'unknown') return 'unknown';
  return truth === 'yes' ? 'no' : 'yes';
}

/** `yes` for an empty list. */
export function all(truths: readonly Truth[]): Truth {
  if (truths.includes('no')) return 'no';
  return truths.includes('unknown') ? 'unknown' : 'yes';
}

/** `no` for an empty list. */
export const any = (truths: readonly Truth[]): Truth => not(all(truths.map(not)));

/** How one value of a policy compares with one value of a request. */
type Comparison = (value: readonly Piece[], held: string) => Truth;

export interface ConditionOperator {
  readonly compare: Comparison;
  /** The operator asks that no value matches; a key that the request lacks then satisfies it. */
  readonly isNegated: boolean;
  /** Only string and ARN operators expand variables (IAM User Guide, policy variables). */
  readonly expandsVariables: boolean;
}

/** An operator as a document writes it, taken apart. */
export interface OperatorName {
  readonly set: 'ForAllValues' | 'ForAnyValue' | undefined;
  /** `StringEquals`, `Null` ... without quantifier and suffix. */
  readonly base: string;
  readonly isIfExists: boolean;
}

/** Spelled exactly: whether IAM reads another case as the same operator is not documented. */
export function readOperatorName(text: string): OperatorName {
  const [, set, base = '', ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(.*?)(IfExists)?$/s.exec(text) ?? [];
  return {
    set: set === 'ForAllValues' || set === 'ForAnyValue' ? set : undefined,
    base,
    isIfExists: ifExists !== undefined,
  };
}

/** `undefined` when azfed does not know the operator. `Null` asks for the key alone and is none of these. */
export const conditionOperator = (base: string): ConditionOperator | undefined => operators.get(base);

const joined = (value: readonly Piece[]): string => value.map(({ text }) => text).join('');

const plain =
  (compare: (value: string, held: string) => Truth): Comparison =>
  (value, held) =>
    compare(joined(value), held);

const ordered =
  (read: (text: string) => number | undefined, holds: (held: number, value: number) => boolean): Comparison =>
  (value, held) => {
    const [limit, actual] = [read(joined(value)), read(held)];
    return limit === undefined || actual === undefined ? 'unknown' : toTruth(holds(actual, limit));
  };

// A `*` or `?` that stands for itself is swapped for a character that no policy can hold (IAM takes U+0020 to U+00FF).
const literal = (text: string): string => text.replaceAll('*', '\ue000').replaceAll('?', '\ue001');

const toPattern = (value: readonly Piece[]): string =>
  value.map((piece) => (piece.isLiteral ? literal(piece.text) : piece.text)).join('');

function like(pattern: string, held: string): Truth {
  if (/[\ue000\ue001]/.test(held)) return 'unknown';
  return toTruth(matchesPattern(pattern, literal(held)));
}

/** The six parts of an ARN are matched one by one; the last may hold colons (IAM User Guide, ARN operators). */
function arnLike(pattern: string, held: string): Truth {
  const [patterns, parts] = [arnParts(pattern), arnParts(held)];
  if (patterns === undefined || parts === undefined) return 'unknown';
  return all(patterns.map((part, index) => like(part, parts[index] ?? '')));
}

function arnParts(text: string): readonly string[] | undefined {
  const parts = text.split(':');
  return parts.length < 6 ? undefined : [...parts.slice(0, 5), parts.slice(5).join(':')];
}

function bool(value: string, held: string): Truth {
  const [asked, actual] = [value.toLowerCase(), held.toLowerCase()];
  const isBoolean = (text: string) => text === 'true' || text === 'false';
  return isBoolean(asked) && isBoolean(actual) ? toTruth(asked === actual) : 'unknown';
}

function parseNumber(text: string): number | undefined {
  return /^[+-]?\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined;
}

/** Seconds since the epoch, or ISO 8601; without a zone it is UTC. */
function parseInstant(text: string): number | undefined {
  if (/^\d{1,12}$/.test(text)) return Number(text) * 1000;
  const [, day, time = 'T00:00:00', zone = 'Z'] =
    /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?(Z|[+-]\d\d:\d\d)?$/.exec(text) ?? [];
  const instant = Date.parse(`${day ?? ''}${time}${zone}`);
  return day === undefined || Number.isNaN(instant) ? undefined : instant;
}

/** Addresses of version 4 and 6, alone or as ranges; one never matches a range of the other version. */
function ipAddress(value: string, held: string): Truth {
  const [network = '', length, ...rest] = value.split('/');
  const [range, address] = [parseAddress(network), parseAddress(held)];
  if (range === undefined || address === undefined || rest.length > 0) return 'unknown';
  if (length !== undefined && !/^\d{1,3}$/.test(length)) return 'unknown';
  const kept = length === undefined ? range.bits : Number(length);
  if (kept > range.bits) return 'unknown';
  if (range.bits !== address.bits) return 'no';
  const shift = BigInt(range.bits - kept);
  return toTruth(range.number >> shift === address.number >> shift);
}

interface Address {
  readonly bits: 32 | 128;
  readonly number: bigint;
}

function parseAddress(text: string): Address | undefined {
  if (!text.includes(':')) {
    const number = parseIpv4(text);
    return number === undefined ? undefined : { bits: 32, number };
  }
  const number = parseIpv6(text);
  return number === undefined ? undefined : { bits: 128, number };
}

function parseIpv4(text: string): bigint | undefined {
  if (!/^\d{1,3}(?:\.\d{1,3}){3}$/.test(text)) return undefined;
  const bytes = text.split('.').map(Number);
  if (bytes.some((byte) => byte > 255)) return undefined;
  return bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
}

/** RFC 4291: eight groups; one run of zeros may be left out, and the last two may be written as version 4. */
function parseIpv6(text: string): bigint | undefined {
  const groups = expandedGroups(withoutDottedTail(text));
  return groups.length === 8 && groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))
    ? groups.reduce((sum, group) => (sum << 16n) + BigInt(`0x${group}`), 0n)
    : undefined;
}

function withoutDottedTail(text: string): string {
  const [, head = '', dotted = ''] = /^(.*:)([\d.]+\.\d+)$/.exec(text) ?? [];
  const tail = parseIpv4(dotted);
  return tail === undefined ? text : `${head}${(tail >> 16n).toString(16)}:${(tail & 0xffffn).toString(16)}`;
}

function expandedGroups(text: string): readonly string[] {
  const halves = text.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const [head = [], tail] = halves;
  if (tail === undefined || halves.length > 2) return halves.length > 2 ? [] : head;
  const missing = 8 - head.length - tail.length;
  return missing < 1 ? [] : [...head, ...Array<string>(missing).fill('0'), ...tail];
}

/**
 * Stands for every value that the policy at hand does not spell out: it equals none of its literal values, and may
 * match any of its patterns. Made of characters that no policy can hold.
 */
export const ANY_OTHER = '\ue002';

const isComputed = (value: readonly Piece[]): boolean => value.some(({ isLiteral }) => isLiteral);

const equals: Comparison = (value, held) => {
  const text = joined(value);
  if (held === ANY_OTHER && isComputed(value)) return text === held ? 'yes' : 'unknown';
  return text !== held && text.includes(ANY_OTHER) ? 'unknown' : toTruth(text === held);
};

// Letters of ASCII only: the Kelvin sign is no k.
export const lowerAscii = (text: string): string =>
  text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

/** How IAM folds letters outside of ASCII is not documented. */
const equalsIgnoreCase: Comparison = (value, held) => {
  const text = joined(value);
  if (held === ANY_OTHER || text.includes(ANY_OTHER)) return 'unknown';
  if (lowerAscii(text) === lowerAscii(held)) return 'yes';
  return text.toLowerCase() === held.toLowerCase() ? 'unknown' : 'no';
};

const stringLike: Comparison = (value, held) => {
  const pattern = toPattern(value);
  if (held !== ANY_OTHER) return pattern.includes(ANY_OTHER) ? 'unknown' : like(pattern, held);
  if (/^\*+$/.test(pattern)) return 'yes';
  return isComputed(value) || /[*?]/.test(pattern) ? 'unknown' : 'no';
};
const arn: Comparison = (value, held) => arnLike(toPattern(value), held);

const withVariables = (compare: Comparison) => ({ compare, isNegated: false, expandsVariables: true });
const withoutVariables = (compare: Comparison) => ({ compare, isNegated: false, expandsVariables: false });
const negated = (operator: ConditionOperator): ConditionOperator => ({ ...operator, isNegated: true });

const orderings = (family: string, read: (text: string) => number | undefined) =>
  [
    [`${family}Equals`, withoutVariables(ordered(read, (held, value) => held === value))],
    [`${family}NotEquals`, negated(withoutVariables(ordered(read, (held, value) => held === value)))],
    [`${family}LessThan`, withoutVariables(ordered(read, (held, value) => held < value))],
    [`${family}LessThanEquals`, withoutVariables(ordered(read, (held, value) => held <= value))],
    [`${family}GreaterThan`, withoutVariables(ordered(read, (held, value) => held > value))],
    [`${family}GreaterThanEquals`, withoutVariables(ordered(read, (held, value) => held >= value))],
  ] as const;

/** IAM User Guide, condition operators. Binary operators are left out: no key of a web identity is binary. */
const operators: ReadonlyMap<string, ConditionOperator> = new Map([
  ['StringEquals', withVariables(equals)],
  ['StringNotEquals', negated(withVariables(equals))],
  ['StringEqualsIgnoreCase', withVariables(equalsIgnoreCase)],
  ['StringNotEqualsIgnoreCase', negated(withVariables(equalsIgnoreCase))],
  ['StringLike', withVariables(stringLike)],
  ['StringNotLike', negated(withVariables(stringLike))],
  ['ArnEquals', withVariables(arn)],
  ['ArnLike', withVariables(arn)],
  ['ArnNotEquals', negated(withVariables(arn))],
  ['ArnNotLike', negated(withVariables(arn))],
  ['Bool', withoutVariables(plain(bool))],
  ['IpAddress', withoutVariables(plain(ipAddress))],
  ['NotIpAddress', negated(withoutVariables(plain(ipAddress)))],
  ...orderings('Numeric', parseNumber),
  ...orderings('Date', parseInstant),
]);
