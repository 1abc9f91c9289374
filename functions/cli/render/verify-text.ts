import type { VerifySubject } from '../../../shared/application/verify.ts';
import type { RunVerdict } from '../../../shared/application/verify-run.ts';
import type { Reading } from '../../../shared/domain/reading.ts';
import { failureCatalogue } from '../../../shared/domain/verify/failures.ts';
import type { FailureCode } from '../../../shared/domain/verify/failures.ts';
import type { NamesakeGuard, StaticVerdict } from '../../../shared/domain/verify/static-verdict.ts';
import type { Trial } from '../../../shared/domain/verify/trials.ts';
import type { Execution, PassiveEvidence } from '../../../shared/domain/verify/uses.ts';
import { timeText } from '../../../shared/domain/time-text.ts';
import { inert } from './inert.ts';
import type { Style } from './style.ts';

const outcomes: Readonly<Record<StaticVerdict['outcome'], string>> = {
  proven: 'its tokens get in, and nobody else is let in that should not be',
  refused: 'not as it should be',
  unread: 'could not be told',
};

const guards: Readonly<Record<NamesakeGuard, string>> = {
  iam: 'IAM keeps it out: its tokens carry another id.',
  pinned:
    'IAM cannot tell: its tokens carry the very same text. azfed knows the id of this connection, and closes the role in the pass that first sees another one under the name.',
  observed:
    'IAM cannot tell: its tokens carry the very same text. The grant only observes, so azfed reports it and closes nothing.',
  unpinned:
    'IAM cannot tell: its tokens carry the very same text. azfed has no record of this role yet; after azfed apply it knows the id.',
};

/** What the trust says, without anything having been run. */
export function staticText(name: string, { connectionId, verdict }: VerifySubject, style: Style): string {
  const { roleArn, outcome, trials, namesake, obstacles } = verdict;
  const colour = outcome === 'proven' ? style.green : outcome === 'refused' ? style.red : style.yellow;
  return [
    `${style.bold(inert(name))}  ${style.dim(connectionId)}`,
    `  role      ${inert(roleArn)}`,
    `  trust     ${colour(outcomes[outcome])}`,
    ...shown(trials).map((trial) => trialLine(trial, guards[namesake], style)),
    ...obstacles.flatMap(({ code, about }) => obstacleLines(code, about, style)),
  ].join('\n');
}

/** Of many neighbours that are kept out, the first stands for all. */
function shown(trials: readonly Trial[]): readonly (Trial & { readonly others: number })[] {
  const isKeptOut = ({ who, decision }: Trial) => who === 'a neighbour' && decision === 'denied';
  const keptOut = trials.filter(isKeptOut);
  return trials
    .filter((trial) => !isKeptOut(trial) || trial === keptOut[0])
    .map((trial) => ({ ...trial, others: trial === keptOut[0] ? keptOut.length - 1 : 0 }));
}

function trialLine(
  {
    who,
    subject,
    expected,
    decision,
    why,
    isAsExpected,
    isNamesake,
    others,
  }: Trial & { readonly others: number },
  guard: string,
  style: Style,
): string {
  const decided = decision === 'allowed' ? 'allowed' : 'denied ';
  const more = others > 0 ? ` and ${others} more` : '';
  const colour = expected === 'untold' ? style.yellow : isAsExpected ? style.green : style.red;
  const verdict = colour(decided);
  return `    ${verdict}  ${inert(subject)}${more}  ${style.dim(`${who}: ${isNamesake ? guard : inert(why)}`)}`;
}

function obstacleLines(code: FailureCode, about: string, style: Style): readonly string[] {
  const { title, where, mend } = failureCatalogue[code];
  return [
    `  ${style.red('!')} ${code}  ${title}: ${inert(about)}`,
    `      where   ${where}`,
    `      mend    ${mend}`,
  ];
}

/** What the past says. */
export function passiveText({ trail, roleLastUsed, executions }: PassiveEvidence, style: Style): string {
  return [
    `  ${style.bold('what the past says')}`,
    `    CloudTrail       ${read(trail, (seen) => trailLine(seen))}`,
    ...(trail.state === 'complete' ? failureLines(trail.value, style) : []),
    `    RoleLastUsed     ${read(roleLastUsed, (at) => (at === null ? 'never within 400 days' : timeText(at)))}`,
    `    jobs that named  ${read(executions, executionLine)}`,
  ].join('\n');
}

type Complete<T> = Extract<T, { readonly state: 'complete' }> extends { readonly value: infer V } ? V : never;
type Trail = Complete<PassiveEvidence['trail']>;

const read = <T>(reading: Reading<T>, say: (value: T) => string) =>
  reading.state === 'complete' ? say(reading.value) : `could not be read: ${inert(reading.message)}`;

function trailLine({ lastSuccess, since }: Trail): string {
  if (lastSuccess) return `got in ${timeText(lastSuccess.at)}, ${inert(lastSuccess.region)}`;
  return `no success since ${timeText(since)}`;
}

function failureLines({ lastFailure, isFailing }: Trail, style: Style): readonly string[] {
  if (!lastFailure) return [];
  const { at, error, failure } = lastFailure;
  const text = `refused ${timeText(at)}: ${inert(`${error?.code ?? ''} ${error?.message ?? ''}`.trim())}`;
  const line = `                     ${isFailing ? style.yellow(text) : style.dim(`${text}; it got in after that`)}`;
  if (!isFailing || !failure) return [line];
  const { title, mend } = failureCatalogue[failure];
  return [line, `                     ${failure}  ${title}. ${mend}`];
}

function executionLine({
  lastSuccess,
  lastFailure,
}: {
  readonly lastSuccess: Execution | null;
  readonly lastFailure: Execution | null;
}): string {
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
  { pipeline, runId, outcome, tasks, failure, authorization }: RunVerdict,
  style: Style,
): string {
  const proven = style.green('it got in, as this connection and into this role');
  return [
    `  ${style.bold(`what run ${runId} of ${inert(pipeline.name)} has shown`)}`,
    `    ${outcome === 'proven' ? proven : style.red('it did not get in as it should')}`,
    ...tasks.flatMap((task) =>
      task.failure
        ? [`    ${inert(task.task)}`, ...obstacleLines(task.failure, task.evidence, style)]
        : [`    ${inert(task.task)}  ${style.dim(inert(task.evidence))}`],
    ),
    ...(failure ? obstacleLines(failure, `run ${runId}`, style) : []),
    `    ${authorization === 'kept' ? style.red(authorizations.kept) : style.dim(authorizations[authorization])}`,
  ].join('\n');
}
