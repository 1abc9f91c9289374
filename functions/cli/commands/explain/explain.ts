import { observeWithin, readDesiredState } from '../../../../shared/application/observe/observe.ts';
import { ConfigError } from '../../../../shared/domain/kernel/errors.ts';
import { unreadIn } from '../../../../shared/domain/findings/finding.ts';
import type { CodeExplanation } from './code-explanation.ts';
import { explainCode, nearestCode } from './code-explanation.ts';
import { chooseConnection } from '../../arguments/connection-choice.ts';
import { openDeployment } from '../../composition/deployment.ts';
import { explainConnection } from './explanation.ts';
import { explanationText } from './explanation-text.ts';
import { inert, jsonText } from '../../output/sanitize.ts';
import { scopeOf } from '../../arguments/role-scope.ts';
import type { TrustQuestionOptions } from './trust-question.ts';
import {
  answerTrustQuestion,
  isTrustQuestion,
  trustAnswerDocument,
  trustAnswerText,
} from './trust-question.ts';
import type { ExitCode, Invocation, Verb } from '../../command-line/command.ts';

export const explainVerb: Verb = (command, run) => {
  command
    .argument(
      '[connection]',
      'id, project/name, or a name that only one connection has; or a code, such as role.not-owned',
    )
    .option(
      '--trust <file>',
      'a trust policy; explains how it decides about --claims, without access to an account',
    )
    .option('--claims <file>', 'the claims of a token, as JSON: iss, aud, sub and others')
    .option(
      '--context <file>',
      'further condition keys of the request, as JSON; null means that the request lacks the key',
    )
    .option(
      '--provider <arn>',
      'ARN of the OIDC provider; default: the provider of the issuer that the trust names',
    )
    .action((typed: string | undefined, options: TrustQuestionOptions) =>
      run(async (invocation) => explain(invocation, typed, options)),
    );
};

function explain(
  invocation: Invocation,
  typed: string | undefined,
  options: TrustQuestionOptions,
): Promise<ExitCode> | ExitCode {
  if (isTrustQuestion(options)) {
    if (typed !== undefined) throw tooMuch(typed);
    return showAnswer(invocation, options);
  }
  if (typed === undefined) throw tooLittle();
  const meanings = explainCode(typed);
  if (meanings.length > 0) return showMeanings(invocation, meanings);
  const near = nearestCode(typed);
  if (near !== undefined) throw noSuchCode(typed, near);
  return showConnection(invocation, typed);
}

async function showConnection(invocation: Invocation, typed: string): Promise<ExitCode> {
  const { ports, configuration } = await openDeployment(invocation);
  const desiredState = await readDesiredState(ports, configuration);
  const chosen = chooseConnection(typed, desiredState);
  const snapshot = await observeWithin(ports, desiredState, scopeOf(chosen, desiredState));
  const explanation = explainConnection(chosen, snapshot);
  const { terminal, options } = invocation;
  terminal.result(
    options.json
      ? jsonText({ schemaVersion: 1, ...explanation })
      : explanationText(explanation, terminal.style),
  );
  for (const message of unreadIn(snapshot.plan.findings))
    terminal.problem(`Could not be read: ${inert(message)}`);
  return snapshot.plan.isPartial ? 3 : 0;
}

/** Reads two files and nothing else: no configuration, no account. */
function showAnswer({ terminal, options }: Invocation, asked: TrustQuestionOptions): ExitCode {
  const answer = answerTrustQuestion(asked);
  terminal.result(options.json ? trustAnswerDocument(answer) : trustAnswerText(answer, terminal.style));
  return 0;
}

const tooLittle = () =>
  new ConfigError([
    {
      where: 'azfed explain',
      what: "Missing required argument 'connection'.",
      fix: 'See: azfed explain --help',
    },
  ]);

const tooMuch = (typed: string) =>
  new ConfigError([
    {
      where: `azfed explain ${typed}`,
      what: '--trust and --claims ask about files, not about a connection.',
      fix: `Leave out one of them: azfed explain ${typed}`,
    },
  ]);

/** Said before anything is looked at: whoever looks a code up may have no configuration at all. */
const noSuchCode = (typed: string, near: string) =>
  new ConfigError([
    {
      where: `code ${typed}`,
      what: 'azfed has no such code.',
      fix: `Did you mean ${near}? A connection of this name: type its project before it, Project/${typed}.`,
    },
  ]);

/** A code needs no configuration to be explained. */
function showMeanings({ terminal, options }: Invocation, meanings: readonly CodeExplanation[]): ExitCode {
  const text = ({ code, of, severity, meaning, fix }: CodeExplanation) =>
    [
      `${terminal.style.bold(code)}  ${terminal.style.dim([of, severity].filter(Boolean).join(', '))}`,
      `  ${meaning}`,
      ...(fix === undefined ? [] : [`  What to do: ${fix}`]),
    ].join('\n');
  terminal.result(options.json ? jsonText({ schemaVersion: 2, meanings }) : meanings.map(text).join('\n\n'));
  return 0;
}
