import { conditionOperator, readOperatorName, all, any, not, toTruth } from './condition-operators.ts';
import type { OperatorName, Truth } from './condition-operators.ts';
import { isObject, toList, type Json, type Statement } from './policy-document.ts';
import { expandVariables, type Lookup, type Piece } from './policy-variable.ts';

/** One line of a Condition: operator, key, values. */
export interface ConditionEntry {
  readonly operator: string;
  /** In lower case: keys ignore case (IAM User Guide, condition keys). */
  readonly key: string;
  /** `undefined` when it cannot be told what is asked for. */
  readonly values: readonly string[] | undefined;
}

/** The lines of a statement's Condition, all of which must hold. */
export function conditionEntries({ Condition: condition }: Statement): readonly ConditionEntry[] {
  if (condition === undefined) return [];
  if (!isObject(condition)) return [{ operator: '', key: '', values: undefined }];
  return Object.entries(condition).flatMap(([operator, block]) => {
    if (!isObject(block)) return [{ operator, key: '', values: undefined }];
    return listEntries(operator, Object.entries(block));
  });
}

/** Keys of a token begin with a host, and so hold a dot; those of AWS begin with the name of a service. */
export const isAwsKey = (key: string): boolean => /^[a-z0-9-]+:(?!\/\/)/i.test(key);

/** Which of two keys that differ in case alone IAM obeys is not documented. */
function listEntries(
  operator: string,
  block: readonly (readonly [string, Json | undefined])[],
): readonly ConditionEntry[] {
  const keys = block.map(([key]) => key.toLowerCase());
  return block.map(([spelled, value]) => {
    const key = spelled.toLowerCase();
    const isClear = keys.indexOf(key) === keys.lastIndexOf(key);
    return { operator, key, values: isClear ? toTexts(value) : undefined };
  });
}

function toTexts(value: Json | undefined): readonly string[] | undefined {
  const members = toList(value);
  const isScalar = members.every((member) => typeof member !== 'object');
  return isScalar && members.length > 0 ? members.map(String) : undefined;
}

/**
 * Whether a request satisfies one line of a Condition (IAM User Guide, conditions with multiple keys or values):
 *
 * | operator               | the request lacks the key | the request holds the key                      |
 * |------------------------|---------------------------|------------------------------------------------|
 * | positive               | no                        | its value matches one of the values            |
 * | negated                | yes                       | its value matches none of the values           |
 * | ...IfExists            | yes                       | as without                                     |
 * | ForAllValues:          | yes (vacuously)           | each of its values satisfies the operator      |
 * | ForAnyValue:           | no                        | one of its values satisfies the operator       |
 * | Null                   | "true"                    | "false"                                        |
 *
 * `IfExists` outweighs a set operator where the key is missing: `ForAnyValue:...IfExists` then holds.
 */
export function entryTruth(entry: ConditionEntry, lookup: Lookup, hasVariables: boolean): Truth {
  const name = readOperatorName(entry.operator);
  const held = lookup(entry.key);
  if (entry.values === undefined || held === 'unknown') return 'unknown';
  if (name.base === 'Null') return nullTruth(name, entry.values, held.length === 0);

  const operator = conditionOperator(name.base);
  if (operator === undefined) return 'unknown';
  if (held.length === 0) return absentTruth(name, operator.isNegated);

  const { values } = entry;
  const expandFor = hasVariables && operator.expandsVariables ? lookup : undefined;
  const matches = (actual: string) =>
    any(
      values.map((value) =>
        valueTruth(value, expandFor, {
          compare: (pieces) => operator.compare(pieces, actual),
          // Whether a negated operator holds for a value without a variable's key is not documented.
          absent: operator.isNegated ? 'unknown' : 'no',
        }),
      ),
    );
  const satisfied = held.map((actual) => (operator.isNegated ? not(matches(actual)) : matches(actual)));
  return quantified(name, satisfied);
}

function valueTruth(
  value: string,
  lookup: Lookup | undefined,
  { compare, absent }: { readonly compare: (pieces: readonly Piece[]) => Truth; readonly absent: Truth },
): Truth {
  if (lookup === undefined) return compare([{ text: value, isLiteral: false }]);
  const expansion = expandVariables(value, lookup);
  if (expansion === 'unknown') return 'unknown';
  return expansion === 'absent' ? absent : compare(expansion);
}

function nullTruth(name: OperatorName, values: readonly string[], isAbsent: boolean): Truth {
  const asked = values.map((value) => value.toLowerCase());
  if (name.set !== undefined || name.isIfExists || asked.some((text) => text !== 'true' && text !== 'false'))
    return 'unknown';
  return toTruth(asked.includes(String(isAbsent)));
}

function absentTruth({ set, isIfExists }: OperatorName, isNegated: boolean): Truth {
  if (isIfExists || set === 'ForAllValues') return 'yes';
  return toTruth(isNegated && set === undefined);
}

/**
 * A key with many values needs a quantifier: an operator without one never matches it, be it negated or not (IAM User
 * Guide, multivalued context keys; seen on AWS for `sts:IdentityTokenAudience`).
 */
function quantified({ set }: OperatorName, satisfied: readonly Truth[]): Truth {
  if (set === 'ForAllValues') return all(satisfied);
  if (set === 'ForAnyValue') return any(satisfied);
  return satisfied.length === 1 ? all(satisfied) : 'no';
}
