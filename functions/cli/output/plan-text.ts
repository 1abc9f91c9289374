import { actorName } from '../../../shared/domain/attribution/actor.ts';
import { displayName } from '../../../shared/domain/azure-devops/service-connection.ts';
import type { Coverage, Finding } from '../../../shared/domain/findings/finding.ts';
import { countCoverage, findingCatalogue, listUnread } from '../../../shared/domain/findings/finding.ts';
import { severities, type Severity } from '../../../shared/domain/kernel/severity.ts';
import type { GuardedChange } from '../../../shared/domain/guard/guard.ts';
import { summarize } from '../../../shared/domain/guard/plan-document.ts';
import { counted } from '../../../shared/domain/kernel/counted.ts';
import { groupItems } from '../../../shared/domain/kernel/group-by.ts';
import { BLOCKED_MARK, changeText, changeTitle, marks } from './change-text.ts';
import { accountName, describeFinding, type Layout } from './layout.ts';
import { inert } from './sanitize.ts';
import { severityColours } from './style.ts';
import { wrapText, wrapWords } from './text.ts';

/** The plan for people: its changes by grant and kind, then what was found, then the totals. */
export function planText(
  changes: readonly GuardedChange[],
  findings: readonly Finding[],
  layout: Layout,
): string {
  return [
    ...(changes.length > 0 ? [legendText(changes, layout), groupedText(changes, layout)] : []),
    ...(findings.length > 0 ? [findingsText(findings, layout)] : []),
    totalsText(changes, findings, layout),
  ].join('\n\n');
}

/** A block for each change, with every value to its end: for who decides about these very changes. */
export function changesText(
  changes: readonly GuardedChange[],
  { style, columns }: Pick<Layout, 'style' | 'columns'>,
): string {
  const whole = { style, columns, isWide: true, now: 0, accounts: new Map<string, string>() };
  return changes.map((change) => changeText(change, whole)).join('\n\n');
}

/** Which roles are reached through those that the changes delete or make again. */
export function reachedLines(
  changes: readonly GuardedChange[],
  findings: readonly Finding[],
): readonly string[] {
  const roles = changes.map((change) => (change.target === 'role' ? change.roleArn : undefined));
  return findings
    .filter(({ code, roleArn }) => code === 'role.reached-through' && roles.includes(roleArn))
    .map(({ message }) => `\n! ${inert(message)}`);
}

const kinds = ['repair', 'close', 'adopt', 'create', 'delete'] as const;
const wordOrder = ['create', 'repair', 'adopt', 'close', 'delete'] as const;
const kindWords = {
  create: 'to create',
  repair: 'to repair',
  adopt: 'to adopt',
  close: 'to close',
  delete: 'to delete',
} as const;
const isBlocked = ({ decision }: GuardedChange) => decision === 'held';

/** Only the marks that the plan shows. */
function legendText(changes: readonly GuardedChange[], { style, columns }: Layout): string {
  const shown = kinds.filter((kind) => changes.some((one) => one.kind === kind && !isBlocked(one)));
  const words = [
    ...shown.map((kind) => `${marks[kind]} ${kind}`),
    ...(changes.some(isBlocked) ? [`${BLOCKED_MARK} blocked`] : []),
    '! finding',
  ];
  return style.dim(wrapText(words.join('   '), columns));
}

/** Grants with the most dangerous change first; in each the kinds, and of equal changes the first one. */
function groupedText(changes: readonly GuardedChange[], layout: Layout): string {
  const rank = (some: readonly GuardedChange[]) =>
    Math.min(...some.map(({ severity }) => severities.indexOf(severity)));
  const groups = [...groupItems(changes, readGrant)].sort(([, a], [, b]) => rank(a) - rank(b));
  return groups
    .flatMap(([title, here]) => [
      `${layout.style.bold(inert(title))}: ${countKinds(here).join(', ')}`,
      ...orderKinds(here).flatMap((same) => foldedText(same, layout)),
    ])
    .join('\n\n');
}

const readGrant = (change: GuardedChange): string =>
  change.target === 'role' ? `Grant ${change.grant}` : 'OIDC providers';

const orderKinds = (changes: readonly GuardedChange[]): readonly (readonly GuardedChange[])[] => [
  ...kinds.map((kind) => changes.filter((one) => one.kind === kind && !isBlocked(one))),
  changes.filter(isBlocked),
];

function countKinds(changes: readonly GuardedChange[]): readonly string[] {
  const { held, ...allowed } = summarize(changes);
  return [
    ...wordOrder.filter((kind) => allowed[kind] > 0).map((kind) => `${allowed[kind]} ${kindWords[kind]}`),
    ...(held > 0 ? [`${held} blocked`] : []),
  ];
}

/** Of changes that differ only in whom they are about, the first in full and the others by name. */
function foldedText(changes: readonly GuardedChange[], layout: Layout): readonly string[] {
  if (layout.isWide) return changes.map((change) => changeText(change, layout));
  return [...groupItems(changes, formatLikeness).values()].map(([first, ...others]) =>
    first ? [changeText(first, layout), ...likeLines(others, layout)].join('\n') : '',
  );
}

/** `42 like this in commerce: Shop / aws-1, Shop / aws-2 ...`, for each account. */
function likeLines(others: readonly GuardedChange[], layout: Layout): readonly string[] {
  return [...groupItems(others, ({ account }) => account)].map(([account, here]) => {
    const head = `and ${here.length} like this in ${accountName(account, layout)}:`;
    const names = here.map((change) => inert(changeTitle(change, layout)));
    const words = names.map((name, at) => (at < names.length - 1 ? `${name},` : name));
    const width = (layout.columns ?? Infinity) - 6;
    const [line = '', ...lines] = wrapWords([head, ...words], width, '');
    return [`    ${layout.style.bold(line)}`, ...lines.map((more) => `      ${more}`)].join('\n');
  });
}

/** Equal for changes that say the same of different connections, roles and accounts. */
function formatLikeness(change: GuardedChange): string {
  const { kind, cause, severity, decision, differences, reason, actor, isWideningHeld, blockedBy } = change;
  const by = actor && (actor.source === 'unknown' ? actor.source : actorName(actor));
  const own = listOwnNames(change);
  const text = JSON.stringify([
    kind,
    cause,
    severity,
    decision,
    isWideningHeld,
    blockedBy,
    by,
    reason,
    differences,
  ]);
  return own.reduce((rest, [name, word]) => rest.replaceAll(name, word), text);
}

/** What a change names of itself, the longest first, as it stands in JSON. */
function listOwnNames(change: GuardedChange): readonly (readonly [name: string, word: string])[] {
  const of =
    change.target === 'provider'
      ? []
      : change.bindings.flatMap(({ connectionId, references, subjects }) => [
          [connectionId, '{id}'] as const,
          [displayName(references), '{connection}'] as const,
          ...subjects.map(({ subject }) => [subject, '{subject}'] as const),
        ]);
  const place = change.target === 'role' ? change.roleArn : change.providerArn;
  return [...of, [place, '{place}'] as const, [change.account, '{account}'] as const]
    .map(([name, word]) => [JSON.stringify(name).slice(1, -1), word] as const)
    .sort(([a], [b]) => b.length - a.length);
}

/** A code that many have shows the first of them. */
const SHOWN_FINDINGS = 3;

function findingsText(findings: readonly Finding[], layout: Layout): string {
  const { style, columns, isWide } = layout;
  const colours = severityColours(style);
  const open = findings.filter(({ accepted }) => !accepted);
  const groups = [...groupItems(open, ({ code }) => code)];
  const blocks = groups.map(([code, group]) => {
    const { severity, fix } = findingCatalogue[code];
    const shown = isWide ? group : group.slice(0, SHOWN_FINDINGS);
    const left = group.length - shown.length;
    return [
      `${colours[severity]('!')} ${style.bold(code)}  ${style.dim(severity)}`,
      ...shown.map((found) => wrapText(inert(describeFinding(found, layout)), columns, '    ')),
      ...(left > 0 ? [wrapText(`and ${left} like this; -o wide shows all`, columns, '    ')] : []),
      style.dim(wrapText(fix, columns, '    -> ')),
    ].join('\n');
  });
  return [style.bold('Findings'), ...blocks, ...acceptedLines(findings, layout)].join('\n');
}

/** People live with them for a while: one line for each code, with -o wide one for each finding. */
function acceptedLines(findings: readonly Finding[], layout: Layout): readonly string[] {
  const { style, columns, isWide } = layout;
  const accepted = findings.flatMap((found) =>
    found.accepted ? [{ ...found, accepted: found.accepted }] : [],
  );
  return [...groupItems(accepted, ({ code }) => code)].flatMap(([code, group]) => {
    const [first = ''] = group.map(({ accepted: { until } }) => until).sort();
    const line = `${code}  accepted: ${group.length}, the first until ${first}`;
    const each = group.map((found) =>
      wrapText(
        inert(
          `${describeFinding(found, layout)} Accepted until ${found.accepted.until}: ${found.accepted.reason}`,
        ),
        columns,
        '    ',
      ),
    );
    return [style.dim(wrapText(line, columns)), ...(isWide ? each : [])];
  });
}

/** The last lines of a plan: what would be done, and how dangerous what was found is. */
export function totalsText(
  changes: readonly GuardedChange[],
  findings: readonly Finding[],
  { style, columns }: Layout,
): string {
  const danger = countSeverities(
    changes.filter(({ severity }) => severity === 'critical' || severity === 'high'),
  );
  const open = findings.filter(({ accepted }) => !accepted);
  const found = countSeverities(open);
  const left = findings.length - open.length;
  const kinds = countKinds(changes).join(', ');
  const work =
    [
      ...(kinds === '' ? [] : [danger === '' ? kinds : `${kinds} (${danger})`]),
      ...coverageParts(countCoverage(findings)),
    ].join(', ') || 'nothing to do';
  const unread =
    listUnread(findings).length > 0
      ? `\n${style.yellow('Not complete:')} ${wrapText('something could not be read (see the findings); nothing is decided about it.', columns)}`
      : '';
  const sentence = `${style.bold('Plan:')} ${work}; ${counted(open.length, 'finding')}${found === '' ? '' : `: ${found}`}${left === 0 ? '' : `; ${left} accepted`}.`;
  return `${wrapText(sentence, columns)}${unread}`;
}

/** `1 critical, 4 high`, worst first. */
function countSeverities(items: readonly { readonly severity: Severity }[]): string {
  return severities
    .map((severity) => ({ severity, count: items.filter((one) => one.severity === severity).length }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => `${count} ${severity}`)
    .join(', ');
}

/** What keeps a run from being converged although it has nothing to do, in numbers. */
export function coverageParts({ missing, unaccounted, settling }: Coverage): readonly string[] {
  const parts = [
    [missing, 'missing'],
    [unaccounted, 'unaccounted for'],
    [settling, 'settling'],
  ] as const;
  return parts.filter(([number]) => number > 0).map(([number, word]) => `${number} ${word}`);
}
