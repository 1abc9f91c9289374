import { classifyCredential, displayName } from '../azure-devops/service-connection.ts';
import type { Account, Configuration, Grant, Organization } from '../configuration/configuration.ts';
import type { ConfigurationProblem } from '../kernel/errors.ts';
import { findingCatalogue, type Finding } from '../findings/finding.ts';
import { coversConnection, listPairs, matchesAny } from '../configuration/grant-coverage.ts';
import type { ConnectionId } from '../kernel/ids.ts';
import type { OrganizationInventory } from '../azure-devops/inventory.ts';
import { complete } from '../kernel/result.ts';
import type { ServiceConnection } from '../azure-devops/service-connection.ts';

/** The connection as it will be: nothing but OIDC to sign in with, and a role to do it for. */
function withOidc(connection: ServiceConnection, requestedRoleArn: string): ServiceConnection {
  const { unset: _, powerShellOidc: __, ...shown } = connection;
  return { ...shown, oidc: 'on', hasAccessKey: false, requestedRoleArn };
}

/** The same inventories, had the connection asked for this role with OIDC in every project that lists it. */
export function asIfMigrated(
  inventories: readonly OrganizationInventory[],
  id: ConnectionId,
  requestedRoleArn: string,
): readonly OrganizationInventory[] {
  const changed = (connection: ServiceConnection) =>
    connection.id === id ? withOidc(connection, requestedRoleArn) : connection;
  return inventories.map((inventory) => {
    const { projects } = inventory;
    if (projects.state === 'unknown') return inventory;
    const value = projects.value.map(({ connections, ...project }) => ({
      ...project,
      connections: connections.state === 'unknown' ? connections : complete(connections.value.map(changed)),
    }));
    return { ...inventory, projects: complete(value) };
  });
}

/** Why a connection cannot be taken from keys to OIDC as it is, whatever role it is to have. */
export function listMigrationObjections(connection: ServiceConnection): readonly ConfigurationProblem[] {
  const object = (what: string, fix: string) => [{ where: displayName(connection.references), what, fix }];
  if (connection.isDisabled === true)
    return object('It is disabled, so that nothing could be tried.', 'Enable it first.');
  switch (classifyCredential(connection)) {
    case 'unclear':
      return object('Its "Use OIDC" field is unclear.', findingCatalogue['connection.oidc-unclear'].fix);
    case 'not-shown':
      return object(
        'Azure DevOps does not show what it signs in with.',
        findingCatalogue['connection.not-shown'].fix,
      );
    case 'agent-role':
    case 'nothing':
      return object(
        'It holds no access key, so there is none to take away.',
        'Turn on "Use OIDC" in the connection and name its role; then: azfed apply',
      );
    case 'keys':
    case 'mixed':
    case 'federated':
      return [];
  }
}

/** Whatever is found about the connection as it would be: none of it is carried over into OIDC. */
export function objectionsFound(
  { id, references }: ServiceConnection,
  findings: readonly Finding[],
): readonly ConfigurationProblem[] {
  return findings
    .filter(({ connectionId }) => connectionId === id)
    .map(({ code, message }) => ({
      where: displayName(references),
      what: `With OIDC: ${message} (${code})`,
      fix: findingCatalogue[code].fix,
    }));
}

/** A role that a grant would allow it, named as the connection is; `undefined` where none suggests itself. */
export function proposeRole(
  { grants, accounts }: Configuration,
  organization: Organization,
  connection: ServiceConnection,
): string | undefined {
  const [grant, another] = grants.filter((each) => coversConnection(each, organization, connection));
  if (!grant || another) return undefined;
  if (grant.roles) return findPairedRole(grant, organization, connection, accounts);
  const account = accounts.find(({ id }) => id === grant.accounts[0]);
  const name = connection.references[0]?.name ?? '';
  if (!account || !/^[\w+=,.@-]{1,64}$/.test(name)) return undefined;
  if (!matchesAny(grant.role.name, name)) return undefined;
  return `arn:${account.partition}:iam::${account.id}:role${grant.role.path}${name}`;
}

/** The one role that the grant names for this connection. */
function findPairedRole(
  grant: Grant,
  organization: Organization,
  connection: ServiceConnection,
  accounts: readonly Account[],
): string | undefined {
  const [pair, another] = listPairs(grant, organization, connection);
  const account = accounts.find(({ id }) => id === pair?.accounts[0]);
  return pair && !another && account
    ? `arn:${account.partition}:iam::${account.id}:role${pair.path}${pair.name}`
    : undefined;
}
