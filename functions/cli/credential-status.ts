import { sketch } from '../../shared/application/look.ts';
import type { CredentialKind } from '../../shared/domain/connection-credentials.ts';
import { credentialKindOf, credentialKinds } from '../../shared/domain/connection-credentials.ts';
import type { Configuration } from '../../shared/domain/configuration.ts';
import { displayName } from '../../shared/domain/desire.ts';
import { proposeRole } from '../../shared/domain/key-migration.ts';
import type { OrganizationInventory } from '../../shared/domain/inventory.ts';
import { viewConnections } from '../../shared/domain/inventory.ts';
import type { ServiceConnection } from '../../shared/domain/service-connection.ts';
import { isAwsConnection } from '../../shared/domain/service-connection.ts';
import type { Deployment } from './deployment.ts';
import { inert, jsonText } from './render/inert.ts';
import { table } from './render/table.ts';
import { endUnread, unreadIn } from './unread.ts';
import type { Terminal } from './terminal.ts';
import type { ExitCode, Invocation } from './verb.ts';
import { localFlag } from './verb.ts';

export interface CredentialLine {
  readonly connectionId: string;
  readonly organization: string;
  readonly connection: string;
  readonly credentials: CredentialKind;
  readonly roleArn: string;
  readonly isDisabled: boolean;
  /** The command that takes its keys away; `null` where it has none. */
  readonly next: string | null;
}

/** One line for each AWS connection, granted or not: what pipelines sign in with. Reads Azure DevOps alone. */
export async function showCredentials(
  invocation: Invocation,
  { ports, configuration }: Deployment,
): Promise<ExitCode> {
  const { inventories, draft } = await sketch(ports, configuration);
  const { terminal, options } = invocation;
  const lines = inventories
    .flatMap((inventory) => credentialLines(configuration, inventory, localFlag(options)))
    .sort(inOrder);
  const isPartial = unreadIn(draft.findings).length > 0;
  terminal.result(
    options.json
      ? jsonText({ schemaVersion: 1, isPartial, connections: lines })
      : credentialsText(lines, isPartial, terminal),
  );
  return isPartial ? endUnread(invocation, draft.findings) : 0;
}

/** Every AWS connection of an organization, as far as it was read. `flag`: what commands that are suggested end with. */
export function credentialLines(
  configuration: Configuration,
  inventory: OrganizationInventory,
  flag: string,
): readonly CredentialLine[] {
  const { connections, unsettled } = viewConnections(inventory);
  return [...connections.values()].filter(isAwsConnection).map((connection) => {
    const credentials = unsettled.has(connection.id) ? 'unclear' : credentialKindOf(connection);
    return {
      connectionId: connection.id,
      organization: inventory.organizationName,
      connection: displayName(connection.references),
      credentials,
      roleArn: connection.requestedRoleArn,
      isDisabled: connection.isDisabled,
      next:
        credentials === 'keys' || credentials === 'mixed'
          ? `azfed migrate keys ${typedName(connection)}${roleOption(configuration, inventory, connection)}${flag}`
          : null,
    };
  });
}

/** What a shell takes for one plain word: the name where it is one, else the id. */
function typedName({ id, references: [first] }: ServiceConnection): string {
  const name = first ? `${first.projectName}/${first.name}` : '';
  return /^[\w./-]+$/.test(name) ? name : id;
}

/** What has to be typed beside a connection that names no role: one that its grant would allow. */
function roleOption(
  configuration: Configuration,
  { organizationId }: OrganizationInventory,
  connection: ServiceConnection,
): string {
  const organization = configuration.organizations.find(({ id }) => id === organizationId);
  if (connection.requestedRoleArn !== '' || !organization) return '';
  return ` --role ${proposeRole(configuration, organization, connection) ?? 'ARN'}`;
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
