import { findAccountListGap } from '../../../../shared/domain/configuration/account-list.ts';
import { existsSync } from 'node:fs';
import { observeDesiredState, readDesiredState } from '../../../../shared/application/observe/observe.ts';
import { ConfigError } from '../../../../shared/domain/kernel/errors.ts';
import { listUnread } from '../../../../shared/domain/findings/finding.ts';
import { chooseConnection } from '../../arguments/connection-choice.ts';
import { openDeployment } from '../../composition/deployment.ts';
import { readReachedRoles } from '../../../../shared/application/checks/reached-roles.ts';
import { describeReached } from '../../../../shared/domain/entries/reached-roles.ts';
import { formatHolder } from '../../../../shared/domain/entries/holder-text.ts';
import { explainConnection, findLiveRole, type Explanation, type RoleStatus } from './explanation.ts';
import { inert, inertJson, printResult, quoteWord } from '../../output/sanitize.ts';
import { selectRunScope } from '../../arguments/scope-choice.ts';
import type { TrustQuestionOptions } from './trust-question.ts';
import {
  answerTrustQuestion,
  isTrustQuestion,
  trustAnswerDocument,
  trustAnswerText,
} from './trust-question.ts';
import {
  resolveSettings,
  sayUnread,
  type ExitCode,
  type Invocation,
  type Verb,
} from '../../command-line/command.ts';
import { explainCode, findNearestCode, findNearestWord, type CodeExplanation } from './code-explanations.ts';
import { compareStatements } from '../../../../shared/domain/policy/canonical-policy.ts';
import { createLayout, selectLayout, shortenArns, shortenClaims, type Layout } from '../../output/layout.ts';
import { indentLines, statementLines } from '../../output/statement-text.ts';
import { wrapText } from '../../output/text.ts';
import { decisionText } from '../../output/controls-text.ts';

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
    .action(run(explain));
};

async function explain(
  invocation: Invocation,
  typed: string | undefined,
  options: TrustQuestionOptions,
): Promise<ExitCode> {
  if (isTrustQuestion(options)) {
    if (typed !== undefined) throw tooMuch(typed);
    return showAnswer(invocation, options);
  }
  if (typed === undefined) throw tooLittle();
  const meanings = explainCode(typed);
  if (meanings.length > 0) return showMeanings(invocation, meanings);
  const near = findNearestCode(typed);
  if (near !== undefined) throw noSuchCode(typed, near);
  const word = findNearestWord(typed);
  // Without a configuration there is no connection that could be meant.
  if (word !== undefined && !existsSync(resolveSettings(invocation).path))
    throw new ConfigError(noSuchWord(typed, word));
  return showConnection(invocation, typed).catch((error: unknown) => {
    if (word === undefined || !(error instanceof ConfigError)) throw error;
    throw new ConfigError([...error.problems, noSuchWord(typed, word)]);
  });
}

/** It may have been a connection or a word of a screen: both answers are given. */
const noSuchWord = (typed: string, near: string) => ({
  where: `code ${typed}`,
  what: 'azfed has no such code.',
  fix: `Did you mean ${near}?`,
});

async function showConnection(invocation: Invocation, typed: string): Promise<ExitCode> {
  const deployment = await openDeployment(invocation);
  const { ports, configuration } = deployment;
  const desiredState = await readDesiredState(ports, configuration);
  const chosen = chooseConnection(typed, desiredState);
  const snapshot = await observeDesiredState(ports, desiredState, selectRunScope(chosen, desiredState));
  const live = findLiveRole(snapshot);
  const [reached = { roles: [], unread: [] }] = await readReachedRoles(
    ports.accounts,
    configuration.accounts,
    live ? [live] : [],
  );
  const explanation = explainConnection(chosen, snapshot, reached);
  const { terminal } = invocation;
  printResult(
    invocation,
    { schemaVersion: 1, ...explanation, accountList: findAccountListGap(configuration) },
    () => explanationText(explanation, selectLayout(invocation, deployment)),
  );
  sayUnread(terminal, [
    ...listUnread(snapshot.plan.findings),
    ...reached.unread.map((account) => `which roles of account ${account} trust this role`),
  ]);
  return snapshot.plan.isPartial ? 3 : 0;
}

/** Reads two files and nothing else: no configuration, no account. */
function showAnswer({ terminal, options }: Invocation, asked: TrustQuestionOptions): ExitCode {
  const answer = answerTrustQuestion(asked);
  terminal.result(
    options.json
      ? trustAnswerDocument(answer)
      : trustAnswerText(answer, createLayout(terminal, { accounts: [] }, 0)),
  );
  return 0;
}

const tooLittle = () =>
  new ConfigError({
    where: 'azfed explain',
    what: "Missing required argument 'connection'.",
    fix: 'See: azfed explain --help',
  });

const tooMuch = (typed: string) =>
  new ConfigError({
    where: `azfed explain ${quoteWord(typed)}`,
    what: '--trust and --claims ask about files, not about a connection.',
    fix: `Leave out one of them: azfed explain ${quoteWord(typed)}`,
  });

/** Said before anything is looked at: whoever looks a code up may have no configuration at all. */
const noSuchCode = (typed: string, near: string) =>
  new ConfigError({
    where: `code ${typed}`,
    what: 'azfed has no such code.',
    fix: `Did you mean ${near}? A connection of this name: type its project before it, Project/${typed}.`,
  });

/** A code needs no configuration to be explained. */
function showMeanings({ terminal, options }: Invocation, meanings: readonly CodeExplanation[]): ExitCode {
  const { style, columns } = terminal;
  const text = ({ code, of, severity, meaning, fix }: CodeExplanation) =>
    [
      `${style.bold(code)}  ${style.dim([of, severity].filter(Boolean).join(', '))}`,
      wrapText(meaning, columns, '  '),
      ...(fix === undefined ? [] : [wrapText(`What to do: ${fix}`, columns, '  ')]),
    ].join('\n');
  printResult({ terminal, options }, { schemaVersion: 2, meanings }, () => meanings.map(text).join('\n\n'));
  return 0;
}

/** The explanation for people. */
export function explanationText(explanation: Explanation, layout: Layout): string {
  const { connection, connectionId, roleArn, attempts, findings } = explanation;
  const { doors, reachedThrough } = explanation;
  const { style, columns } = layout;
  const say = (text: string, first: string, hanging?: string) =>
    wrapText(inert(shortenArns(text, layout)), columns, first, hanging);
  return [
    wrapText(style.dim(connectionId), columns, `${style.bold(inert(connection))}  `, '  '),
    `  role      ${inert(shortenArns(roleArn, layout))}`,
    say(stateText(explanation), '  state     '),
    ...trustLines(explanation, layout),
    ...permissionLines(explanation, layout),
    ...(attempts.length > 0 ? ['  who may assume it now'] : []),
    ...attempts.map((attempt) =>
      say(
        `${attempt.subject}  ${attempt.who}: ${shortenClaims(attempt.why, layout)}`,
        `    ${decisionText(attempt, style)}  `,
        '      ',
      ),
    ),
    ...(doors.length > 0 ? ['  who is behind each subject'] : []),
    ...doors.map(({ match, subject, holder }) =>
      say(`${match === 'any' ? 'any subject' : subject}  ${formatHolder(holder)}`, '    ', '      '),
    ),
    ...(reachedThrough.roles.length > 0 ? ['  reached through this role'] : []),
    ...reachedThrough.roles.map((role) => say(describeReached(role), '    ', '      ')),
    ...findings.map(({ code, message }) => say(message, `  ${style.yellow('!')} ${code}  `, '    ')),
  ].join('\n');
}

/** The statements of the live trust beside those that are expected; both as JSON with `-o wide`. */
function trustLines(explanation: Explanation, layout: Layout): readonly string[] {
  const { expectedTrust, liveTrust } = explanation;
  if (layout.isWide)
    return [`  expected  ${inertJson(expectedTrust)}`, `  live      ${liveText(explanation)}`];
  const compared = compareStatements(expectedTrust, liveTrust ?? expectedTrust).map(
    ({ change, statement }) => ({ mark: statementMarks[change], statement }),
  );
  const isDifferent = compared.some(({ mark }) => mark !== ' ');
  const legend = isDifferent ? '+ in IAM and not expected, - expected and not in IAM' : 'as expected';
  return [
    ...(liveTrust ? [`  trust     ${legend}`] : [`  live      ${liveText(explanation)}`, '  expected']),
    ...indentLines(statementLines('trust', compared, layout)),
  ];
}

const statementMarks = { added: '+', removed: '-', kept: ' ' } as const;

/** What somebody else keeps of the role: shown, and never compared or written. */
function permissionLines({ livePermissions }: Explanation, layout: Layout): readonly string[] {
  if (!livePermissions) return [];
  const { boundary, managedPolicies, inlinePolicies, maxSessionDuration, description, tags } =
    livePermissions;
  const policies = [...managedPolicies, ...Object.keys(inlinePolicies).map((name) => `inline ${name}`)];
  return [
    '  not azfed’s (permissions: unmanaged; shown as they are)',
    `    boundary  ${inert(shortenArns(boundary ?? 'none', layout))}`,
    wrapText(inert(shortenArns(policies.join(', ') || 'none', layout)), layout.columns, '    policies  '),
    `    sessions  ${maxSessionDuration} s`,
    `    other     ${inertJson({ description, tags })}`,
  ];
}

const words: Readonly<Record<Exclude<RoleStatus, 'change' | 'as-desired'>, string>> = {
  unread: 'not known',
  unmanaged: 'not managed by azfed',
  absent: 'not there',
  off: 'not as it should be',
};

function stateText({ status, statusReason, change }: Explanation): string {
  if (status === 'as-desired') return 'as it should be';
  if (change && status === 'change') return `${change.kind} (${change.cause}): ${change.reason}`;
  const word = status === 'change' ? status : words[status];
  return `${word}: ${statusReason}`;
}

function liveText({ liveTrust, roleState }: Explanation): string {
  if (liveTrust) return inertJson(liveTrust);
  return roleState === 'unread' ? 'could not be read' : 'there is no such role';
}
