import { finding, type Finding, type FindingCode } from '../findings/finding.ts';
import { displayName, isSessionName, type ServiceConnection } from '../azure-devops/service-connection.ts';

type FieldProblem = readonly [
  code: FindingCode,
  isFound: (connection: ServiceConnection) => boolean | null,
  describe: (connection: ServiceConnection) => string,
];

const problems: readonly FieldProblem[] = [
  [
    'connection.static-keys',
    ({ oidc, hasAccessKey }) => oidc !== 'on' && oidc !== null && hasAccessKey,
    () => 'holds a static access key',
  ],
  [
    'connection.leftover-key',
    ({ oidc, hasAccessKey }) => oidc === 'on' && hasAccessKey,
    () => 'asks for OIDC but still holds a key',
  ],
  [
    'connection.external-id',
    ({ oidc, hasExternalId }) => oidc === 'on' && hasExternalId,
    () => 'has an external id beside OIDC',
  ],
  ['connection.oidc-unclear', ({ oidc }) => oidc === 'unclear', () => 'has an unclear "Use OIDC" field'],
  ['connection.not-ready', ({ oidc, isReady }) => oidc === 'on' && isReady === false, () => 'is not ready'],
  [
    'connection.session-name',
    ({ sessionName, requestedRoleArn }) =>
      sessionName !== undefined && !isSessionName(sessionName) && requestedRoleArn !== '',
    ({ sessionName = '' }) => `has the role session name ${quoted(sessionName)}, which STS refuses`,
  ],
  [
    'connection.tasks-disagree',
    doTasksDisagree,
    ({ powerShellOidc }) =>
      `signs in ${powerShellOidc ? 'with OIDC in the PowerShell task alone' : 'without OIDC in the PowerShell task alone'}`,
  ],
];

/** What is wrong with the fields of the connection; none of it stops the federation. */
export function fieldFindings(connection: ServiceConnection): readonly Finding[] {
  return problems
    .filter(([, isFound]) => isFound(connection))
    .map(([code, , describe]) => about(code, connection, describe(connection)));
}

/** The JavaScript tasks take OIDC for exactly `true`, no key and a role; PowerShell as `powerShellOidc` says. */
function doTasksDisagree(connection: ServiceConnection): boolean {
  const { oidc, hasAccessKey, requestedRoleArn, powerShellOidc } = connection;
  if (powerShellOidc === undefined || oidc === 'unclear' || oidc === null) return false;
  if (oidc === 'off') return powerShellOidc;
  if (hasAccessKey === null || requestedRoleArn === null) return false;
  return powerShellOidc !== (!hasAccessKey && requestedRoleArn !== '');
}

const LONGEST_QUOTE = 200;

/** So that blanks can be seen. */
export function quoted(text: string): string {
  return text.length <= LONGEST_QUOTE
    ? JSON.stringify(text)
    : `${JSON.stringify(text.slice(0, LONGEST_QUOTE))} (cut; ${text.length} characters)`;
}

/** A finding about a connection; the sentence begins with the connection's names, or its id where none is shown. */
export function about(
  code: FindingCode,
  connection: ServiceConnection,
  what: string,
  evidence: Readonly<Record<string, unknown>> = {},
): Finding {
  const { id, references } = connection;
  const name = references.length === 0 ? `Connection ${id}` : displayName(references);
  return finding(code, `${name} ${what}.`, {
    connectionId: connection.id,
    evidence,
  });
}
