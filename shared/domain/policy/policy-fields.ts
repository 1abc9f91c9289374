import { lowerAscii } from './condition-operators.ts';
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
 * | Version                 | 2008-10-17 where it is left out                                               |
 * | anything else           | exact but for the order of keys                                               |
 *
 * Values keep their case: subjects that differ in case are two subjects.
 */
export function statementFields(statement: Statement): PolicyFields {
  const fields = new Map<string, PolicyField>();
  for (const [element, value] of Object.entries(statement)) {
    if (value !== undefined) addElement(fields, element, value);
  }
  return fields;
}

/** What stands beside the statements. Without a Version it is that of 2008 (IAM User Guide, version element). */
export function documentFields(rest: JsonObject): PolicyFields {
  const fields = new Map<string, PolicyField>();
  const isRead = !('Unreadable' in rest);
  for (const [element, value] of Object.entries(isRead ? { Version: '2008-10-17', ...rest } : rest))
    addExact(fields, [element], value);
  return fields;
}

function addElement(fields: Map<string, PolicyField>, element: string, value: Json): void {
  switch (element) {
    case 'Sid':
      return;
    case 'Action':
    case 'NotAction':
      addSet(fields, [element], value, lowerAscii);
      return;
    case 'Resource':
    case 'NotResource':
      addSet(fields, [element], value, asIs);
      return;
    case 'Principal':
    case 'NotPrincipal':
      addPrincipal(fields, element, value);
      return;
    case 'Condition':
      addCondition(fields, value);
      return;
    default:
      addExact(fields, [element], value);
  }
}

function addPrincipal(fields: Map<string, PolicyField>, element: string, value: Json): void {
  if (!isObject(value) || Object.keys(value).length === 0) {
    addExact(fields, [element], value);
    return;
  }
  for (const [kind, members] of Object.entries(value))
    addSet(fields, [element, kind], members, kind === 'AWS' ? foldRoot : asIs);
}

/** An operator without keys asks for nothing, as no condition does. */
function addCondition(fields: Map<string, PolicyField>, condition: Json): void {
  if (!isObject(condition)) {
    addExact(fields, ['Condition'], condition);
    return;
  }
  for (const [operator, block] of Object.entries(condition)) {
    if (!isObject(block)) addExact(fields, ['Condition', operator], block);
    else
      for (const [key, values] of Object.entries(block))
        addSet(fields, ['Condition', operator, key], values, asIs, scalarText);
  }
}

function addExact(
  fields: Map<string, PolicyField>,
  segments: readonly string[],
  value: Json | undefined,
): void {
  if (value !== undefined) add(fields, { segments, value, text: exactText(value) });
}

function addSet(
  fields: Map<string, PolicyField>,
  segments: readonly string[],
  value: Json | undefined,
  fold: (text: string) => string,
  other = exactText,
): void {
  if (value === undefined) return;
  const members = toList(value).map((member) =>
    typeof member === 'string' ? JSON.stringify(fold(member)) : other(member),
  );
  add(fields, { segments, value, text: `{${[...new Set(members)].sort().join()}}` });
}

const asIs = (text: string): string => text;

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
function add(fields: Map<string, PolicyField>, field: PolicyField): void {
  const name = formatName(field.segments);
  const held = fields.get(name);
  fields.set(name, held === undefined ? field : sideBySide(held, field));
}

function sideBySide(first: PolicyField, second: PolicyField): PolicyField {
  const texts = [...first.text.split('&\n'), second.text].sort();
  return {
    segments: first.segments,
    value: [...toList(first.value), ...toList(second.value)],
    text: texts.join('&\n'),
  };
}
