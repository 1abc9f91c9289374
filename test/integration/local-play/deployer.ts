import {
  AddClientIDToOpenIDConnectProviderCommand,
  AttachRolePolicyCommand,
  CreateRoleCommand,
  GetOpenIDConnectProviderCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  paginateListAttachedRolePolicies,
  paginateListRolePolicies,
} from '@aws-sdk/client-iam';
import type { IAMClient } from '@aws-sdk/client-iam';
import { sample } from '../../../infra/local/sample.ts';

const [, account] = sample.accounts;
const ISSUER = `vstoken.dev.azure.com/${sample.organizationId}`;
const AUDIENCE = 'api://AzureADTokenExchange';
const PROVIDER_ARN = `arn:aws:iam::${account}:oidc-provider/${ISSUER}`;
const BOUNDARY_ARN = `arn:aws:iam::${account}:policy/azfed-boundary`;

export const DEPLOYER = `arn:aws:iam::${account}:role/azure-devops/payments/deployer`;
export const READ_ONLY = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
export const POWER_USER = 'arn:aws:iam::aws:policy/PowerUserAccess';
const RoleName = 'deployer';

/** A role as azfed would make it for Payments / aws-prod, and an audience with which its tokens are taken. */
export async function createDeployer(iam: IAMClient): Promise<void> {
  const Condition = {
    StringEquals: { [`${ISSUER}:aud`]: AUDIENCE, [`${ISSUER}:sub`]: 'sc://contoso/Payments/aws-prod' },
  };
  const trust = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: PROVIDER_ARN },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition,
      },
    ],
  };
  await iam.send(
    new AddClientIDToOpenIDConnectProviderCommand({
      OpenIDConnectProviderArn: PROVIDER_ARN,
      ClientID: AUDIENCE,
    }),
  );
  await iam.send(
    new CreateRoleCommand({
      RoleName,
      Path: '/azure-devops/payments/',
      Description: 'Deploys payments',
      AssumeRolePolicyDocument: JSON.stringify(trust),
      PermissionsBoundary: BOUNDARY_ARN,
    }),
  );
  for (const PolicyArn of [READ_ONLY, POWER_USER])
    await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
}

/** All that there is to see of it at the console. */
export async function deployerSeen(iam: IAMClient) {
  const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
  const { ClientIDList = [] } = await iam.send(
    new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: PROVIDER_ARN }),
  );
  return {
    description: Role?.Description,
    session: Role?.MaxSessionDuration,
    boundary: Role?.PermissionsBoundary?.PermissionsBoundaryArn,
    trust: decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ''),
    attached: await attached(iam),
    inline: await inline(iam),
    audiences: [...ClientIDList].sort(),
  };
}

async function attached(client: IAMClient): Promise<readonly string[]> {
  const arns: string[] = [];
  for await (const { AttachedPolicies = [] } of paginateListAttachedRolePolicies({ client }, { RoleName }))
    arns.push(...AttachedPolicies.flatMap(({ PolicyArn }) => PolicyArn ?? []));
  return arns.sort();
}

async function inline(client: IAMClient): Promise<Readonly<Record<string, string>>> {
  const documents: Record<string, string> = {};
  for await (const { PolicyNames = [] } of paginateListRolePolicies({ client }, { RoleName })) {
    for (const PolicyName of PolicyNames) {
      const { PolicyDocument = '' } = await client.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
      documents[PolicyName] = decodeURIComponent(PolicyDocument);
    }
  }
  return documents;
}
