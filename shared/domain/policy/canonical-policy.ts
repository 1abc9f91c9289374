import type { Difference } from '../kernel/difference.ts';
import { isAlike } from '../kernel/json.ts';
import { toList, type JsonObject, type PolicyDocument, type Statement } from './policy-document.ts';
import { documentFields, statementFields, type PolicyFields } from './policy-fields.ts';

/** Plain JSON, so that it can be digested: two policies are the same if and only if these are equal, order included. */
export interface CanonicalPolicy {
  /** What stands beside the statements, one line a field. */
  readonly document: readonly string[];
  /** Each statement as lines. A multiset: IAM keeps a statement that stands twice. */
  readonly statements: readonly string[];
}

/** The policy without what IAM changes when it answers; `policy-fields.ts` lists what is folded. */
export function canonicalPolicy(document: PolicyDocument): CanonicalPolicy {
  const { Statement: statements, ...rest } = document;
  return {
    document: formatLines(documentFields(rest)),
    statements: toList<Statement>(statements)
      .map((statement) => formatLines(statementFields(statement)).join('\n'))
      .sort(),
  };
}

/** The same text for all spellings that IAM takes for the same conditions. */
export const formatConditions = (conditions: JsonObject): string =>
  canonicalPolicy({ Statement: { Condition: conditions } }).statements.join('\n');

/** Whether IAM would take both for the same policy. */
export function samePolicy(a: PolicyDocument, b: PolicyDocument): boolean {
  return isAlike(a, b) || JSON.stringify(canonicalPolicy(a)) === JSON.stringify(canonicalPolicy(b));
}

/**
 * The fields in which `actual` is not as `expected`; empty if and only if `samePolicy`. Statements are paired by
 * likeness. A pair is named by its place in `actual`; a statement that is in one document alone by its place there.
 */
export function policyDifferences(
  path: string,
  expected: PolicyDocument,
  actual: PolicyDocument,
): readonly Difference[] {
  const [{ Statement: before, ...expectedRest }, { Statement: after, ...actualRest }] = [expected, actual];
  return [
    ...fieldDifferences(path, documentFields(expectedRest), documentFields(actualRest)),
    ...statementDifferences(path, placed(before), placed(after)),
  ];
}

export interface ComparedStatement {
  /** added: the live document alone has it. removed: the expected document alone has it. */
  readonly change: 'added' | 'removed' | 'kept';
  readonly statement: Statement;
}

/** The statements of both documents, what was added first; a statement that stands twice is there twice. */
export function compareStatements(
  expected: PolicyDocument,
  actual: PolicyDocument,
): readonly ComparedStatement[] {
  const left = placed(expected.Statement).map(({ source, fields }) => ({
    source,
    lines: formatLines(fields),
  }));
  const live = placed(actual.Statement).map(({ source, fields }): ComparedStatement => {
    const lines = formatLines(fields).join('\n');
    const at = left.findIndex((one) => one.lines.join('\n') === lines);
    if (at >= 0) left.splice(at, 1);
    return { change: at >= 0 ? 'kept' : 'added', statement: source };
  });
  return [
    ...live.filter(({ change }) => change === 'added'),
    ...left.map(({ source }): ComparedStatement => ({ change: 'removed', statement: source })),
    ...live.filter(({ change }) => change === 'kept'),
  ];
}

interface PlacedStatement {
  /** From 0. */
  readonly position: number;
  readonly source: Statement;
  readonly fields: PolicyFields;
}

function placed(statements: PolicyDocument['Statement']): readonly PlacedStatement[] {
  return toList<Statement>(statements).map((source, position) => ({
    position,
    source,
    fields: statementFields(source),
  }));
}

function formatLines(fields: PolicyFields): readonly string[] {
  return [...fields].map(([name, { text }]) => `${name} ${text}`).sort();
}

function fieldDifferences(path: string, expected: PolicyFields, actual: PolicyFields): readonly Difference[] {
  return [...new Set([...expected.keys(), ...actual.keys()])].flatMap((name) => {
    const [before, after] = [expected.get(name), actual.get(name)];
    if (before?.text === after?.text) return [];
    const segments = (before ?? after)?.segments ?? [];
    return [{ path: [path, ...segments].join('.'), expected: before?.value, actual: after?.value }];
  });
}

function statementDifferences(
  path: string,
  expected: readonly PlacedStatement[],
  actual: readonly PlacedStatement[],
): readonly Difference[] {
  const pairs = pairByLikeness(expected, actual);
  const [before, after] = [new Set(pairs.map(([one]) => one)), new Set(pairs.map(([, other]) => other))];
  const place = ({ position }: PlacedStatement) => `${path}.Statement[${position}]`;
  return [
    ...pairs.flatMap(([one, other]) => fieldDifferences(place(other), one.fields, other.fields)),
    ...expected
      .filter((one) => !before.has(one))
      .map((one) => ({ path: place(one), expected: one.source, actual: undefined })),
    ...actual
      .filter((other) => !after.has(other))
      .map((other) => ({ path: place(other), expected: undefined, actual: other.source })),
  ];
}

/** Greedy: the pair with the fewest differences first, so that equal statements always find each other. */
function pairByLikeness(
  expected: readonly PlacedStatement[],
  actual: readonly PlacedStatement[],
): readonly (readonly [PlacedStatement, PlacedStatement])[] {
  const left = new Set([...expected, ...actual]);
  return expected
    .flatMap((one) => actual.map((other) => ({ one, other, distance: measureDistance(one, other) })))
    .sort((a, b) => a.distance - b.distance)
    .flatMap(({ one, other }) => {
      if (!left.has(one) || !left.has(other)) return [];
      left.delete(one);
      left.delete(other);
      return [[one, other] as const];
    });
}

function measureDistance(one: PlacedStatement, other: PlacedStatement): number {
  return fieldDifferences('', one.fields, other.fields).length;
}
