import { Argument } from 'commander';
import { resumeScopes } from '../../../shared/application/records/controls.ts';
import { decideOnConnection } from '../../../shared/application/records/records.ts';
import {
  breakerState,
  listCoveredConnections,
  inForce,
  otherPauses,
  sameScope,
  scopeNames,
} from '../../../shared/domain/guard/controls.ts';
import { recordResume } from '../../../shared/domain/guard/controls-recording.ts';
import type { RecordedConnection } from '../../../shared/domain/records/connection-record.ts';
import type { Breaker, Pause, PauseScope } from '../../../shared/domain/records/deployment-record.ts';
import { recordUndisputed } from '../../../shared/domain/recording/repair-loop-recording.ts';
import type { ScopeNames } from '../../../shared/domain/guard/controls.ts';
import type { Filter } from '../../../shared/application/reporting/selection.ts';
import { addFilterOptions, readFilter, type FilterOptions } from '../arguments/filter.ts';
import { selectConnectionIds } from './plan/interactive-plan.ts';
import { confirm } from '../console/approval-notes.ts';
import { openDeployment } from '../composition/deployment.ts';
import { knownPerson } from '../composition/aws-credentials.ts';
import { decisionDocument, pauseText } from '../output/controls-text.ts';
import { inert, printResult } from '../output/sanitize.ts';
import { wrapLines } from '../output/text.ts';
import type { ReadRecords, TypedScope } from '../arguments/scope-choice.ts';
import { chooseScopes, readRecords, scopeKinds } from '../arguments/scope-choice.ts';
import { deliverPending } from '../console/notices.ts';
import type { ExitCode, Invocation, Verb } from '../command-line/command.ts';
import { displayName } from '../../../shared/domain/azure-devops/service-connection.ts';

export const resumeVerb: Verb = (command, run) => {
  addFilterOptions(command, 'with connection: ')
    .addArgument(new Argument('<what>', 'the scope to resume').choices(scopeKinds))
    .argument('[name]', 'its name or id; for a connection also project/name; none with a filter')
    .action(
      run((invocation, of: TypedScope['of'], name: string | undefined, places: FilterOptions) =>
        resume(invocation, { of, name }, readFilter(places)),
      ),
    );
};

/** What a resume of the scope ends. */
interface Ending {
  readonly pauses: readonly Pause[];
  readonly breakers: readonly Breaker[];
  /** Connections over whose role somebody else's writes were disputed; only their own resume ends that. */
  readonly disputes: readonly RecordedConnection[];
}

async function resume(
  invocation: Invocation,
  typed: TypedScope,
  filter: Filter | undefined,
): Promise<ExitCode> {
  const deployment = await openDeployment(invocation, 'change');
  const { ports, configuration } = deployment;
  const now = ports.clock.now();
  const [records, actor] = await Promise.all([readRecords(deployment), ports.callers.caller()]);
  const scopes = await chooseScopes(typed, deployment, records, filter, (wanted) =>
    selectConnectionIds(deployment, wanted),
  );
  const ending = mergeEndings(scopes.map((scope) => buildEnding(records, scope, now)));
  const left = new Set(
    scopes.flatMap((scope) => otherPauses(records.controls, scope, records.recorded, now)),
  );
  const names = scopeNames(configuration, records.recorded);
  const isAny = Object.values(ending).some(({ length }) => length > 0);
  if (isAny) {
    const text = endingText(ending, names);
    const by = knownPerson(actor);
    if (!(await confirm(invocation, { text, question: 'Let writes go on?' }))) return 1;
    await resumeScopes(ports.state, configuration.accounts, scopes, by, now);
    for (const disputed of ending.disputes)
      await decideOnConnection(ports.state, disputed, (newest) => recordUndisputed(newest, by, now));
    await deliverPending(deployment, invocation);
  }
  const { terminal } = invocation;
  printResult(
    invocation,
    {
      schemaVersion: 1,
      ...(filter ? { scopes } : { scope: scopes[0] }),
      resumed: decisionDocument(toDocument(ending)),
      stillSuspendedBy: decisionDocument([...left]),
    },
    () =>
      wrapLines(
        [
          ...scopes.map((scope) => resultText(scope, isAny, names)),
          ...[...left].map((pause) => `Still suspended: ${pauseText(pause, names)}`),
        ].join('\n'),
        terminal.columns,
      ),
  );
  return 0;
}

const toDocument = ({ disputes, ...ending }: Ending) => ({
  ...ending,
  disputes: disputes.map(({ connectionId }) => connectionId),
});

const mergeEndings = (endings: readonly Ending[]): Ending => ({
  pauses: endings.flatMap(({ pauses }) => pauses),
  breakers: endings.flatMap(({ breakers }) => breakers),
  disputes: endings.flatMap(({ disputes }) => disputes),
});

function buildEnding({ controls, recorded }: ReadRecords, scope: PauseScope, now: number): Ending {
  const current = inForce(controls, now);
  const after = recordResume(current, scope, '', now);
  return {
    pauses: current.pauses.filter((pause) => sameScope(pause.scope, scope)),
    breakers: current.breakers.filter(
      (breaker) =>
        breakerState(current, breaker.scope, now) === 'tripped' &&
        breakerState(after, breaker.scope, now) === 'allowed',
    ),
    disputes: scope.of === 'connection' ? listCoveredConnections(scope, recorded).filter(isUndecided) : [],
  };
}

const isUndecided = (item: RecordedConnection) => recordUndisputed(item, '', 0) !== item;

function endingText({ pauses, breakers, disputes }: Ending, names: ScopeNames): string {
  return [
    ...pauses.map((pause) => `ends: suspended ${pauseText(pause, names)}`),
    ...breakers.map(({ scope }) => `goes on: ${inert(names(scope))}; for an hour it does not trip again`),
    ...disputes.map(
      ({ references }) => `is put back again when it drifts: ${inert(displayName(references))}`,
    ),
  ].join('\n');
}

function resultText(scope: PauseScope, isAny: boolean, names: ScopeNames): string {
  const place = inert(names(scope));
  return isAny
    ? `Resumed: ${place}`
    : `Nothing to resume: ${place} is not suspended, and nothing has tripped there.`;
}
