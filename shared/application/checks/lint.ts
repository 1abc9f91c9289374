import { listSeenRoles } from '../../domain/iam/role.ts';
import { findAccountListGap, type AccountListGap } from '../../domain/configuration/account-list.ts';
import type { Account, Configuration } from '../../domain/configuration/configuration.ts';
import { bindsAnyType } from '../../domain/configuration/grant-coverage.ts';
import type { HoldingConnection } from '../../domain/entries/holders.ts';
import { splitRoleArn } from '../../domain/kernel/arn.ts';
import type { AccountId, ProjectId, RoleArn } from '../../domain/kernel/ids.ts';
import type { OrganizationInventory } from '../../domain/azure-devops/inventory.ts';
import { isPartial, lintAccount } from '../../domain/lint/lint.ts';
import { sortResults, type LintResult } from '../../domain/lint/lint-entries.ts';
import type { Door, TrustPorts, UnreadOrganization } from './doors.ts';
import { listDoors, listUnreadOrganizations, readTrusts } from './doors.ts';

interface LintedAccount {
  readonly account: AccountId;
  /** Roles that were judged, whether they trust Azure DevOps or not. */
  readonly roles: number;
  /** Requests to IAM: they are the cost. */
  readonly calls: number;
  readonly isPartial: boolean;
}

export interface LintReport {
  readonly accounts: readonly LintedAccount[];
  /** Worst first. */
  readonly results: readonly LintResult[];
  /** Every way into a role of the accounts. */
  readonly doors: readonly Door[];
  /** Organizations without a credential: nobody was asked who holds their subjects. */
  readonly unjoined: readonly UnreadOrganization[];
  /** Accounts that AWS Organizations lists may be missing, or their list is an old one. */
  readonly accountList?: AccountListGap;
  readonly isPartial: boolean;
}

/**
 * Judges every role and provider of the accounts, and who holds the subjects that trusts accept. No record is needed.
 * An organization that azfed has no credential for is not joined: that is in the report, and makes it no less whole,
 * since trusts can be judged without.
 */
export async function lint(
  ports: TrustPorts,
  accounts: readonly Account[],
  configuration: Pick<Configuration, 'organizations' | 'grants' | 'listed'>,
): Promise<LintReport> {
  const { observations, issuers, inventories } = await readTrusts(ports, accounts, configuration);
  const joined = inventories.filter((inventory) => !lacksCredential(inventory));
  const known = {
    organizations: configuration.organizations.map(({ id }) => id),
    issuers,
    inventories: joined,
    bindsAnyType: (roleArn: RoleArn, { organization, project, projectId, name }: HoldingConnection) => {
      const reference = { projectId: projectId ?? ('' as ProjectId), projectName: project, name };
      const connection = { references: [reference] };
      return bindsAnyType(configuration.grants, { name: organization }, connection, splitRoleArn(roleArn));
    },
  };
  const judged = observations.map((observation) => ({
    observation,
    results: lintAccount(observation, known),
  }));
  const results = judged.flatMap((one) => one.results);
  const accountList = findAccountListGap(configuration);
  return {
    accounts: judged.map(({ observation, results: own }) => ({
      account: observation.account,
      roles: listSeenRoles(observation).length,
      calls: observation.calls,
      isPartial: isPartial(own),
    })),
    results: sortResults(results),
    doors: listDoors({ observations, issuers, inventories }).doors,
    unjoined: listUnreadOrganizations(inventories.filter(lacksCredential)),
    ...(accountList && { accountList }),
    isPartial: isPartial(results) || accountList?.isOpen === true,
  };
}

const lacksCredential = ({ identity }: OrganizationInventory): boolean =>
  identity.state === 'unknown' && identity.code === 'no-credential';
