import { AttachRolePolicyCommand, CreateRoleCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { openConsole } from '../../../infra/local/console-user.ts';
import type { LocalCloud } from '../../../infra/local/local-cloud.ts';
import type { Variables } from './command-line.ts';

const HUB = '111122223333';
const trust = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${HUB}:root` }, Action: 'sts:AssumeRole' }],
};

/** What stands in the environment of a person who has a role of their own, and a session of that name, in azfed's account. */
export async function authenticate({ aws }: LocalCloud, name: string): Promise<Variables> {
  const iam = openConsole(aws.url, aws.hubCredentials);
  const roleName = `operators-${name}`;
  const role = { RoleName: roleName, AssumeRolePolicyDocument: JSON.stringify(trust) };
  const policy = { RoleName: roleName, PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' };
  await iam.send(new CreateRoleCommand(role)).catch(() => undefined);
  await iam.send(new AttachRolePolicyCommand(policy));
  iam.destroy();
  const sts = new STSClient({ endpoint: aws.url, region: 'us-east-1', credentials: aws.hubCredentials });
  const session = { RoleArn: `arn:aws:iam::${HUB}:role/${roleName}`, RoleSessionName: name };
  const { Credentials: keys } = await sts.send(new AssumeRoleCommand(session));
  sts.destroy();
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = keys ?? {};
  return {
    AWS_ACCESS_KEY_ID: AccessKeyId,
    AWS_SECRET_ACCESS_KEY: SecretAccessKey,
    AWS_SESSION_TOKEN: SessionToken,
  };
}
