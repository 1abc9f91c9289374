import { matchesPattern } from '../glob.ts';
import type { Piece } from './policy-variable.ts';
import type { Truth } from './truth.ts';
import { all, truthOf } from './truth.ts';

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
export function conditionOperator(base: string): ConditionOperator | undefined {
  return operators.get(base);
}

const joined = (value: readonly Piece[]): string => value.map(({ text }) => text).join('');

const plain =
  (compare: (value: string, held: string) => Truth): Comparison =>
  (value, held) =>
    compare(joined(value), held);

const ordered =
  (read: (text: string) => number | undefined, holds: (held: number, value: number) => boolean): Comparison =>
  (value, held) => {
    const [limit, actual] = [read(joined(value)), read(held)];
    return limit === undefined || actual === undefined ? 'unknown' : truthOf(holds(actual, limit));
  };

// A `*` or `?` that stands for itself is swapped for a character that no policy can hold (IAM takes U+0020 to U+00FF).
const literal = (text: string): string => text.replaceAll('*', '\ue000').replaceAll('?', '\ue001');

const patternOf = (value: readonly Piece[]): string =>
  value.map((piece) => (piece.isLiteral ? literal(piece.text) : piece.text)).join('');

function like(pattern: string, held: string): Truth {
  if (/[\ue000\ue001]/.test(held)) return 'unknown';
  return truthOf(matchesPattern(pattern, literal(held)));
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
  return isBoolean(asked) && isBoolean(actual) ? truthOf(asked === actual) : 'unknown';
}

function numberOf(text: string): number | undefined {
  return /^[+-]?\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined;
}

/** Seconds since the epoch, or ISO 8601; without a zone it is UTC. */
function instantOf(text: string): number | undefined {
  if (/^\d{1,12}$/.test(text)) return Number(text) * 1000;
  const [, day, time = 'T00:00:00', zone = 'Z'] =
    /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?(Z|[+-]\d\d:\d\d)?$/.exec(text) ?? [];
  const instant = Date.parse(`${day ?? ''}${time}${zone}`);
  return day === undefined || Number.isNaN(instant) ? undefined : instant;
}

/** IPv4 only. Anything else is not understood. */
function ipAddress(value: string, held: string): Truth {
  const [network = '', length = '32'] = value.split('/', 2);
  const [base, address] = [ipv4Of(network), ipv4Of(held)];
  if (base === undefined || address === undefined || !/^(?:\d|[12]\d|3[0-2])$/.test(length)) return 'unknown';
  const size = 2 ** (32 - Number(length));
  return truthOf(Math.floor(base / size) === Math.floor(address / size));
}

function ipv4Of(text: string): number | undefined {
  if (!/^\d{1,3}(?:\.\d{1,3}){3}$/.test(text)) return undefined;
  const bytes = text.split('.').map(Number);
  return bytes.some((byte) => byte > 255) ? undefined : bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}

const equals: Comparison = plain((value, held) => truthOf(value === held));
const equalsIgnoreCase: Comparison = plain((value, held) =>
  truthOf(value.toLowerCase() === held.toLowerCase()),
);
const stringLike: Comparison = (value, held) => like(patternOf(value), held);
const arn: Comparison = (value, held) => arnLike(patternOf(value), held);

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
  ...orderings('Numeric', numberOf),
  ...orderings('Date', instantOf),
]);
