import { EnableOutboundWebIdentityFederationCommand } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { openConsole } from './console-user.ts';
import type { LocalCloud } from './local-cloud.ts';

const tenantId = '5bb3ca2a-4b35-4d0c-9c7e-0c0f5e1f1a02';
const clientId = '5bb3ca2a-4b35-4d0c-9c7e-0c0f5e1f1a03';
const secretName = 'azfed/azure-devops-pat';

/** Two more ways into an organization: an application that trusts azfed's own AWS identity, and a token that is kept as a secret. */
export async function seedAuthentication(
  { aws, azureDevOps, entra, secrets }: LocalCloud,
  organization: string,
  token: string,
): Promise<void> {
  const iam = openConsole(aws.url, aws.hubCredentials);
  const sts = new STSClient({ endpoint: aws.url, credentials: aws.hubCredentials, region: 'us-east-1' });
  const { IssuerIdentifier: issuer = '' } = await iam.send(
    new EnableOutboundWebIdentityFederationCommand({}),
  );
  const { Arn: subject = '' } = await sts.send(new GetCallerIdentityCommand({}));
  iam.destroy();
  sts.destroy();
  const { objectId } = entra.register(entra.addTenant(tenantId), clientId);
  entra.federate(clientId, [{ issuer, subject, audience: 'api://AzureADTokenExchange' }]);
  azureDevOps.organizations.connectTenant(organization, tenantId);
  azureDevOps.organizations.setServicePrincipal(organization, { objectId, access: 'read' });
  secrets.put(secretName, JSON.stringify({ token, expires: '2099-12-31' }));
}

/** How the configuration names them. Clouds that were furnished by an earlier version have none. */
export function otherCredentials({ entra, secrets }: LocalCloud): readonly string[] {
  const [secret] = secrets.snapshot().secrets.filter(({ name }) => name === secretName);
  if (secret === undefined) return [];
  return [
    `{ type: entra, tenantId: ${tenantId}, clientId: ${clientId}, authority: "${entra.url}" }`,
    `{ type: pat, secret: "${secret.arn}" }`,
  ];
}
