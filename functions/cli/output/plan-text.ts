import type { Actor } from '../../../shared/domain/attribution/actor.ts';
import { actorName } from '../../../shared/domain/attribution/actor.ts';
import type { Difference } from '../../../shared/domain/kernel/group-by.ts';
import type { Finding } from '../../../shared/domain/findings/finding.ts';
import { findingCatalogue, listUnread, countCoverage } from '../../../shared/domain/findings/finding.ts';
import { groupItems } from '../../../shared/domain/kernel/group-by.ts';
import type { GuardedChange } from '../../../shared/domain/guard/guard.ts';
import { blockedReasons } from '../../../shared/domain/records/blocked-reason.ts';
import { summarize } from '../../../shared/domain/guard/plan-document.ts';
import type { PolicyDocument, Statement } from '../../../shared/domain/policy/policy-document.ts';
import { toList } from '../../../shared/domain/policy/policy-document.ts';
import { readTrustStatement } from '../../../shared/domain/policy/trust-document.ts';
import { counted } from '../../../shared/domain/kernel/counted.ts';
import { severityColours } from './style.ts';
import { inert, inertJson } from './sanitize.ts';
import type { Style } from './style.ts';
import { displayName } from '../../../shared/domain/azure-devops/service-connection.ts';
import { isRecord } from '../../../shared/domain/kernel/json.ts';

const marks = { create: '+', repair: '~', adopt: '&', close: '-', delete: '-' } as const;

/** How far long values are shown; in `--json` they always stand whole. */
export type Extent = 'cut' | 'whole';

/** The plan for people: a block for each connection, then what was found, then the totals. */
export function planText(
  changes: readonly GuardedChange[],
  findings: readonly Finding[],
  style: Style,
  extent: Extent = 'cut',
): string {
  return [
    ...(changes.length > 0 ? [changesText(changes, style, extent)] : []),
    ...(findings.length > 0 ? [findingsText(findings, style)] : []),
    totalsText(changes, findings, style),
  ].join('\n\n');
}

/** A block for each change. */
export function changesText(changes: readonly GuardedChange[], style: Style, extent: Extent = 'cut'): string {
  return changes.map((change) => changeText(change, style, extent)).join('\n\n');
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

function changeText(change: GuardedChange, style: Style, extent: Extent): string {
  const isHeld = change.decision === 'held';
  const colour = isHeld
    ? style.gray
    : { '+': style.green, '~': style.yellow, '&': style.cyan, '-': style.red }[marks[change.kind]];
  const place = change.target === 'role' ? change.roleArn : change.providerArn;
  const lines = [
    `${colour(isHeld ? '=' : marks[change.kind])} ${style.bold(inert(formatTitle(change)))}  ${style.dim(`${change.kind}, ${change.cause},`)} ${severityColours(style)[change.severity](change.severity)}`,
    `    ${inert(place)}`,
    `    ${inert(change.reason)}`,
    ...actorLines(change.actor, style),
    ...change.differences.flatMap((difference) => differenceLines(difference, style, extent)),
    ...(change.decision === 'held'
      ? [`    ${style.yellow('held')}: ${blockedReasons[change.blockedBy]}`]
      : []),
    ...partLines(change, style),
  ];
  return lines.join('\n');
}

function partLines(change: GuardedChange, style: Style): readonly string[] {
  if (change.decision === 'held' || !change.isWideningHeld) return [];
  const why = change.blockedBy ? `; ${blockedReasons[change.blockedBy]}` : '';
  return [`    ${style.yellow('in part')}: only what narrows access is done now${why}`];
}

/** By whom, in the words of CloudTrail; where nobody was found, where to look. */
function actorLines(actor: Actor | undefined, style: Style): readonly string[] {
  if (!actor) return [];
  if (actor.source === 'unknown') return [`    ${style.dim('by whom:')} unknown; ${inert(actor.link)}`];
  const { eventName, time } = actor;
  return [`    ${style.dim('by whom:')} ${inert(actorName(actor))}, ${inert(eventName)} at ${inert(time)}`];
}

function formatTitle(change: GuardedChange): string {
  if (change.target === 'provider') return `OIDC provider in ${change.account}`;
  return change.bindings.map(({ references }) => displayName(references)).join(', ');
}

/** A field is shown as what goes and what comes, a list as its members that do; a whole that is made, as what it will hold. */
function differenceLines(
  { path, expected, actual, severity }: Difference,
  style: Style,
  extent: Extent,
): readonly string[] {
  const field = severity
    ? `      ${inert(path)}  ${severityColours(style)[severity](severity)}`
    : `      ${inert(path)}`;
  if (actual === undefined && isRecord(expected))
    return contentLines(expected, extent).map((line) => style.green(`      + ${inert(line)}`));
  if (isScalarList(actual) && isScalarList(expected))
    return [
      field,
      ...actual
        .filter((one) => !expected.includes(one))
        .map((one) => style.red(`        - ${valueText(one, extent)}`)),
      ...expected
        .filter((one) => !actual.includes(one))
        .map((one) => style.green(`        + ${valueText(one, extent)}`)),
    ];
  return [
    field,
    ...(actual === undefined ? [] : [style.red(`        - ${valueText(actual, extent)}`)]),
    ...(expected === undefined ? [] : [style.green(`        + ${valueText(expected, extent)}`)]),
  ];
}

/** One line for each thing that something new will hold. */
function contentLines(content: Readonly<Record<string, unknown>>, extent: Extent): readonly string[] {
  return Object.entries(content).flatMap(([key, value]) => {
    if (key === 'arn') return [];
    if (key === 'trust') return describeTrust(value, extent);
    if (value === undefined) return [`${key}: none`];
    if (Array.isArray(value)) return value.map((item) => `${key}: ${inertJson(item)}`);
    if (isRecord(value))
      return Object.entries(value).map(([name, inner]) => `${key}.${name}: ${valueText(inner, extent)}`);
    return [`${key}: ${inertJson(value)}`];
  });
}

/** Subjects of connections; statements of others as they stand. */
function describeTrust(trust: unknown, extent: Extent): readonly string[] {
  return toList<Statement>((trust as PolicyDocument).Statement).flatMap((statement) => {
    const subjects = readTrustStatement(statement)?.binding.subjects;
    return subjects
      ? subjects.map((subject) => `trusts ${subject}`)
      : [`trusts beside: ${valueText(statement, extent)}`];
  });
}

const isScalarList = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((member) => typeof member === 'string');

function valueText(value: unknown, extent: Extent): string {
  const text = inertJson(value);
  return extent === 'cut' && text.length > 320 ? `${text.slice(0, 319)}…` : text;
}

function findingsText(findings: readonly Finding[], style: Style): string {
  const colours = severityColours(style);
  const groups = [...groupItems(findings, ({ code }) => code)];
  const blocks = groups.map(([code, group]) => {
    const { severity, fix } = findingCatalogue[code];
    const lines = group.map(({ message }) => `    ${inert(message)}`);
    return [
      `${colours[severity]('!')} ${style.bold(code)}  ${style.dim(severity)}`,
      ...lines,
      `    ${style.dim(`-> ${fix}`)}`,
    ].join('\n');
  });
  return [style.underline('Findings'), ...blocks].join('\n');
}

function totalsText(changes: readonly GuardedChange[], findings: readonly Finding[], style: Style): string {
  const { held, ...kinds } = summarize(changes);
  const words = {
    create: 'to create',
    repair: 'to repair',
    adopt: 'to adopt',
    close: 'to close',
    delete: 'to delete',
  } as const;
  const parts = (['create', 'repair', 'adopt', 'close', 'delete'] as const)
    .filter((kind) => kinds[kind] > 0)
    .map((kind) => `${kinds[kind]} ${words[kind]}`);
  const work =
    [...parts, ...(held > 0 ? [`${held} held`] : []), ...waitingParts(findings)].join(', ') ||
    'nothing to do';
  const unread =
    listUnread(findings).length > 0
      ? `\n${style.yellow('Not complete:')} something could not be read (see the findings); nothing is decided about it.`
      : '';
  return `${style.bold('Plan:')} ${work}; ${counted(findings.length, 'finding')}.${unread}`;
}

/** What keeps a run from being converged although it has nothing to do, in numbers. */
export function waitingParts(findings: readonly Finding[]): readonly string[] {
  const { missing, unaccounted, settling } = countCoverage(findings);
  const parts = [
    [missing, 'missing'],
    [unaccounted, 'unaccounted for'],
    [settling, 'settling'],
  ] as const;
  return parts.filter(([number]) => number > 0).map(([number, word]) => `${number} ${word}`);
}
