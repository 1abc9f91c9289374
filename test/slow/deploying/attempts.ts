import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  IAMClient,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { DeleteCommand, DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { HUB_ACCOUNT } from '../../../infra/local/aws/state/accounts.ts';
import type { LocalCloud } from '../../../infra/local/local-cloud.ts';
import { askForObject } from '../../../shared/adapters/s3/signed-request.ts';
import { systemClock } from '../../../shared/adapters/system/system-clock.ts';
import { ConflictError, PermissionError } from '../../../shared/domain/kernel/errors.ts';
import { CDK_DEPLOY_ROLE } from './hub.ts';

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** One call, by the keys of somebody: resolves where AWS allows it, also where it then finds nothing to do. */
export type Attempt = (keys: Keys) => Promise<unknown>;

const passed = ['ConditionalCheckFailedException', 'NoSuchEntityException', 'NoSuchEntity'];

export async function isAllowed(attempt: Attempt, keys: Keys): Promise<boolean> {
  try {
    await attempt(keys);
    return true;
  } catch (error) {
    const { name, code } = error as Error & { readonly code?: unknown };
    if (name.startsWith('AccessDenied') || code === 'AccessDenied' || error instanceof PermissionError)
      return false;
    if (passed.includes(name) || error instanceof ConflictError) return true;
    throw error;
  }
}

/** Everything that somebody may try in a deployment, by what it is. */
export function createAttempts(
  { aws, dynamoDb, s3, secrets }: LocalCloud,
  { account, bucket, hookSecret }: Readonly<Record<'account' | 'bucket' | 'hookSecret', string>>,
) {
  const at = (credentials: Keys, endpoint = aws.url) => ({ endpoint, region: 'us-east-1', credentials });
  const assume =
    (role: string) =>
    async (keys: Keys): Promise<Keys> => {
      const sts = new STSClient(at(keys));
      const request = { RoleArn: role, RoleSessionName: 'trial', ExternalId: 'contoso-azfed' };
      const { Credentials: given } = await sts.send(new AssumeRoleCommand(request)).finally(() => {
        sts.destroy();
      });
      const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = given ?? {};
      return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
    };
  const use =
    <Client extends { destroy(): void }>(
      open: (keys: Keys) => Client,
      work: (client: Client) => Promise<unknown>,
    ): Attempt =>
    async (keys) => {
      const client = open(keys);
      await work(client).finally(() => {
        client.destroy();
      });
    };
  const inIam = (work: (iam: IAMClient) => Promise<unknown>) => use((keys) => new IAMClient(at(keys)), work);
  const inTable = (work: (documents: DynamoDBDocumentClient) => Promise<unknown>) =>
    use(
      (keys) => new DynamoDBClient(at(keys, dynamoDb.url)),
      (client) => work(DynamoDBDocumentClient.from(client)),
    );
  const inSecrets = (work: (client: SecretsManagerClient) => Promise<unknown>) =>
    use((keys) => new SecretsManagerClient(at(keys, secrets.url)), work);
  const inBucket = (request: Parameters<typeof askForObject>[1]) =>
    use(
      (keys) => new DynamoDBClient(at(keys)),
      (client) => askForObject({ bucket, client, endpoint: s3.url, clock: systemClock }, request),
    );
  // No function is played: the policies alone are asked.
  const judge =
    (action: string, resource: string): Attempt =>
    ({ accessKeyId, sessionToken }) => {
      const [service = ''] = action.split(':');
      const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260101/us-east-1/${service}/aws4_request`;
      const headers = { authorization, 'x-amz-security-token': sessionToken };
      return new Promise<void>((resolve) => {
        aws.accessGuard.authorize(headers, { action, resource });
        resolve();
      });
    };
  const spokeRole = (name: string) => `arn:aws:iam::${account}:role/${name}`;
  const through =
    (role: string, attempt: Attempt): Attempt =>
    async (keys) =>
      attempt(await assume(spokeRole(role))(keys));
  // Nothing is written, whoever may: no item has this attribute.
  const condition = { TableName: 'azfed', ConditionExpression: 'attribute_exists(neverThere)' };
  const put = (pk: string) =>
    inTable((documents) => documents.send(new PutCommand({ ...condition, Item: { pk, sk: 'TRIAL' } })));
  const trust = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: 'sts:AssumeRole' },
    ],
  });
  const openRole = (RoleName: string) =>
    inIam((iam) => iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: trust })));
  const widenRole = (RoleName: string) =>
    inIam((iam) => {
      const Statement = [{ Effect: 'Allow', Action: '*', Resource: '*' }];
      const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
      return iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'all', PolicyDocument }));
    });
  const key = 'configurations/0000000001.json';
  return {
    'deploy the stack': assume(CDK_DEPLOY_ROLE),
    'enter an account to look': assume(spokeRole('azfed-spoke-read')),
    'enter an account to write': assume(spokeRole('azfed-spoke')),
    'enter an account to delete': assume(spokeRole('azfed-spoke-retire')),
    'start a run of the service': judge(
      'lambda:InvokeFunction',
      `arn:aws:lambda:us-east-1:${HUB_ACCOUNT}:function:azfed-discover`,
    ),
    'read records': inTable((documents) =>
      documents.send(new GetCommand({ TableName: 'azfed', Key: { pk: 'CONTROLS', sk: 'STATE' } })),
    ),
    'write decisions': put('CONTROLS'),
    'write records of an account': put(`ACCOUNT#${account}`),
    'delete decisions': inTable((documents) =>
      documents.send(new DeleteCommand({ ...condition, Key: { pk: 'CONTROLS', sk: 'TRIAL' } })),
    ),
    'read what is published': inBucket({ action: 's3:GetObject', key }),
    'publish a configuration': inBucket({
      action: 's3:PutObject',
      key,
      text: '{}',
      headers: { 'if-none-match': '*' },
    }),
    'replace a published configuration': inBucket({ action: 's3:PutObject', key, text: '{}' }),
    'read the password of the hook': inSecrets((client) =>
      client.send(new GetSecretValueCommand({ SecretId: hookSecret })),
    ),
    'read the token of an organization': inSecrets((client) =>
      client.send(new GetSecretValueCommand({ SecretId: 'azfed/token-contoso' })),
    ),
    'renew the token of an organization': inSecrets((client) =>
      client.send(new PutSecretValueCommand({ SecretId: 'azfed/token-contoso', SecretString: 'other' })),
    ),
    'let somebody into a function': openRole('azfed-discover'),
    'let somebody into the role that looks': through('azfed-spoke', openRole('azfed-spoke-read')),
    'let somebody into the role that writes': through('azfed-spoke', openRole('azfed-spoke')),
    'let somebody into the role that deletes': through('azfed-spoke', openRole('azfed-spoke-retire')),
    'give the role that writes everything': through('azfed-spoke', widenRole('azfed-spoke')),
    'give the role that deletes everything': through('azfed-spoke-retire', widenRole('azfed-spoke-retire')),
    'let somebody into a role outside of the grants': through('azfed-spoke', openRole('administrators')),
    'take the boundary from a role of a grant': through(
      'azfed-spoke',
      inIam((iam) => iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName: 'network' }))),
    ),
    'take policies from the role that looks': through(
      'azfed-spoke-retire',
      inIam((iam) =>
        iam.send(new DeleteRolePolicyCommand({ RoleName: 'azfed-spoke-read', PolicyName: 'read' })),
      ),
    ),
  } satisfies Record<string, Attempt>;
}
