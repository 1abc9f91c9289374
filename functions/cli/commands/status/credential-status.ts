import { readDesiredState } from '../../../../shared/application/observe/observe.ts';
import { credentialKinds } from '../../../../shared/domain/azure-devops/connection-credentials.ts';
import type { CredentialLine } from '../../../../shared/domain/migration/credential-report.ts';
import { credentialLines } from '../../../../shared/domain/migration/credential-report.ts';
import { unreadIn } from '../../../../shared/domain/findings/finding.ts';
import type { Deployment } from '../../composition/deployment.ts';
import { inert, jsonText } from '../../output/sanitize.ts';
import { table } from '../../output/table.ts';
import { endUnread } from '../../command-line/unreadable-arguments.ts';
import type { Terminal } from '../../console/terminal.ts';
import type { ExitCode, Invocation } from '../../command-line/command.ts';
import { localFlag } from '../../command-line/command.ts';

/** One line for each AWS connection, granted or not: what pipelines sign in with. Reads Azure DevOps alone. */
export async function showCredentials(
  invocation: Invocation,
  { ports, configuration }: Deployment,
): Promise<ExitCode> {
  const { inventories, desiredRoles } = await readDesiredState(ports, configuration);
  const { terminal, options } = invocation;
  const lines = inventories
    .flatMap((inventory) => credentialLines(configuration, inventory, localFlag(options)))
    .sort(inOrder);
  const isPartial = unreadIn(desiredRoles.findings).length > 0;
  terminal.result(
    options.json
      ? jsonText({ schemaVersion: 1, isPartial, connections: lines })
      : credentialsText(lines, isPartial, terminal),
  );
  return isPartial ? endUnread(invocation, desiredRoles.findings) : 0;
}

function inOrder(a: CredentialLine, b: CredentialLine): number {
  const rank = ({ credentials }: CredentialLine) => credentialKinds.indexOf(credentials);
  return rank(a) - rank(b) || (a.connection < b.connection ? -1 : 1);
}

function credentialsText(
  lines: readonly CredentialLine[],
  isPartial: boolean,
  { style, columns }: Terminal,
): string {
  if (lines.length === 0)
    return isPartial
      ? 'Nothing can be said: not everything could be read.'
      : 'There is no AWS service connection that can be seen.';
  const cells = lines.map(({ connection, credentials, isDisabled, roleArn, next }) =>
    [connection, isDisabled ? `${credentials} (disabled)` : credentials, roleArn, next ?? ''].map(inert),
  );
  const counts = credentialKinds.flatMap((kind) => {
    const count = lines.filter(({ credentials }) => credentials === kind).length;
    return count > 0 ? [`${count} ${kind}`] : [];
  });
  return [
    table(['CONNECTION', 'CREDENTIALS', 'ROLE', 'NEXT'], cells, columns),
    style.bold(counts.join(', ')),
  ].join('\n\n');
}
