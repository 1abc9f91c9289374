import { actorName, type Actor } from '../../../shared/domain/attribution/actor.ts';
import { displayName } from '../../../shared/domain/azure-devops/service-connection.ts';
import type { Difference } from '../../../shared/domain/kernel/difference.ts';
import { isRecord } from '../../../shared/domain/kernel/json.ts';
import type { GuardedChange } from '../../../shared/domain/guard/guard.ts';
import type { PolicyDocument, Statement } from '../../../shared/domain/policy/policy-document.ts';
import { toList } from '../../../shared/domain/policy/policy-document.ts';
import { parseFieldName } from '../../../shared/domain/iam/role-fields.ts';
import { readTrustStatement } from '../../../shared/domain/policy/trust-document.ts';
import { blockedReasons } from '../../../shared/domain/records/blocked-reason.ts';
import { accountName, shortenArns, type Layout } from './layout.ts';
import { inert, inertJson } from './sanitize.ts';
import { isTabular, statementLines, type ChangedStatement } from './statement-text.ts';
import { severityColours } from './style.ts';
import { wrapText } from './text.ts';
import { timeText } from '../../../shared/domain/kernel/durations.ts';

export const marks = { create: '+', repair: '~', adopt: '&', close: '-', delete: '-' } as const;
export const BLOCKED_MARK = '=';

/** One change: what, where, why, by whom, every difference, and what holds it. */
export function changeText(change: GuardedChange, layout: Layout): string {
  const { style, columns } = layout;
  const isBlocked = change.decision === 'held';
  const colour = isBlocked
    ? style.gray
    : { '+': style.green, '~': style.yellow, '&': style.cyan, '-': style.red }[marks[change.kind]];
  const note = (text: string) => wrapText(text, columns, '    ');
  return [
    wrapText(
      `${colour(isBlocked ? BLOCKED_MARK : marks[change.kind])} ${style.bold(inert(changeTitle(change, layout)))}  ${style.dim(`${change.kind}, ${change.cause},`)} ${severityColours(style)[change.severity](change.severity)}`,
      columns,
      '',
      '    ',
    ),
    `    ${inert(shortenArns(changePlace(change), layout))}`,
    note(inert(shortenArns(change.reason, layout))),
    ...actorLines(change.actor, layout),
    ...change.differences.flatMap((difference) => differenceLines(difference, layout)),
    ...(isBlocked ? [note(`${style.yellow('blocked')}: ${blockedReasons[change.blockedBy]}`)] : []),
    ...partLines(change).map((text) => note(`${style.yellow('in part')}: ${text}`)),
  ].join('\n');
}

export const changePlace = (change: GuardedChange): string =>
  change.target === 'role' ? change.roleArn : change.providerArn;

export function changeTitle(change: GuardedChange, layout: Pick<Layout, 'accounts'>): string {
  if (change.target === 'provider') return `OIDC provider in ${accountName(change.account, layout)}`;
  return change.bindings.map(({ references }) => displayName(references)).join(', ');
}

function partLines(change: GuardedChange): readonly string[] {
  if (change.decision === 'held' || !change.isWideningHeld) return [];
  const why = change.blockedBy ? `; ${blockedReasons[change.blockedBy]}` : '';
  return [`only what narrows access is done now${why}`];
}

/** By whom, in the words of CloudTrail; where nobody was found, where to look. */
function actorLines(actor: Actor | undefined, layout: Layout): readonly string[] {
  if (!actor) return [];
  const by = layout.style.dim('by whom:');
  if (actor.source === 'unknown')
    return [wrapText(`${by} unknown; ${inert(actor.link)}`, layout.columns, '    ')];
  const { eventName, time } = actor;
  const who = shortenArns(actorName(actor), layout);
  const text = `${by} ${inert(who)}, ${inert(eventName)} at ${inert(timeText(time))}`;
  return [wrapText(text, layout.columns, '    ')];
}

/** A statement as a row of a table, a list as its members that differ, a whole role as what it will hold. */
function differenceLines(
  { path, expected, actual, severity }: Difference,
  layout: Layout,
): readonly string[] {
  const { style } = layout;
  if (actual === undefined && (path === 'role' || path === 'provider') && isRecord(expected))
    return contentLines(expected, layout);
  const note = severity ? `  ${severityColours(style)[severity](severity)}` : '';
  const field = `      ${inert(formatPath(path, layout))}${note}`;
  const statements = [...listStatements(path, '-', actual), ...listStatements(path, '+', expected)];
  if (statements.length > 0) return [field, ...indent(statementLines(policyTitle(path), statements, layout))];
  const managed = parseFieldName('policies.managed.', path);
  if (managed !== undefined) {
    const line = `      ${actual === undefined ? '+' : '-'} ${inert(formatPath(path, layout))}`;
    return [`${actual === undefined ? style.green(line) : style.red(line)}${note}`];
  }
  const { gone, come } = compareValues(expected, actual);
  return [
    field,
    ...gone.map((one) => style.red(`        - ${valueText(one, layout)}`)),
    ...come.map((one) => style.green(`        + ${valueText(one, layout)}`)),
  ];
}

/** Of two lists the members that differ, of other values the values. */
function compareValues(expected: unknown, actual: unknown) {
  if (isScalarList(actual) && isScalarList(expected))
    return {
      gone: actual.filter((one) => !expected.includes(one)),
      come: expected.filter((one) => !actual.includes(one)),
    };
  return {
    gone: actual === undefined ? [] : [actual],
    come: expected === undefined ? [] : [expected],
  };
}

const indent = (lines: readonly string[]) => lines.map((line) => line.replaceAll(/^/gm, '      '));

/** `trust` or `policies.inline.deploy`: where a statement stands. */
const policyTitle = (path: string) => path.replace(/\.Statement\[\d+\]$/, '');

/** The statements that the value is: one of a document, or a document that comes or goes as a whole. */
function listStatements(
  path: string,
  mark: ChangedStatement['mark'],
  value: unknown,
): readonly ChangedStatement[] {
  if (!isRecord(value)) return [];
  const document = value as PolicyDocument;
  const found = /\.Statement\[\d+\]$/.test(path)
    ? [document as Statement]
    : /^(?:trust$|policies\.inline\.)/.test(path)
      ? toList<Statement>(document.Statement)
      : [];
  return found.every(isTabular) ? found.map((statement) => ({ mark, statement })) : [];
}

/** `trust, statement 1: StringEquals sub` for the path that `--json` and `-o wide` show. */
function formatPath(path: string, layout: Layout): string {
  if (layout.isWide) return path;
  const [, document = '', place = '', rest = ''] = /^(.*)\.Statement\[(\d+)\](.*)$/s.exec(path) ?? [];
  if (document === '') return shortenArns(path.replace(/^policies\.managed\./, 'managed policy '), layout);
  const name = document.replace(/^policies\.inline\./, 'inline policy ');
  const field = rest
    .replace(/^\.(?:Condition\.)?/, '')
    .replace(/\.[\w.-]+\/[0-9a-f-]{36}[^:]*:/, ' ')
    .replace('.', ' ');
  return `${name}, statement ${Number(place) + 1}${field === '' ? '' : `: ${field}`}`;
}

/** What a new role or provider will hold; its marks, which every role of azfed has, in one line. */
function contentLines(
  { arn: _arn, tags, trust, inlinePolicies, description, ...content }: Readonly<Record<string, unknown>>,
  layout: Layout,
): readonly string[] {
  const { style } = layout;
  const add = (text: string) => style.green(`      + ${text}`);
  const values = Object.entries(content).flatMap(([key, value]) => {
    if (value === undefined) return [add(`${key}: none`)];
    const items = Array.isArray(value) ? (value as readonly unknown[]) : [value];
    return items.map((item) => add(`${key}: ${valueText(item, layout)}`));
  });
  return [
    ...(trust === undefined ? [] : trustLines(trust as PolicyDocument, layout)),
    ...values,
    ...policyLines(inlinePolicies, layout),
    ...markLines(tags, description, layout).map(add),
  ];
}

/** Subjects of connections; statements of others as they stand. */
function trustLines({ Statement: statements }: PolicyDocument, layout: Layout): readonly string[] {
  const all = toList<Statement>(statements);
  const plain = all.flatMap((statement) => {
    const read = readTrustStatement(statement);
    return read?.isNarrowed === false ? [read.binding.subjects] : [];
  });
  const others = all.filter((statement) => readTrustStatement(statement)?.isNarrowed !== false);
  return [
    ...plain
      .flatMap((subjects) => (subjects.length > 0 ? subjects : ['nobody: the trust is closed']))
      .map((subject) => layout.style.green(`      + trusts ${inert(subject)}`)),
    ...(others.length > 0
      ? indent(
          statementLines(
            'trust',
            others.map((statement) => ({ mark: '+', statement })),
            layout,
          ),
        )
      : []),
  ];
}

function policyLines(policies: unknown, layout: Layout): readonly string[] {
  if (!isRecord(policies)) return [];
  return Object.entries(policies).flatMap(([name, document]) => [
    layout.style.green(`      + inline policy ${inert(name)}`),
    ...indent(
      statementLines(
        name,
        toList<Statement>((document as PolicyDocument).Statement).map((statement) => ({
          mark: '+',
          statement,
        })),
        layout,
      ),
    ),
  ]);
}

/** The tags of the grant; those of azfed and the description alone with `-o wide`. */
function markLines(tags: unknown, description: unknown, layout: Layout): readonly string[] {
  const all = isRecord(tags) ? Object.entries(tags) : [];
  const isOwn = (key: string) => key.startsWith('azfed:') && !layout.isWide;
  const folded = all.some(([key]) => isOwn(key)) ? ['tags and description of azfed'] : [];
  return [
    ...(description === undefined || folded.length > 0
      ? []
      : [`description: ${valueText(description, layout)}`]),
    ...all
      .filter(([key]) => !isOwn(key))
      .map(([key, value]) => `tags.${inert(key)}: ${valueText(value, layout)}`),
    ...folded,
  ];
}

const isScalarList = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((member) => typeof member === 'string');

/** In `--json` and with `-o wide` every value stands whole. */
const LONGEST_VALUE = 320;

function valueText(value: unknown, layout: Layout): string {
  const text = inertJson(typeof value === 'string' ? shortenArns(value, layout) : value);
  return text.length > LONGEST_VALUE && !layout.isWide ? `${text.slice(0, LONGEST_VALUE - 1)}…` : text;
}
