import { finding, type Finding, type FindingCode } from '../findings/finding.ts';
import { displayName, isSessionName, type ServiceConnection } from '../azure-devops/service-connection.ts';

/** What is wrong with the fields of the connection; none of it stops the federation. */
export function fieldFindings(connection: ServiceConnection): readonly Finding[] {
  const { oidc, hasAccessKey, hasExternalId, isReady, sessionName, requestedRoleArn } = connection;
  const isOn = oidc === 'on';
  const found = (isFound: boolean | null, ...[code, what]: readonly [FindingCode, string]) =>
    isFound ? [about(code, connection, what)] : [];
  const isBadName = sessionName !== undefined && !isSessionName(sessionName);
  return [
    ...found(!isOn && oidc !== null && hasAccessKey, 'connection.static-keys', 'holds a static access key'),
    ...found(isOn && hasAccessKey, 'connection.leftover-key', 'asks for OIDC but still holds a key'),
    ...found(isOn && hasExternalId, 'connection.external-id', 'has an external id beside OIDC'),
    ...found(oidc === 'unclear', 'connection.oidc-unclear', 'has an unclear "Use OIDC" field'),
    ...found(isOn && isReady === false, 'connection.not-ready', 'is not ready'),
    ...found(
      isBadName && requestedRoleArn !== '',
      'connection.session-name',
      `has the role session name ${quoted(sessionName ?? '')}, which STS refuses`,
    ),
    ...found(
      doTasksDisagree(connection),
      'connection.tasks-disagree',
      `signs in ${connection.powerShellOidc ? 'with OIDC in the PowerShell task alone' : 'without OIDC in the PowerShell task alone'}`,
    ),
  ];
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
