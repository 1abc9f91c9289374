import { Argument } from 'commander';
import { decide } from '../../../shared/application/decide.ts';
import { breakerState, otherPauses, sameScope } from '../../../shared/domain/controls.ts';
import { recordResume } from '../../../shared/domain/controls-recording.ts';
import type {
  Breaker,
  Pause,
  PauseScope,
  RecordedControls,
} from '../../../shared/domain/recorded-controls.ts';
import { agree } from '../agreement.ts';
import { openDeployment } from '../deployment.ts';
import type { ScopeNames } from '../render/controls-text.ts';
import { pauseText, scopeNames } from '../render/controls-text.ts';
import { inert, jsonText } from '../render/inert.ts';
import type { TypedScope } from '../scope-choice.ts';
import { chooseScope, readRecords, scopeKinds } from '../scope-choice.ts';
import { tellWebhooks } from '../telling.ts';
import type { ExitCode, Invocation, Verb } from '../verb.ts';

export const resumeVerb: Verb = (command, run) => {
  command
    .addArgument(new Argument('<what>', 'what goes on').choices(scopeKinds))
    .argument('[name]', 'its name or id; of a connection also project/name')
    .action((of: TypedScope['of'], name: string | undefined) =>
      run((invocation) => resume(invocation, { of, name })),
    );
};

/** What a resume of the scope ends. */
interface Ending {
  readonly pauses: readonly Pause[];
  readonly breakers: readonly Breaker[];
}

async function resume(invocation: Invocation, typed: TypedScope): Promise<ExitCode> {
  const deployment = await openDeployment(invocation);
  const { ports, configuration } = deployment;
  const now = ports.clock.now();
  const [records, by = ''] = await Promise.all([readRecords(deployment), ports.callers.caller()]);
  const { controls, recorded } = records;
  const scope = await chooseScope(typed, deployment, records);
  const ending = endingOf(controls, scope, now);
  const left = otherPauses(controls, scope, recorded, now);
  const names = scopeNames(configuration, recorded);
  const isAny = ending.pauses.length + ending.breakers.length > 0;
  if (isAny) {
    const text = endingText(ending, names);
    if (!(await agree(invocation, { text, question: 'Let writes go on?' }))) return 1;
    await decide(ports.state, (newest) => recordResume(newest, scope, by, now));
    await tellWebhooks(deployment, invocation);
  }
  const { terminal, options } = invocation;
  terminal.result(
    options.json
      ? jsonText({ schemaVersion: 1, scope, resumed: ending, stillSuspendedBy: left })
      : [
          resultText(scope, isAny, names),
          ...left.map((pause) => `Still suspended: ${pauseText(pause, names)}`),
        ].join('\n'),
  );
  return 0;
}

function endingOf(controls: RecordedControls, scope: PauseScope, now: number): Ending {
  const after = recordResume(controls, scope, '', now);
  return {
    pauses: after === controls ? [] : controls.pauses.filter((pause) => sameScope(pause.scope, scope)),
    breakers: controls.breakers.filter(
      (breaker) =>
        breakerState(controls, breaker.scope, now) === 'tripped' &&
        breakerState(after, breaker.scope, now) === 'allowed',
    ),
  };
}

function endingText({ pauses, breakers }: Ending, names: ScopeNames): string {
  return [
    ...pauses.map((pause) => `ends: suspended ${pauseText(pause, names)}`),
    ...breakers.map(({ scope }) => `goes on: ${inert(names(scope))}; for an hour it does not trip again`),
  ].join('\n');
}

function resultText(scope: PauseScope, isAny: boolean, names: ScopeNames): string {
  const place = inert(names(scope));
  return isAny
    ? `Resumed: ${place}`
    : `Nothing to resume: ${place} is not suspended, and no breaker has tripped there.`;
}
