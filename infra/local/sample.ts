import {
  AttachRolePolicyCommand,
  CreateOpenIDConnectProviderCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
} from '@aws-sdk/client-iam';
import type { StaticCredentials } from './aws/state/accounts.ts';
import { openConsole } from './console-user.ts';
import type { LocalCloud } from './local-cloud.ts';
import { seedPipelines } from './sample-pipelines.ts';
import { seedAuthentication, otherCredentials } from './sample-sign-in.ts';

/** The sample that `npm start` and `azfed local up` begin with: three projects, two accounts, and a few troubles. */
export const sample = {
  organization: 'contoso',
  organizationId: '5bb3ca2a-4b35-4d0c-9c7e-0c0f5e1f1a01',
  accounts: ['123456789012', '210987654321'],
  accountNames: ['commerce', 'finance'],
  readerToken: 'sample-reader',
  adminToken: 'sample-admin',
  secretNames: { pat: 'AZURE_DEVOPS_PAT', webhook: 'AZFED_WEBHOOK_SECRET' },
} as const;

const [main, second] = sample.accounts;
const role = (account: string, path: string, name: string) =>
  `arn:aws:iam::${account}:role/azure-devops/${path}/${name}`;

/** Federated when azfed is done: everything that asks for OIDC inside its grant. */
const connections = [
  { project: 'Shop', name: 'aws-prod', roleArn: role(main, 'shop', 'shop-prod'), useOidc: true },
  { project: 'Shop', name: 'aws-staging', roleArn: role(main, 'shop', 'shop-staging'), useOidc: true },
  { project: 'Shop', name: 'aws-legacy', accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'sample' },
  {
    project: 'Shop',
    name: 'aws-mixed',
    roleArn: role(main, 'shop', 'shop-mixed'),
    useOidc: true,
    accessKeyId: 'AKIAI44QH8DHBEXAMPLE',
    secretAccessKey: 'sample',
  },
  {
    project: 'Payments',
    name: 'aws-prod',
    roleArn: role(second, 'payments', 'payments-prod'),
    useOidc: true,
  },
  {
    project: 'Payments',
    name: 'aws-staging',
    roleArn: role(second, 'payments', 'payments-staging'),
    useOidc: true,
  },
  {
    project: 'Payments',
    name: 'aws-admin',
    roleArn: `arn:aws:iam::${second}:role/OrganizationAdmin`,
    useOidc: true,
  },
  {
    project: 'Payments',
    name: 'aws-by-hand',
    roleArn: role(second, 'payments', 'made-by-hand'),
    useOidc: true,
  },
  { project: 'Platform', name: 'aws-network', roleArn: role(main, 'platform', 'network'), useOidc: true },
  {
    project: 'Platform',
    name: 'aws-tools',
    type: 'aws',
    roleArn: role(second, 'platform', 'tools'),
    useOidc: true,
    externalId: 'left-from-before',
  },
  { project: 'Platform', name: 'aws-${stage}', roleArn: role(main, 'platform', 'stage'), useOidc: true },
  { project: 'Platform', name: 'aws-sandbox', useOidc: true },
  { project: 'Platform', name: 'old-deploy', roleArn: role(main, 'platform', 'old-deploy'), useOidc: true },
  { project: 'Platform', name: 'registry', type: 'dockerregistry' },
] as const;

/** Puts the sample into an empty cloud, through the same interfaces that people use. */
export async function seed(cloud: LocalCloud): Promise<void> {
  const { organizations, projects, connections: play } = cloud.azureDevOps;
  const { organization, organizationId, readerToken, adminToken } = sample;
  organizations.create({
    name: organization,
    id: organizationId,
    pats: [
      { token: readerToken, access: 'read' },
      { token: adminToken, access: 'manage' },
    ],
  });
  const names = ['Shop', 'Payments', 'Platform'];
  for (const project of names) projects.create(organization, project);
  for (const connection of connections) play.create(organization, connection);
  seedPipelines(cloud.azureDevOps, organization, names);
  await seedAuthentication(cloud, organization, readerToken);
  for (const id of sample.accounts)
    await seedAccount(cloud.aws.url, cloud.aws.addAccount({ id }).credentials);
  const iam = openConsole(cloud.aws.url, cloud.aws.addAccount({ id: second }).credentials);
  await iam.send(
    new CreateRoleCommand({
      RoleName: 'made-by-hand',
      Path: '/azure-devops/payments/',
      AssumeRolePolicyDocument: trustOfAccount(second),
    }),
  );
  await iam.send(
    new AttachRolePolicyCommand({
      RoleName: 'made-by-hand',
      PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess',
    }),
  );
  await iam.send(
    new CreateOpenIDConnectProviderCommand({
      Url: `https://vstoken.dev.azure.com/${organizationId}`,
      ClientIDList: ['somebody-elses-audience'],
    }),
  );
}

async function seedAccount(endpoint: string, credentials: StaticCredentials): Promise<void> {
  const document = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', NotAction: ['iam:*', 'organizations:*'], Resource: '*' }],
  };
  await openConsole(endpoint, credentials).send(
    new CreatePolicyCommand({ PolicyName: 'azfed-boundary', PolicyDocument: JSON.stringify(document) }),
  );
}

const trustOfAccount = (account: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: 'sts:AssumeRole' },
    ],
  });

/** The configuration that goes with the sample. */
export function sampleConfiguration(cloud: LocalCloud): string {
  const { organization, organizationId, accounts, accountNames, secretNames } = sample;
  const grant = (name: string, project: string, policies: string) => `  - name: ${name}
    mode: enforce # observe would only report
    connections: { organization: ${organization}, project: ${project}, name: "aws-*" }
    accounts: ["${accounts.join('", "')}"]
    role: { path: /azure-devops/${name}/, name: "*" }
    boundary: "arn:aws:iam::{account}:policy/azfed-boundary"
${policies}
    tags: { team: ${name} }
    retire: close`;
  return `# The sample of the embedded cloud. Nothing in it exists outside this machine.
version: 1
organizations:
  - name: ${organization}
    id: ${organizationId}
    url: ${cloud.azureDevOps.url}/${organization}
    auditLog: true
    credential: { type: pat, env: ${secretNames.pat} }
${otherCredentials(cloud)
  .map((credential) => `    # credential: ${credential}\n`)
  .join('')}accounts:
${accounts.map((id, index) => `  - id: "${id}"\n    name: ${accountNames[index] ?? ''}\n    assumeRole: arn:aws:iam::${id}:role/azfed-spoke`).join('\n')}
grants:
${grant(
  'shop',
  '"Shop*"',
  `    managedPolicies: ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
    inlinePolicies:
      deploy:
        document:
          Version: "2012-10-17"
          Statement: [{ Effect: Allow, Action: ["s3:PutObject", "cloudfront:CreateInvalidation"], Resource: "*" }]`,
)}
${grant('payments', 'Payments', '    managedPolicies: ["arn:aws:iam::aws:policy/ReadOnlyAccess"]')}
${grant('platform', 'Platform', '    managedPolicies: ["arn:aws:iam::aws:policy/PowerUserAccess"]\n    maxSessionDuration: 7200')}
limits: { changesPerPass: 20, closuresPerPass: 3, driftPercent: 20, absencePercent: 10 }
webhooks:
  - name: ops
    url: ${cloud.receiver.url}
    format: cloudevents
    secret: { env: ${secretNames.webhook} }
    events: ["connection.*", "provider.*", "deployment.*"]
`;
}
