import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { AwsAccounts } from '../../../shared/adapters/aws/aws-accounts.ts';
import { createCloudTrailRoleUses } from '../../../shared/adapters/cloudtrail/cloudtrail-role-uses.ts';
import { systemClock } from '../../../shared/adapters/system/system-clock.ts';
import type { Account, Configuration } from '../../../shared/domain/configuration/configuration.ts';
import type { RoleUseSource } from '../../../shared/ports/accounts.ts';
import type { ServiceConnectionSource } from '../../../shared/ports/service-connections.ts';
import { connectAzureDevOps } from '../../runtime/connect-azure-devops.ts';
import { connectAccountLists, connectAccounts, connectTable } from '../../runtime/connect.ts';
import { loadSettings, type Invocation } from '../command-line/command.ts';
import { resolveListing } from './account-listing.ts';
import type { CommandEndpoints } from './deployment.ts';
import {
  LOCAL_REGION,
  createCallers,
  readEndpointOverrides,
  regionOr,
  requireCredentials,
} from './deployment.ts';
import { connectPersonalCredentials } from './personal-credentials.ts';
import { parseAccount, resolveTableName } from './table-location.ts';

interface TrustAccess {
  readonly accounts: AwsAccounts;
  readonly connections: ServiceConnectionSource;
  readonly roleUses: RoleUseSource;
}

/**
 * The configuration, IAM, CloudTrail and Azure DevOps. Needs no table: where there is one, the accounts of AWS Organizations
 * are read from it. What cannot be signed in to is unread in its place.
 */
export async function openTrusts(
  invocation: Invocation,
): Promise<{ readonly configuration: Configuration; readonly ports: TrustAccess }> {
  const { configuration, local } = loadSettings(invocation);
  const ports = await connectTrusts(local);
  return { configuration: await resolveAnywhere(invocation, configuration, local), ports };
}

/** The same before there is a configuration. Throws ConfigError. */
export async function connectTrusts(local: CommandEndpoints | undefined): Promise<TrustAccess> {
  // IAM has a Region of its own in each partition.
  if (!local) await requireCredentials(new DynamoDBClient(), LOCAL_REGION);
  const accounts = connectAccounts(systemClock, local);
  const { connections } = connectAzureDevOps(systemClock, connectPersonalCredentials(systemClock, local));
  const trail = {
    clock: systemClock,
    getCredentials: (account: Account) => accounts.getCredentials(account),
    ...(local && { endpoint: local.aws }),
  };
  return { accounts, connections, roleUses: createCloudTrailRoleUses(trail) };
}

/** The configuration with the accounts of AWS Organizations, with a table and without. */
export async function resolveAnywhere(
  invocation: Invocation,
  configuration: Configuration,
  local: CommandEndpoints | undefined,
): Promise<Configuration> {
  if (!configuration.listing) return configuration;
  const region = local ? LOCAL_REGION : await regionOr(configuration.hub?.region);
  const { dynamo } = readEndpointOverrides(systemClock, local, region);
  const name = resolveTableName(invocation.environment, configuration);
  const { access } = connectTable(dynamo, name, systemClock, local, configuration.webhooks);
  const { source, store } = connectAccountLists(dynamo, access, systemClock, local);
  const isElsewhere = await isOutsideHub(configuration, local);
  return resolveListing(invocation, isElsewhere ? { source } : { source, store }, configuration);
}

/** A table that lies in another account than the pinned one is that of somebody else. */
async function isOutsideHub({ hub }: Configuration, local: CommandEndpoints | undefined): Promise<boolean> {
  if (local || hub?.account === undefined) return false;
  return parseAccount(await createCallers().caller()) !== hub.account;
}
