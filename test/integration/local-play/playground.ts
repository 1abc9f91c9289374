import type { LocalAccount } from '../../../infra/local/aws/state/accounts.ts';
import type { Coordinates } from '../../../infra/local/coordinates.ts';
import type { LocalCloud, LocalCloudOptions } from '../../../infra/local/local-cloud.ts';
import { startLocalCloud } from '../../../infra/local/local-cloud.ts';
import { seed, sample } from '../../../infra/local/sample.ts';

const NOW = Date.UTC(2026, 10, 22, 8);

/** The sample, in pages so small that whoever reads one page only is found out. */
export async function startPlayground(options: LocalCloudOptions = {}): Promise<LocalCloud> {
  const cloud = await startLocalCloud({ now: () => NOW, pageSize: 2, ...options });
  await seed(cloud);
  return cloud;
}

export function consoleKeys(cloud: LocalCloud): Coordinates['consoleUsers'] {
  return Object.fromEntries(cloud.aws.accounts.map(({ id, credentials }) => [id, credentials]));
}

export function getAccount(cloud: LocalCloud, accountId: string): LocalAccount {
  const account = cloud.aws.accounts.find(({ id }) => id === accountId);
  if (!account) throw new Error(`The sample has no account ${accountId}.`);
  return account;
}

export function getCoordinates(cloud: LocalCloud): Coordinates {
  return {
    azureDevOps: cloud.azureDevOps.url,
    aws: cloud.aws.url,
    dynamoDb: cloud.dynamoDb.url,
    secretsManager: cloud.secrets.url,
    s3: cloud.s3.url,
    entra: cloud.entra.url,
    receiver: cloud.receiver.url,
    hub: cloud.aws.hubCredentials,
    consoleUsers: consoleKeys(cloud),
    secrets: {},
    projectAdmin: { organization: sample.organization, token: sample.adminToken },
    configuration: 'federation.yaml',
  };
}
