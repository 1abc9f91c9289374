import type { Difference } from '../../domain/kernel/difference.ts';
import { compareStatements } from '../../domain/policy/canonical-policy.ts';
import type { PolicyDocument, Statement } from '../../domain/policy/policy-document.ts';
import { conditionEntries, isAwsKey } from '../../domain/policy/statement-condition.ts';
import { describeAdmitted, listAdmitted } from '../../domain/policy/statement-text.ts';
import type { Connection } from './report.ts';

/** One thing that is not as it should be, in words. */
export interface DifferenceText {
  /** more: it gives somebody more than they should have. */
  readonly kind: 'more' | 'less' | 'other';
  readonly text: string;
}

const empty: PolicyDocument = { Version: '2012-10-17', Statement: [] };

/** The statements of the trust as they should be and as they are; none where it was not read. */
export function compareTrusts({ expectedTrust, liveTrust }: Connection) {
  if (!expectedTrust || liveTrust === undefined) return [];
  return compareStatements(expectedTrust, liveTrust ?? empty);
}

/** Everything that differs: who gets in first, then what they may do, then the rest. */
export function describeDifferences(connection: Connection): readonly DifferenceText[] {
  const { liveTrust, differences, cause } = connection;
  if (liveTrust === null) return [{ kind: 'less', text: 'There is no such role in IAM.' }];
  const words = cause === 'change' ? plannedWords : driftWords;
  const compared = compareTrusts(connection);
  const trust = compared.flatMap(({ change, statement }) =>
    change === 'kept' ? [] : describeStatement(statement, words[change], selectOthers(compared, change)),
  );
  const others = differences.filter(({ path }) => !/^(?:trust|role)\b/.test(path));
  return [...trust, ...mergeParts(others)];
}

/** What the live trust has alone, and what the expected trust has alone: nobody has changed IAM where a name has changed. */
const driftWords = { added: 'Added', removed: 'Missing' } as const;
const plannedWords = { added: 'To be removed', removed: 'To be added' } as const;

type Compared = ReturnType<typeof compareTrusts>;

/** The statements of the document that the statement is not in. */
const selectOthers = (compared: Compared, change: 'added' | 'removed') =>
  compared.flatMap((one) => (one.change === change ? [] : [one.statement]));

/** Whom it lets in beyond those of the other document; where these are the same, which of its conditions differ. */
function describeStatement(
  statement: Statement,
  word: string,
  others: readonly Statement[],
): readonly DifferenceText[] {
  const isDeny = statement.Effect === 'Deny';
  const alike = others.filter((other) => (other.Effect === 'Deny') === isDeny);
  const known = new Set(alike.flatMap(listAdmitted));
  const who = listAdmitted(statement).filter((one) => !known.has(one));
  const asks = describeConditions(statement, alike);
  const isMore = (word === 'Added' || word === 'To be removed') !== isDeny;
  const kind = isMore ? 'more' : 'less';
  if (isDeny)
    return [{ kind, text: `${word}: a statement that denies ${describeAdmitted(statement)}: ${asks}` }];
  if (who.length > 0) return [{ kind, text: `${word}: ${who.join(', ')} may assume it: ${asks}` }];
  // The other document says the same of the same people, without these conditions.
  return asks === ANYTHING ? [] : [{ kind: 'other', text: `${word}: the condition ${asks}` }];
}

const ANYTHING = 'under no condition';

/** The conditions that no statement of the other document has, without the audience, which all tokens have. */
function describeConditions(statement: Statement, others: readonly Statement[]): string {
  const known = new Set(others.flatMap((other) => listLines(other)));
  const lines = listLines(statement).filter((line) => !known.has(line));
  return lines.join(', ') || ANYTHING;
}

/** A line for each value. */
const listLines = (statement: Statement): readonly string[] =>
  conditionEntries(statement).flatMap(({ operator, key, values = ['?'] }) => {
    const name = isAwsKey(key) ? key : key.slice(key.lastIndexOf(':') + 1);
    return name === 'aud' ? [] : values.map((value) => `${operator} ${name} = ${value}`);
  });

/** Several parts of one policy are one sentence. */
function mergeParts(differences: readonly Difference[]): readonly DifferenceText[] {
  const found = differences.map(describeDifference);
  return [...new Map(found.map((one) => [one.text, one])).values()];
}

type Describe = (name: string, difference: Difference) => DifferenceText;

const shortArn = (arn: unknown) => (typeof arn === 'string' ? arn.slice(arn.lastIndexOf('/') + 1) : 'none');
const formatText = (value: unknown, otherwise: string) => (typeof value === 'string' ? value : otherwise);
const hours = (seconds: unknown) => (typeof seconds === 'number' ? `${seconds / 3_600} h` : 'unset');

const more = (text: string): DifferenceText => ({ kind: 'more', text });
const less = (text: string): DifferenceText => ({ kind: 'less', text });
const other = (text: string): DifferenceText => ({ kind: 'other', text });

const sentences: readonly (readonly [path: RegExp, describe: Describe])[] = [
  [
    /^policies\.managed\.(.+)$/,
    (arn, { actual }) =>
      actual === undefined
        ? less(`Missing: the policy ${shortArn(arn)} is not attached.`)
        : more(`Added: the policy ${shortArn(arn)} is attached.`),
  ],
  [
    /^policies\.inline\.([^.]+)$/,
    (name, { expected, actual }) => {
      if (actual === undefined) return less(`Missing: the inline policy ${name}.`);
      return expected === undefined
        ? more(`Added: the inline policy ${name}.`)
        : other(`Changed: the inline policy ${name}.`);
    },
  ],
  [/^policies\.inline\.([^.]+)\./, (name) => other(`Changed: the inline policy ${name}.`)],
  [
    /^(boundary)$/,
    (_, { expected, actual }) =>
      actual === undefined
        ? more(`Missing: the permissions boundary ${shortArn(expected)}.`)
        : other(`Changed: the boundary is ${shortArn(actual)}, and should be ${shortArn(expected)}.`),
  ],
  [
    /^(maxSessionDuration)$/,
    (_, { expected, actual }) => {
      const say = Number(actual) > Number(expected) ? more : less;
      return say(`Changed: sessions last ${hours(actual)} at most, and should last ${hours(expected)}.`);
    },
  ],
  [
    /^tags\.(.+)$/,
    (name, { expected, actual }) =>
      other(
        `Changed: the tag ${name} is ${formatText(actual, 'missing')}, and should be ${formatText(expected, 'absent')}.`,
      ),
  ],
  [/^(.+)$/, (path) => other(`Changed: ${path}.`)],
];

function describeDifference(difference: Difference): DifferenceText {
  for (const [path, describe] of sentences) {
    const name = path.exec(difference.path)?.[1];
    if (name !== undefined) return describe(name, difference);
  }
  return { kind: 'other', text: difference.path };
}
