import { viewConnections, type OrganizationInventory } from '../../domain/azure-devops/inventory.ts';
import type { Account, Configuration } from '../../domain/configuration/configuration.ts';
import type { AccountObservation } from '../../domain/iam/role.ts';
import { selectProfiles } from '../../domain/issuers/issuer.ts';
import { parseRoleArn } from '../../domain/kernel/arn.ts';
import type { AccountReader } from '../../ports/accounts.ts';
import type { ServiceConnectionSource } from '../../ports/service-connections.ts';
import { observeWhole } from './doors.ts';

export interface ImportPorts {
  readonly accounts: AccountReader;
  readonly connections: ServiceConnectionSource;
}

/** Every connection of the organizations, and whole accounts. */
export interface ImportReading {
  readonly inventories: readonly OrganizationInventory[];
  readonly observations: readonly AccountObservation[];
  /** Those that were read, also those that the configuration does not name yet. */
  readonly accounts: readonly Account[];
}

/**
 * Reads Azure DevOps, then the accounts of the configuration and those that roles of connections lie in. Never modifies anything.
 * `place` says how an account is reached that the configuration does not name, or names without a role to assume.
 */
export async function readForImport(
  ports: ImportPorts,
  { organizations, accounts }: Pick<Configuration, 'organizations' | 'accounts'>,
  place: (account: Account) => Account,
  isWanted: (account: Account) => boolean,
): Promise<ImportReading> {
  const inventories = await Promise.all(
    organizations.map((organization) => ports.connections.readInventory(organization)),
  );
  const known = new Map(accounts.map((account) => [account.id, account]));
  for (const account of inventories.flatMap(listNamedAccounts))
    if (!known.has(account.id)) known.set(account.id, account);
  const wanted = [...known.values()].filter(isWanted).map(place);
  const issuers = organizations.flatMap((organization) => selectProfiles(organization, 'both'));
  const observations = await Promise.all(
    wanted.map((account) => observeWhole(ports.accounts, account, issuers)),
  );
  return { inventories, observations, accounts: wanted };
}

function listNamedAccounts(inventory: OrganizationInventory): readonly Account[] {
  return [...viewConnections(inventory).connections.values()].flatMap(({ requestedRoleArn, oidc }) => {
    const role = oidc === 'on' ? parseRoleArn(requestedRoleArn ?? '') : undefined;
    return role ? [{ id: role.account, partition: role.partition }] : [];
  });
}
