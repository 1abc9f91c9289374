import { pauseSentence, personName, type ScopeNames } from '../../../shared/domain/guard/controls.ts';
import type {
  Approval,
  Breaker,
  BreakerScope,
  Controls,
  Pause,
  PauseScope,
  Person,
} from '../../../shared/domain/records/deployment-record.ts';
import { formatInstant, timeText } from '../../../shared/domain/kernel/durations.ts';
import { counted } from '../../../shared/domain/kernel/counted.ts';
import { inert, quoteWord } from './sanitize.ts';
import type { Layout } from './layout.ts';
import type { Style } from './style.ts';
import { wrapText } from './text.ts';
import type { Trial } from '../../../shared/domain/verify/trials.ts';

/** What ends the pause, or lets automatic runs go on after the breaker. */
function resumeCommand(scope: PauseScope | BreakerScope): string {
  switch (scope.of) {
    case 'everything':
      return 'azfed resume everything';
    case 'grant':
      return `azfed resume grant ${quoteWord(scope.name)}`;
    case 'drift':
      return `azfed resume account ${scope.account}`;
    case 'absence':
      return `azfed resume organization ${scope.organization}`;
    case 'organization':
    case 'account':
    case 'connection':
      return `azfed resume ${scope.of} ${scope.id}`;
  }
}

export const personText = (person: Person): string => inert(personName(person));

export const pauseText = (pause: Pause, names: ScopeNames): string => inert(pauseSentence(pause, names));

/** A decision as documents have it: every number in it is a time, and becomes ISO text. */
export const decisionDocument = (decision: unknown): unknown =>
  JSON.parse(
    JSON.stringify(decision ?? null, (_, value: unknown) =>
      typeof value === 'number' ? formatInstant(value) : value,
    ),
  );

/** With whether it counts by the configuration of now. */
type ShownApproval = Approval & { readonly counts: boolean };

export interface ShownControls extends Controls {
  readonly approvals: readonly ShownApproval[];
}

/** What people have decided, and what breakers have, as far as it holds now; a line each, none when all is as usual. */
export function controlsText(
  { bootstrapped, pauses, breakers, approvals }: ShownControls,
  names: ScopeNames,
  { style, columns }: Pick<Layout, 'style' | 'columns'>,
  flag = '',
): string {
  const line = (word: string, text: string, command: string) => {
    const next = command === '' ? '' : `  \`${inert(command + flag)}\``;
    return wrapText(`${text}${next}`, columns, `${style.yellow(word.padEnd(9))} `);
  };
  return [
    ...(bootstrapped
      ? []
      : [line('observing', 'nobody has let automatic runs write yet', 'azfed bootstrap')]),
    ...pauses.map((pause) => line('suspended', pauseText(pause, names), resumeCommand(pause.scope))),
    ...breakers.map((breaker) =>
      line('breaker', breakerText(breaker, names), breaker.resumed ? '' : resumeCommand(breaker.scope)),
    ),
    ...approvals.map((approval) => line('approved', approvalText(approval), '')),
  ]
    .map((text) => text.trimEnd())
    .join('\n');
}

function breakerText({ scope, at, resumed }: Breaker, names: ScopeNames): string {
  const what = `${inert(names(scope))} since ${timeText(at)}`;
  return resumed
    ? `${what}; ${personText(resumed.by)} let runs go on, until ${timeText(resumed.until)} it does not trip again`
    : `${what}; automatic runs only observe there`;
}

function approvalText({ planId, changes, by, until, counts }: ShownApproval): string {
  const what = `${counted(changes.length, 'change')} of ${inert(planId)} by ${personText(by)} until ${timeText(until)}`;
  return counts ? what : `${what}; does not count, since no list of people names them as an approver now`;
}

/**
 * What the trust says to a token, coloured by whether that is as expected: green where the connection gets in and a
 * impostor does not, red where it is the other way round, yellow where it cannot be told or is not for IAM to know.
 */
export function decisionText(
  { decision, expected, isAsExpected }: Pick<Trial, 'decision' | 'expected' | 'isAsExpected'>,
  style: Style,
): string {
  // An impostor who may get in is no better than one who does.
  const isUnclear = expected === 'untold' || (expected === 'allowed' && decision === 'uncertain');
  const colour = isUnclear ? style.yellow : isAsExpected ? style.green : style.red;
  return colour(decision.padEnd('allowed'.length));
}
