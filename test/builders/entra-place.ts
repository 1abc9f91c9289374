import {
  CreateRoleCommand,
  EnableOutboundWebIdentityFederationCommand,
  IAMClient,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { ApplicationRecord, FederatedCredential } from '../../infra/local/entra/state.ts';
import type { LocalCloud } from '../../infra/local/local-cloud.ts';
import { startLocalCloud } from '../../infra/local/local-cloud.ts';
import { createAzureDevOpsSource } from '../../shared/adapters/azure-devops/azure-devops-source.ts';
import type { EntraTokenSourceOptions } from '../../shared/adapters/entra/entra-token-source.ts';
import { createEntraTokenSource } from '../../shared/adapters/entra/entra-token-source.ts';
import { createPatSource } from '../../shared/adapters/secrets/pat-source.ts';
import { createCredentialSource } from '../../shared/application/credentials/configured-credentials.ts';
import type { EntraCredential, Organization } from '../../shared/domain/configuration/configuration.ts';
import { parseOrganizationId } from '../../shared/domain/kernel/ids.ts';
import type { OrganizationInventory } from '../../shared/domain/azure-devops/inventory.ts';
import type { CredentialSource } from '../../shared/ports/credentials.ts';
import type { VirtualClock } from './virtual-clock.ts';
import { createVirtualClock } from './virtual-clock.ts';

const HUB_ACCOUNT = '111122223333';
export const AUDIENCE = 'api://AzureADTokenExchange';
const ROLE = 'azfed-discover';
const ROLE_ARN = `arn:aws:iam::${HUB_ACCOUNT}:role/${ROLE}`;

/** The least that azfed's role needs (IAM User Guide, outbound federation: the audience is a multi-valued key). */
export const LEAST_RIGHT = {
  Effect: 'Allow',
  Action: 'sts:GetWebIdentityToken',
  Resource: '*',
  Condition: {
    'ForAllValues:StringEquals': { 'sts:IdentityTokenAudience': AUDIENCE },
    StringEquals: { 'sts:SigningAlgorithm': 'RS256' },
    Null: { 'sts:IdentityTokenAudience': 'false' },
    NumericLessThanEquals: { 'sts:DurationSeconds': '300' },
  },
};

/** An organization that knows an application, which trusts azfed's role in AWS: everything is set up as it should be. */
export interface Place {
  readonly cloud: LocalCloud;
  readonly clock: VirtualClock;
  readonly organization: Organization;
  readonly credential: EntraCredential;
  readonly application: ApplicationRecord;
  /** What the application trusts. */
  readonly trusted: FederatedCredential;
  /** Credentials of the organizations, as azfed's role gets them. */
  credentials(options?: Partial<EntraTokenSourceOptions>): CredentialSource;
  observe(credentials?: CredentialSource, organization?: Organization): Promise<OrganizationInventory>;
  /** Requests for tokens so far, at STS and at Entra. */
  asked(): { readonly sts: number; readonly entra: number };
  readonly hub: IAMClient;
  /** Gives azfed's role these rights and no others. */
  allow(statements: readonly object[]): Promise<void>;
}

const open = new Set<() => unknown>();

export async function closePlaces(): Promise<void> {
  await Promise.all([...open].map((close) => close()));
  open.clear();
}

export async function openPlace(): Promise<Place> {
  const clock = createVirtualClock();
  const cloud = await startLocalCloud({ now: () => clock.now(), pageSize: 2 });
  open.add(() => cloud.close());
  const { aws } = cloud;
  const hub = new IAMClient({ endpoint: aws.url, credentials: aws.hubCredentials, region: 'us-east-1' });
  open.add(() => {
    hub.destroy();
  });
  const { IssuerIdentifier: issuer = '' } = await hub.send(
    new EnableOutboundWebIdentityFederationCommand({}),
  );
  const trusted = { issuer, subject: ROLE_ARN, audience: AUDIENCE };
  const { application, organization, credential } = seed(cloud, trusted);
  const stsOptions = { endpoint: aws.url, region: 'eu-central-1', credentials: await openRole(cloud, hub) };

  const credentials: Place['credentials'] = (options = {}) =>
    createCredentialSource({
      clock,
      pat: createPatSource({ clock, fromEnvironment: () => 'not-a-token' }),
      entra: createEntraTokenSource({ clock, stsOptions: { ...stsOptions, maxAttempts: 1 }, ...options }),
    });

  return {
    cloud,
    clock,
    organization,
    credential,
    application,
    trusted,
    credentials,
    observe: (from = credentials(), asked = organization) =>
      createAzureDevOpsSource({ clock, ...from }).readInventory(asked),
    asked: () => ({ sts: aws.counts()['GetWebIdentityToken'] ?? 0, entra: cloud.entra.requests() }),
    hub,
    allow: (statements) => allow(hub, statements),
  };
}

function seed({ entra, azureDevOps }: LocalCloud, trusted: FederatedCredential) {
  const application = entra.register(entra.addTenant());
  entra.federate(application.clientId, [trusted]);
  const { clientId, tenantId, objectId } = application;
  const created = azureDevOps.organizations.create({ name: 'contoso', pats: [], tenantId });
  azureDevOps.organizations.setServicePrincipal('contoso', { objectId, access: 'read' });
  for (const project of ['Bank', 'Post', 'Shop']) {
    azureDevOps.projects.create('contoso', project);
    azureDevOps.connections.create('contoso', { project, name: 'aws-prod', useOidc: true });
  }
  const credential = { type: 'entra', tenantId, clientId, audience: AUDIENCE, authority: entra.url } as const;
  const id = parseOrganizationId(created.id);
  if (id === undefined) throw new Error('The organization has no GUID.');
  const organization = { name: 'contoso', id, url: `${azureDevOps.url}/contoso`, credential };
  return { application, organization, credential };
}

/** Keys of a session of azfed's role, which may do nothing but prove itself. */
async function openRole({ aws }: LocalCloud, hub: IAMClient) {
  const trust = {
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${HUB_ACCOUNT}:root` },
    Action: 'sts:AssumeRole',
  };
  await hub.send(
    new CreateRoleCommand({
      RoleName: ROLE,
      AssumeRolePolicyDocument: document([trust]),
      MaxSessionDuration: 43_200,
    }),
  );
  await allow(hub, [LEAST_RIGHT]);
  const sts = new STSClient({ endpoint: aws.url, credentials: aws.hubCredentials, region: 'us-east-1' });
  const { Credentials: keys } = await sts.send(
    new AssumeRoleCommand({ RoleArn: ROLE_ARN, RoleSessionName: 'discover', DurationSeconds: 43_200 }),
  );
  sts.destroy();
  const {
    AccessKeyId: accessKeyId = '',
    SecretAccessKey: secretAccessKey = '',
    SessionToken: sessionToken = '',
  } = keys ?? {};
  return { accessKeyId, secretAccessKey, sessionToken };
}

const document = (Statement: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement });

async function allow(hub: IAMClient, statements: readonly object[]): Promise<void> {
  const nothing = { Effect: 'Deny', Action: 'sts:GetWebIdentityToken', Resource: '*' };
  const PolicyDocument = document(statements.length === 0 ? [nothing] : statements);
  await hub.send(new PutRolePolicyCommand({ RoleName: ROLE, PolicyName: 'prove', PolicyDocument }));
}

/** In a few words: the code of what is unknown, or how many connections were found. */
export function summarizeOutcome({ identity, projects }: OrganizationInventory): string | number {
  if (identity.state === 'unknown') return identity.code;
  if (projects.state === 'unknown') return projects.code;
  return projects.value.reduce(
    (sum, { connections }) => sum + (connections.state === 'complete' ? connections.value.length : 0),
    0,
  );
}
