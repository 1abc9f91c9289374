import {
  CreateRoleCommand,
  EntityAlreadyExistsException,
  IAMClient,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { Coordinates } from './coordinates.ts';

/** Keys of somebody who is signed in for a while. */
export interface SessionKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

const HOUR_SECONDS = 3_600;

/**
 * Signs somebody else in to azfed's own account: a session of a role that is theirs alone, for everybody in one role is one
 * person to azfed.
 */
export async function signInPerson(
  name: string,
  { aws, hub }: Pick<Coordinates, 'aws' | 'hub'>,
): Promise<SessionKeys> {
  const client = { endpoint: aws, region: 'us-east-1', credentials: hub };
  const [iam, sts] = [new IAMClient(client), new STSClient(client)];
  try {
    const roleArn = await ensureRole(iam, `people-${name.toLowerCase()}`);
    const { Credentials: keys } = await sts.send(
      new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: name, DurationSeconds: HOUR_SECONDS }),
    );
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = keys ?? {};
    return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
  } finally {
    iam.destroy();
    sts.destroy();
  }
}

const HUB = '111122223333';

async function ensureRole(iam: IAMClient, roleName: string): Promise<string> {
  const trust = {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${HUB}:root` }, Action: 'sts:AssumeRole' },
    ],
  };
  try {
    await iam.send(
      new CreateRoleCommand({ RoleName: roleName, AssumeRolePolicyDocument: JSON.stringify(trust) }),
    );
  } catch (error) {
    if (!(error instanceof EntityAlreadyExistsException)) throw error;
  }
  const rights = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: roleName,
      PolicyName: 'all',
      PolicyDocument: JSON.stringify(rights),
    }),
  );
  return `arn:aws:iam::${HUB}:role/${roleName}`;
}
