import type { CredentialKind, ServiceConnection } from '../azure-devops/service-connection.ts';
import {
  classifyCredential,
  isAwsConnection,
  displayName,
  formatTypedName,
} from '../azure-devops/service-connection.ts';
import type { Configuration } from '../configuration/configuration.ts';
import { viewConnections, type OrganizationInventory } from '../azure-devops/inventory.ts';
import { proposeRole } from './key-migration.ts';

export interface CredentialLine {
  readonly connectionId: string;
  readonly organization: string;
  readonly connection: string;
  readonly credentials: CredentialKind;
  /** Empty: there is none, or it is not shown. */
  readonly roleArn: string;
  readonly isDisabled: boolean;
  /** The command that takes its keys away; `null` where it has none. */
  readonly next: string | null;
}

/** Every AWS connection of an organization, as far as it was read. `flag`: what commands that are suggested end with. */
export function credentialLines(
  configuration: Configuration,
  inventory: OrganizationInventory,
  flag: string,
): readonly CredentialLine[] {
  const { connections, unsettled } = viewConnections(inventory);
  return [...connections.values()].filter(isAwsConnection).map((connection) => {
    const credentials = unsettled.has(connection.id) ? 'unclear' : classifyCredential(connection);
    return {
      connectionId: connection.id,
      organization: inventory.organizationName,
      connection: displayName(connection.references),
      credentials,
      roleArn: connection.requestedRoleArn ?? '',
      isDisabled: connection.isDisabled === true,
      next:
        credentials === 'keys' || credentials === 'mixed'
          ? `azfed migrate keys ${formatTypedName(connection.id, connection.references)}${roleOption(configuration, inventory, connection)}${flag}`
          : null,
    };
  });
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
