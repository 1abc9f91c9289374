import { CreateRoleCommand } from '@aws-sdk/client-iam';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { readService } from '../../../infra/aws/stacks.ts';
import { stackSettings } from '../../../infra/aws/settings.ts';
import type { Template } from '../../../infra/aws/template-values.ts';
import { HUB_ACCOUNT } from '../../../infra/local/aws/state/accounts.ts';
import { openConsole } from '../../../infra/local/console-user.ts';
import type { LocalCloud } from '../../../infra/local/local-cloud.ts';
import { createDynamoDeployedStack } from '../../../shared/adapters/dynamodb/dynamo-deployed-stack.ts';
import { createLocalDynamoClient } from '../../builders/local-dynamo.ts';
import { listStackNeeds } from '../../../shared/domain/configuration/stack-rules.ts';
import {
  listHubPolicies,
  makePermissionSet,
  resolveHub,
  withLoopback,
} from '../../builders/permission-sets.ts';
import { synthesize } from '../../infra/synthesis.ts';

type Context = Readonly<Record<string, unknown>>;

/** What people find in the hub once it is deployed. */
export interface DeployedHub {
  readonly template: Template;
  readonly bucket: string;
  readonly hookSecret: string;
  /** Output `EntraSubject`, resolved. */
  readonly entraSubject: string;
}

const sets = ['Reader', 'Operator', 'Approver', 'Retirer'] as const;

/** The role of the CDK bootstrap that a deployment begins with (aws-cdk, bootstrap-template.yaml). */
export const CDK_DEPLOY_ROLE = `arn:aws:iam::${HUB_ACCOUNT}:role/cdk-hnb659fds-deploy-role-${HUB_ACCOUNT}-us-east-1`;

export async function bootstrapHub({ aws }: LocalCloud): Promise<void> {
  const iam = openConsole(aws.url, aws.hubCredentials);
  const RoleName = CDK_DEPLOY_ROLE.split('/')[1];
  const trust = {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${HUB_ACCOUNT}:root` }, Action: 'sts:AssumeRole' },
    ],
  };
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: JSON.stringify(trust) }));
  iam.destroy();
}

/**
 * What of the template the embedded cloud plays: roles, policies of people, the bucket with its policy, the secret of the
 * hook, functions that do nothing, and what they record of their stack at their first run. The table is there.
 */
export async function deployHub(cloud: LocalCloud, context: Context): Promise<DeployedHub> {
  const template = withLoopback(() => synthesize(context)['azfed'] ?? { Resources: {} });
  const bucketId = readOutput(template, 'ConfigurationBucket');
  // Names of buckets have no capitals.
  const bucket = bucketId.toLowerCase();
  const hookSecretName = readOutput(template, 'HookSecret');
  cloud.s3.createBucket(bucket, findBucketPolicy(template, bucketId));
  const hookSecret = cloud.secrets.put(
    hookSecretName,
    JSON.stringify({ current: 'first-password-of-the-hooks' }),
  );
  await createFunctionRoles(cloud, template);
  for (const set of sets)
    makePermissionSet(cloud, `Azfed${set}`, listHubPolicies(template, `${set.toLowerCase()}s`));
  for (const { Type, Properties } of Object.values(template.Resources))
    if (Type === 'AWS::Lambda::Function') putFunction(cloud, String(Properties['FunctionName']));
  await recordStack(cloud, context, bucket);
  const entraSubject = `arn:aws:iam::${HUB_ACCOUNT}:role/${findRoleName(template, readOutput(template, 'EntraSubject'))}`;
  return { template, bucket, hookSecret, entraSubject };
}

/** One that is there and does nothing: `azfed doctor` asks whether somebody may start it. */
export function putFunction({ aws }: LocalCloud, name: string): void {
  aws.functions.put(name, () => Promise.resolve({}));
}

/** The logical id that the output refers to. */
function readOutput({ Outputs: outputs = {} }: Template, name: string): string {
  const { Value: value } = outputs[name] as { readonly Value: Readonly<Record<string, string | string[]>> };
  const [reference] = Object.values(value).flat();
  return reference ?? '';
}

const findRoleName = ({ Resources: resources }: Template, id: string) =>
  String(resources[id]?.Properties['RoleName']);

function findBucketPolicy(template: Template, bucketId: string): object {
  const found = Object.values(template.Resources).find(
    ({ Type, Properties }) =>
      Type === 'AWS::S3::BucketPolicy' && JSON.stringify(Properties['Bucket']).includes(bucketId),
  );
  return resolveHub(template, found?.Properties['PolicyDocument']) as object;
}

/** Their policies are left out: no function runs here, but the roles are what the accounts and Entra trust. */
async function createFunctionRoles({ aws }: LocalCloud, template: Template): Promise<void> {
  const iam = openConsole(aws.url, aws.hubCredentials);
  for (const { Type, Properties } of Object.values(template.Resources)) {
    if (Type !== 'AWS::IAM::Role' || Properties['RoleName'] === undefined) continue;
    const { RoleName, Path, AssumeRolePolicyDocument } = resolveHub(template, Properties) as {
      readonly RoleName: string;
      readonly Path?: string;
      readonly AssumeRolePolicyDocument: object;
    };
    const trust = JSON.stringify(AssumeRolePolicyDocument);
    await iam.send(new CreateRoleCommand({ RoleName, Path, AssumeRolePolicyDocument: trust }));
  }
  iam.destroy();
}

async function recordStack(cloud: LocalCloud, context: Context, bucket: string): Promise<void> {
  const { settings, source } = withLoopback(() => readService(context));
  const client = createLocalDynamoClient(cloud.dynamoDb.url);
  const store = createDynamoDeployedStack({
    documents: DynamoDBDocumentClient.from(client),
    table: 'azfed',
  });
  await store.write({
    release: '0.0.1',
    configurationBucket: bucket,
    sha256: '',
    settings: stackSettings(settings),
    needs: listStackNeeds(source.configuration),
  });
  client.destroy();
}
