import type { Explanation, RoleStatus } from './explanation.ts';
import { decisionText } from '../../output/decision-text.ts';
import { inert, inertJson } from '../../output/sanitize.ts';
import type { Style } from '../../output/style.ts';

/** The explanation for people. */
export function explanationText(explanation: Explanation, style: Style): string {
  const { connection, connectionId, roleArn, expectedTrust, attempts, findings } = explanation;
  return [
    `${style.bold(inert(connection))}  ${style.dim(connectionId)}`,
    `  role      ${inert(roleArn)}`,
    `  state     ${stateText(explanation, style)}`,
    `  expected  ${inertJson(expectedTrust)}`,
    `  live      ${liveText(explanation)}`,
    ...(attempts.length > 0 ? ['  who may assume it now'] : []),
    ...attempts.map(
      (attempt) =>
        `    ${decisionText(attempt, style)}  ${inert(attempt.subject)}  ${style.dim(`${attempt.who}: ${inert(attempt.why)}`)}`,
    ),
    ...findings.map(({ code, message }) => `  ${style.yellow('!')} ${code}  ${inert(message)}`),
  ].join('\n');
}

const words: Readonly<Record<Exclude<RoleStatus, 'change' | 'as-desired'>, string>> = {
  unread: 'not known',
  unmanaged: 'not managed by azfed',
  absent: 'not there',
  off: 'not as it should be',
};

function stateText({ status, statusReason, change }: Explanation, style: Style): string {
  if (status === 'as-desired') return 'as it should be';
  if (change && status === 'change') return `${change.kind} (${change.cause}): ${inert(change.reason)}`;
  const word = status === 'change' ? status : words[status];
  return `${style.yellow(word)}: ${inert(statusReason)}`;
}

function liveText({ liveTrust, roleState }: Explanation): string {
  if (liveTrust) return inertJson(liveTrust);
  return roleState === 'unread' ? 'could not be read' : 'there is no such role';
}
