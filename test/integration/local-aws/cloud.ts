import { IAMClient } from '@aws-sdk/client-iam';
import type { Credentials } from '@aws-sdk/client-sts';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { LocalAccount, NewAccount } from '../../../infra/local/aws/state/accounts.ts';
import type { LocalAws, LocalAwsOptions } from '../../../infra/local/aws/local-aws.ts';
import { startLocalAws } from '../../../infra/local/aws/local-aws.ts';

export const ACCOUNT = '123456789012';
export const ISSUER = 'vstoken.dev.azure.com/0b5c2b5e-6a4f-4a52-9f0e-3f6b6a1f0001';
export const PROVIDER_ARN = `arn:aws:iam::${ACCOUNT}:oidc-provider/${ISSUER}`;
export const AUDIENCE = 'api://AzureADTokenExchange';
export const READ_ONLY = 'arn:aws:iam::aws:policy/ReadOnlyAccess';

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface TestCloud {
  readonly aws: LocalAws;
  readonly account: LocalAccount;
  /** Administrator of the account. */
  readonly iam: IAMClient;
  readonly clock: { now: number };
  readonly openIam: (keys: Keys, region?: string) => IAMClient;
  readonly openSts: (keys: Keys) => STSClient;
  /** Keys of a session of the spoke role, opened by the hub. */
  spokeKeys(policy?: string): Promise<Keys>;
}

const running = new Set<() => Promise<void>>();

/** One account beside the hub's, on a clock that stands still. */
export async function startCloud(
  options: LocalAwsOptions = {},
  account: Partial<NewAccount> = {},
): Promise<TestCloud> {
  const clock = { now: Date.parse('2026-11-22T10:00:00Z') };
  const aws = await startLocalAws({ now: () => clock.now, ...options });
  running.add(() => aws.close());
  const settings = (credentials: Keys, region: string) => ({
    endpoint: aws.url,
    region,
    credentials,
    maxAttempts: 1,
  });
  const openIam = (keys: Keys, region = 'us-east-1') => closing(new IAMClient(settings(keys, region)));
  const openSts = (keys: Keys) => closing(new STSClient(settings(keys, 'us-east-1')));
  const added = aws.addAccount({ id: ACCOUNT, ...account });
  return {
    aws,
    account: added,
    iam: openIam(added.credentials),
    clock,
    openIam,
    openSts,
    async spokeKeys(policy) {
      const { Credentials: credentials } = await openSts(aws.hubCredentials).send(
        new AssumeRoleCommand({ RoleArn: added.spokeRoleArn, RoleSessionName: 'azfed-pass', Policy: policy }),
      );
      return toKeys(credentials);
    },
  };
}

export function toKeys(credentials: Credentials | undefined): Keys {
  const {
    AccessKeyId: accessKeyId = '',
    SecretAccessKey: secretAccessKey = '',
    SessionToken: token,
  } = credentials ?? {};
  return { accessKeyId, secretAccessKey, ...(token === undefined ? {} : { sessionToken: token }) };
}

function closing<Client extends { destroy(): void }>(client: Client): Client {
  running.add(() => {
    client.destroy();
    return Promise.resolve();
  });
  return client;
}

export async function stopClouds(): Promise<void> {
  await Promise.all([...running].map((stop) => stop()));
  running.clear();
}

/** The service's code and message, as the SDK's errors carry them. */
export async function readRefusal(
  sent: Promise<unknown>,
): Promise<{ code: string; status: number; message: string }> {
  const error: unknown = await sent.then(
    () => ({ name: 'none' }),
    (reason: unknown) => reason,
  );
  const {
    name,
    Code,
    Error: inner,
    message,
    $metadata,
  } = error as {
    name: string;
    Code?: string;
    Error?: { Code?: string };
    message?: string;
    $metadata?: { httpStatusCode?: number };
  };
  return {
    code: inner?.Code ?? Code ?? name,
    status: $metadata?.httpStatusCode ?? 0,
    message: message ?? '',
  };
}

export function makeTrust(subject: string, issuer = ISSUER): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/${issuer}` },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringEquals: { [`${issuer}:aud`]: AUDIENCE, [`${issuer}:sub`]: subject } },
      },
    ],
  });
}

export const TRUST = makeTrust('sc://contoso/Shop/aws-prod');

export function identityPolicy(...statements: readonly object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}
