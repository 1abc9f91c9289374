import { isList, isObject, toList, type Json, type JsonObject, type Statement } from './policy-document.ts';

/** One thing that a policy says: `Condition`, `StringEquals`, `<key>` and its values, for example. */
interface PolicyField {
  /** Where it stands, spelled as in the document. */
  readonly segments: readonly string[];
  /** What stands there, as in the document. */
  readonly value: Json;
  /** The same for all spellings that IAM takes for the same. */
  readonly text: string;
}

/** By a name that is the same for all spellings of the place. */
export type PolicyFields = ReadonlyMap<string, PolicyField>;

/**
 * IAM's answers are not byte-stable: order, and scalar against list of one, change. What is folded here, and no more:
 *
 * | element                 | is taken as                                                                   |
 * |-------------------------|-------------------------------------------------------------------------------|
 * | Action, NotAction       | set, without regard to case                                                   |
 * | Resource, NotResource   | set                                                                           |
 * | Principal, NotPrincipal | set by kind; under AWS an account id is the ARN of its root                   |
 * | Condition               | set of values by operator (exact) and key (without regard to case); 1 is "1"  |
 * | Sid                     | nothing                                                                       |
 * | anything else           | exact but for the order of keys                                               |
 *
 * Values keep their case: subjects that differ in case are two subjects.
 */
export function statementFields(statement: Statement): PolicyFields {
  return byName(
    Object.entries(statement).flatMap(([element, value]) =>
      value === undefined ? [] : elementFields(element, value),
    ),
  );
}

/** What stands beside the statements, of which nothing is folded. */
export function documentFields(rest: JsonObject): PolicyFields {
  return byName(Object.entries(rest).flatMap(([element, value]) => exactField([element], value)));
}

function elementFields(element: string, value: Json): readonly PolicyField[] {
  switch (element) {
    case 'Sid':
      return [];
    case 'Action':
    case 'NotAction':
      return [setField([element], value, lowerAscii)];
    case 'Resource':
    case 'NotResource':
      return [setField([element], value, asIs)];
    case 'Principal':
    case 'NotPrincipal':
      return principalFields(element, value);
    case 'Condition':
      return conditionFields(value);
    default:
      return exactField([element], value);
  }
}

function principalFields(element: string, value: Json): readonly PolicyField[] {
  if (!isObject(value) || Object.keys(value).length === 0) return exactField([element], value);
  return Object.entries(value).flatMap(([kind, members]) =>
    members === undefined ? [] : [setField([element, kind], members, kind === 'AWS' ? foldRoot : asIs)],
  );
}

/** An operator without keys asks for nothing, as no condition does. */
function conditionFields(condition: Json): readonly PolicyField[] {
  if (!isObject(condition)) return exactField(['Condition'], condition);
  return Object.entries(condition).flatMap(([operator, block]) => {
    if (!isObject(block)) return exactField(['Condition', operator], block);
    return Object.entries(block).flatMap(([key, values]) =>
      values === undefined ? [] : [setField(['Condition', operator, key], values, asIs, scalarText)],
    );
  });
}

function exactField(segments: readonly string[], value: Json | undefined): readonly PolicyField[] {
  return value === undefined ? [] : [{ segments, value, text: exactText(value) }];
}

function setField(
  segments: readonly string[],
  value: Json,
  fold: (text: string) => string,
  other = exactText,
): PolicyField {
  const members = toList(value).map((member) =>
    typeof member === 'string' ? JSON.stringify(fold(member)) : other(member),
  );
  return { segments, value, text: `{${[...new Set(members)].sort().join()}}` };
}

const asIs = (text: string): string => text;

// Letters of ASCII only: the Kelvin sign is no k.
const lowerAscii = (text: string): string => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

/** A principal of AWS, where it stands for an account by the id of that account. */
export const foldRoot = (principal: string): string =>
  /^arn:[^:]+:iam::(\d{12}):root$/.exec(principal)?.[1] ?? principal;

const scalarText = (value: Json): string =>
  typeof value === 'boolean' || typeof value === 'number' ? JSON.stringify(String(value)) : exactText(value);

function exactText(value: Json): string {
  if (isList(value)) return `[${value.map(exactText).join()}]`;
  if (typeof value === 'number') return String(value);
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.entries(value).flatMap(([key, member]) =>
    member === undefined ? [] : [`${JSON.stringify(key)}:${exactText(member)}`],
  );
  return `{${members.sort().join()}}`;
}

/** Condition keys ignore case (IAM User Guide, condition keys); operators and elements are compared exactly. */
function formatName(segments: readonly string[]): string {
  return JSON.stringify(segments.map((segment, depth) => (depth === 2 ? lowerAscii(segment) : segment)));
}

/** Keys that differ in case alone are kept side by side: which of them IAM obeys is not documented. */
function byName(fields: readonly PolicyField[]): PolicyFields {
  const named = new Map<string, PolicyField>();
  for (const field of fields) {
    const name = formatName(field.segments);
    const held = named.get(name);
    named.set(name, held === undefined ? field : sideBySide(held, field));
  }
  return named;
}

function sideBySide(first: PolicyField, second: PolicyField): PolicyField {
  const texts = [...first.text.split('&\n'), second.text].sort();
  return {
    segments: first.segments,
    value: [...toList(first.value), ...toList(second.value)],
    text: texts.join('&\n'),
  };
}
