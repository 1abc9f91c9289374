import {
  AttachRolePolicyCommand,
  CreateOpenIDConnectProviderCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import type { IAMClient } from '@aws-sdk/client-iam';
import { openConsole } from '../../infra/local/console-user.ts';
import type { LocalCloud } from '../../infra/local/local-cloud.ts';
import type { ConnectionId } from '../../shared/domain/kernel/ids.ts';
import { renderPolicy } from '../../shared/domain/policy/policy-document.ts';
import type {
  BrownfieldAccount,
  BrownfieldConnection,
  BrownfieldRole,
  BrownfieldWorld,
} from './brownfield-world.ts';

export const BROWNFIELD_TOKEN = 'brownfield-reader';

/** What a person sets to work with the world by the command. */
export const listBrownfieldVariables = ({ aws, dynamoDb }: LocalCloud): Readonly<Record<string, string>> => ({
  AZURE_DEVOPS_PAT: BROWNFIELD_TOKEN,
  AZFED_ALLOW_LOOPBACK: '1',
  AWS_REGION: 'us-east-1',
  AWS_ENDPOINT_URL: aws.url,
  AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.url,
  AWS_ACCESS_KEY_ID: aws.hubCredentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: aws.hubCredentials.secretAccessKey,
});

/**
 * The federation.yaml of somebody who has no grant yet. With the address of this machine: `init` and `import` take no other
 * host than Azure DevOps' own.
 */
export const beginConfiguration = (
  { azureDevOps }: LocalCloud,
  { organization }: BrownfieldWorld,
) => `version: 1
organizations:
  - name: ${organization.name}
    id: "${organization.id}"
    url: ${azureDevOps.url}/${organization.name}
    credential: { type: pat, env: AZURE_DEVOPS_PAT } # ours
accounts: []
grants: []
`;

/** Where things of the world stand in the embedded cloud. */
export interface SeededBrownfield {
  /** Azure DevOps gives ids itself: those of the cloud, by those of the world. */
  readonly ids: ReadonlyMap<ConnectionId, string>;
  /** Somebody who may do everything in the account. The caller destroys it by `close`. */
  console(account: string): IAMClient;
  close(): void;
}

/**
 * Puts the world into the embedded cloud through the interfaces that people use, so that IAM and Azure DevOps refuse what they
 * would refuse. The token `BROWNFIELD_TOKEN` reads the organization; azfed assumes `azfed-spoke` in each account. Tags of
 * CloudFormation (`aws:...`) are left out: nobody but AWS can set them.
 */
export async function seedBrownfield(cloud: LocalCloud, world: BrownfieldWorld): Promise<SeededBrownfield> {
  const ids = seedOrganization(cloud, world);
  const consoles = new Map<string, IAMClient>();
  for (const account of world.accounts) {
    const { credentials } = cloud.aws.addAccount({ id: account.id, quotas: raiseQuotas(account, world) });
    consoles.set(account.id, openConsole(cloud.aws.url, credentials));
  }
  const seeded = world.accounts.map(async (account) => {
    const iam = consoles.get(account.id);
    if (iam) await seedAccount(iam, account, world, ids);
  });
  await Promise.all(seeded);
  return {
    ids,
    console: (account) => {
      const iam = consoles.get(account);
      if (!iam) throw new Error(`There is no account ${account} in this world.`);
      return iam;
    },
    close: () => {
      for (const iam of consoles.values()) iam.destroy();
    },
  };
}

function seedOrganization(
  { azureDevOps }: LocalCloud,
  { organization: { name, id }, projects, connections }: BrownfieldWorld,
): ReadonlyMap<ConnectionId, string> {
  azureDevOps.organizations.create({ name, id, pats: [{ token: BROWNFIELD_TOKEN, access: 'read' }] });
  azureDevOps.organizations.takeProjectNames(name, 'any');
  for (const project of projects) azureDevOps.projects.create(name, project);
  return new Map(connections.map((one) => [one.id, createConnection({ azureDevOps }, name, one)]));
}

function createConnection(
  { azureDevOps }: Pick<LocalCloud, 'azureDevOps'>,
  organization: string,
  { project, name, type, roleArn, useOidc, accessKeyId, isDisabled, sharedWith = [] }: BrownfieldConnection,
): string {
  const isAws = type.toLowerCase() === 'aws';
  const { id } = azureDevOps.connections.create(organization, {
    project,
    name,
    type,
    isDisabled: isDisabled === true,
    ...(isAws ? { roleArn, useOidc } : {}),
    ...(accessKeyId === undefined ? {} : { accessKeyId, secretAccessKey: 'planted' }),
  });
  for (const other of sharedWith)
    if (other !== project) azureDevOps.connections.share(organization, id, other);
  return id;
}

/** `azfed-spoke` is a role of the account, too. */
function raiseQuotas({ id, roomForRoles }: BrownfieldAccount, { roles }: BrownfieldWorld) {
  if (roomForRoles === undefined) return {};
  return { roles: roles.filter(({ account }) => account === id).length + 1 + roomForRoles };
}

async function seedAccount(
  iam: IAMClient,
  { id, providers }: BrownfieldAccount,
  { roles, policies }: BrownfieldWorld,
  ids: ReadonlyMap<ConnectionId, string>,
): Promise<void> {
  for (const { issuer, audiences, thumbprint } of providers)
    await iam.send(
      new CreateOpenIDConnectProviderCommand({
        Url: `https://${issuer}`,
        ClientIDList: [...audiences],
        ...(thumbprint === undefined ? {} : { ThumbprintList: [thumbprint] }),
      }),
    );
  for (const name of new Set(policies.filter(({ account }) => account === id).map((policy) => policy.name)))
    await iam.send(new CreatePolicyCommand({ PolicyName: name, PolicyDocument: EVERYTHING_BUT_IAM }));
  // In the order of the world: a trust names only roles that are there.
  for (const role of roles.filter(({ account }) => account === id)) await createRole(iam, role, ids);
}

const EVERYTHING_BUT_IAM = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', NotAction: ['iam:*', 'organizations:*'], Resource: '*' }],
});

async function createRole(
  iam: IAMClient,
  role: BrownfieldRole,
  ids: ReadonlyMap<ConnectionId, string>,
): Promise<void> {
  const trust = [...ids].reduce((text, [id, own]) => text.replaceAll(id, own), renderPolicy(role.trust));
  const tags = Object.entries(role.tags).filter(([key]) => !key.startsWith('aws:'));
  await iam.send(
    new CreateRoleCommand({
      RoleName: role.name,
      Path: role.path,
      AssumeRolePolicyDocument: trust,
      MaxSessionDuration: role.maxSessionDuration,
      Tags: tags.map(([Key, Value]) => ({ Key, Value })),
      ...(role.description === '' ? {} : { Description: role.description }),
      ...(role.boundary === undefined ? {} : { PermissionsBoundary: role.boundary }),
    }),
  );
  for (const PolicyArn of role.managedPolicies)
    await iam.send(new AttachRolePolicyCommand({ RoleName: role.name, PolicyArn }));
  for (const [PolicyName, document] of Object.entries(role.inlinePolicies))
    await iam.send(
      new PutRolePolicyCommand({ RoleName: role.name, PolicyName, PolicyDocument: renderPolicy(document) }),
    );
}
