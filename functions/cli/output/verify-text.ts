import type { VerifySubject } from '../../../shared/application/checks/verify.ts';
import type { RunVerdict } from '../../../shared/application/checks/verify-run.ts';
import type { Reading } from '../../../shared/domain/kernel/result.ts';
import { failureCatalogue, type FailureCode } from '../../../shared/domain/verify/failures.ts';
import { selectFix } from '../../../shared/domain/verify/static-verdict.ts';
import type { NamesakeGuard, Obstacle, StaticVerdict } from '../../../shared/domain/verify/static-verdict.ts';
import type { Trial } from '../../../shared/domain/verify/trials.ts';
import type { Execution, PassiveEvidence } from '../../../shared/domain/verify/uses.ts';
import { timeText, HOUR_MS } from '../../../shared/domain/kernel/durations.ts';
import { inert } from './sanitize.ts';
import { decisionText } from './controls-text.ts';
import { shortenArns, type Layout } from './layout.ts';
import type { Style } from './style.ts';
import { fitTable, whole } from './table.ts';
import { wrapLines, wrapText } from './text.ts';
import { groupItems } from '../../../shared/domain/kernel/group-by.ts';

const outcomes: Readonly<Record<StaticVerdict['outcome'], string>> = {
  proven: 'its tokens get in, and nobody else is let in that should not be',
  refused: 'not as it should be',
  unread: 'unknown',
};

const guards: Readonly<Record<NamesakeGuard, string>> = {
  iam: 'IAM keeps it out: its tokens carry another id.',
  pinned:
    'IAM cannot distinguish them: their tokens have the same subject. azfed knows the id of this connection, and closes the role in the run that first sees another one under the name.',
  observed:
    'IAM cannot distinguish them: their tokens have the same subject. The grant only observes, so azfed reports it and closes nothing.',
  hidden:
    'IAM cannot distinguish them: their tokens have the same subject. The connection is not listed: one of its name that azfed is not shown could be using the role now.',
  unpinned:
    'IAM cannot distinguish them: their tokens have the same subject. azfed has no record of this role yet; after azfed apply it knows the id.',
};

const unadopted =
  'IAM cannot distinguish them: their tokens have the same subject. azfed did not make this role and has no record of it; after azfed adopt it knows the id.';

/** What the trust says, without anything having been run. */
export function staticText(name: string, { connectionId, verdict }: VerifySubject, layout: Layout): string {
  const { style, columns } = layout;
  const { roleArn, outcome, trials, namesake, needsAdoption, obstacles } = verdict;
  const guard = namesake === 'unpinned' && needsAdoption ? unadopted : guards[namesake];
  const colour = outcome === 'proven' ? style.green : outcome === 'refused' ? style.red : style.yellow;
  return [
    wrapText(style.dim(connectionId), columns, `${style.bold(inert(name))}  `, '  '),
    `  role      ${inert(shortenArns(roleArn, layout))}`,
    wrapText(colour(outcomes[outcome]), columns, '  trust     '),
    ...(trials.length > 0 ? ['  who gets in', ...trialLines(trials, layout)] : []),
    ...(trials.some(({ isNamesake }) => isNamesake) ? [wrapText(guard, columns, '    namesake  ')] : []),
    ...[...groupItems(obstacles, ({ code }) => code).values()].flatMap((same) =>
      obstacleLines(joinObstacles(same), layout),
    ),
  ].join('\n');
}

/** A row for each visitor: neighbours who are all kept out, or all let in, are one. */
function trialLines(trials: readonly Trial[], layout: Layout): readonly string[] {
  const rows = layout.isWide ? trials.map((trial) => ({ ...trial, others: 0 })) : foldNeighbours(trials);
  const { lines } = fitTable(
    [
      whole(''),
      { heading: 'WHO', wraps: true },
      { heading: 'SUBJECT', wraps: true },
      ...(layout.isWide ? ['WHY'] : []),
    ],
    rows.map(({ who, subject, others, why, ...trial }) => [
      decisionText(trial, layout.style),
      others > 0 ? `${others + 1} neighbours, such as` : who,
      inert(subject),
      inert(why),
    ]),
    layout.columns === undefined ? undefined : layout.columns - INDENT.length,
  );
  const odd = layout.isWide ? [] : trials.filter(({ isAsExpected }) => !isAsExpected);
  const reasons = [...new Set(odd.map(({ why }) => inert(why)))];
  return [
    ...lines.map((line) => line.replaceAll(/^/gm, INDENT)),
    ...reasons.map((reason) => wrapText(reason, layout.columns, `${INDENT}because  `)),
  ];
}

const INDENT = '    ';

function foldNeighbours(trials: readonly Trial[]): readonly (Trial & { readonly others: number })[] {
  const isNeighbour = ({ who }: Trial) => who === 'a neighbour';
  const alike = (a: Trial) => trials.filter((b) => isNeighbour(b) && b.decision === a.decision);
  return trials
    .filter((trial) => !isNeighbour(trial) || alike(trial)[0] === trial)
    .map((trial) => ({ ...trial, others: isNeighbour(trial) ? alike(trial).length - 1 : 0 }));
}

/** One for all that have the same code: what helps is the same. */
function joinObstacles(same: readonly Obstacle[]): Obstacle {
  const [first, ...others] = same as readonly [Obstacle, ...Obstacle[]];
  return {
    ...first,
    about: others.length > 0 ? `${first.about} and ${others.length} more, listed above` : first.about,
  };
}

function obstacleLines({ code, about, fix }: Obstacle, { style, columns }: Layout): readonly string[] {
  const { title, where } = failureCatalogue[code];
  return [
    wrapText(`${title}: ${inert(about)}`, columns, `  ${style.red('!')} ${code}  `, '    '),
    wrapText(where, columns, '      where  '),
    wrapText(fix, columns, '      fix    '),
  ];
}

/** What to do about a failure of the connection that is verified. */
const fixer =
  ({ connectionId, verdict: { needsAdoption } }: VerifySubject) =>
  (code: FailureCode) =>
    selectFix(code, { connectionId, needsAdoption });

/** What the past says. */
export function passiveText(
  subject: VerifySubject,
  { trail, roleLastUsed, executions }: PassiveEvidence,
  { style, columns }: Layout,
): string {
  const lines = [
    `  ${style.bold('what the past says')}`,
    `    CloudTrail       ${read(trail, (seen) => trailLine(seen))}`,
    ...(trail.state === 'complete' ? failureLines(trail.value, fixer(subject), style) : []),
    `    RoleLastUsed     ${read(roleLastUsed, (at) => (at === null ? 'never within 400 days' : timeText(at)))}`,
    `    jobs that named  ${read(executions, executionLine)}`,
  ];
  return wrapLines(lines.join('\n'), columns);
}

type Complete<T> = Extract<T, { readonly state: 'complete' }> extends { readonly value: infer V } ? V : never;
type Trail = Complete<PassiveEvidence['trail']>;

const read = <T>(reading: Reading<T>, say: (value: T) => string) =>
  reading.state === 'complete' ? say(reading.value) : `could not be read: ${inert(reading.message)}`;

function trailLine({ lastSuccess, successesSince, readAt }: Trail): string {
  if (lastSuccess) return `got in ${timeText(lastSuccess.at)}, ${inert(lastSuccess.region)}`;
  return `no success in ${spanText(Date.parse(readAt) - Date.parse(successesSince))}`;
}

/** How far back was looked: the past is told by its length, because nothing says that anything began at its end. */
function spanText(milliseconds: number): string {
  const hours = Math.round(milliseconds / HOUR_MS);
  if (hours < 1) return 'the last hour';
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}

type Fixer = (code: FailureCode) => string;

function failureLines(trail: Trail, fix: Fixer, style: Style): readonly string[] {
  return [...ownFailureLines(trail, fix, style), ...foreignFailureLines(trail, style)];
}

/** CloudTrail may leave out whose token STS refused: then it is nobody's failure, and a hint. */
function foreignFailureLines({ lastFailureOfUnknown }: Trail, style: Style): readonly string[] {
  if (!lastFailureOfUnknown) return [];
  const { at, error } = lastFailureOfUnknown;
  const what = inert(`${error?.code ?? ''} ${error?.message ?? ''}`.trim());
  return [
    `                     ${style.dim(`a token was refused ${timeText(at)}, and CloudTrail does not say whose: ${what}`)}`,
  ];
}

function ownFailureLines({ lastFailure, isFailing }: Trail, fix: Fixer, style: Style): readonly string[] {
  if (!lastFailure) return [];
  const { at, error, failure } = lastFailure;
  const text = `refused ${timeText(at)}: ${inert(`${error?.code ?? ''} ${error?.message ?? ''}`.trim())}`;
  const line = `                     ${isFailing ? style.yellow(text) : style.dim(`${text}; it got in after that`)}`;
  if (!isFailing || !failure) return [line];
  return [line, `                     ${failure}  ${failureCatalogue[failure].title}. ${fix(failure)}`];
}

function executionLine(executions: {
  readonly lastSuccess: Execution | null;
  readonly lastFailure: Execution | null;
}): string {
  const { lastSuccess, lastFailure } = executions;
  const said = [lastSuccess, lastFailure].flatMap((job) =>
    job ? [`${inert(job.result)} ${timeText(job.at)}${job.pipeline ? ` (${inert(job.pipeline)})` : ''}`] : [],
  );
  return said.join(', ') || 'none';
}

const authorizations: Readonly<Record<RunVerdict['authorization'], string>> = {
  'there-before': 'the pipeline may use the connection, as it could before',
  'taken-back': 'the right to use the connection was taken back',
  kept: 'the right to use the connection could NOT be taken back: do so in the settings of the connection',
};

/** What a run has shown. */
export function runText(
  subject: VerifySubject,
  { pipeline, runId, outcome, tasks, failure, authorization }: RunVerdict,
  layout: Layout,
): string {
  const { style } = layout;
  const shown = {
    proven: style.green('it got in, as this connection and into this role'),
    refused: style.red('it did not get in as it should'),
    unread: style.yellow('nothing went wrong in what it logged, and that does not prove that it got in'),
  }[outcome];
  const fix = fixer(subject);
  return [
    `  ${style.bold(`what run ${runId} of ${inert(pipeline.name)} has shown`)}`,
    `    ${shown}`,
    ...tasks.flatMap((task) =>
      task.failure
        ? [
            `    ${inert(task.task)}`,
            ...obstacleLines({ code: task.failure, about: task.evidence, fix: fix(task.failure) }, layout),
          ]
        : [`    ${inert(task.task)}  ${style.dim(inert(task.evidence))}`],
    ),
    ...(failure ? obstacleLines({ code: failure, about: `run ${runId}`, fix: fix(failure) }, layout) : []),
    `    ${authorization === 'kept' ? style.red(authorizations.kept) : style.dim(authorizations[authorization])}`,
  ].join('\n');
}
