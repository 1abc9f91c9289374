import { GetRoleCommand, IAMClient, IAMServiceException } from '@aws-sdk/client-iam';
import { AssumeRoleWithWebIdentityCommand, STSClient, STSServiceException } from '@aws-sdk/client-sts';
import type { Credentials } from '@aws-sdk/client-sts';

/** Takes a token to STS and asks for the role. */
export async function assume(endpoint: string, role: string, token: string): Promise<'in' | 'refused'> {
  return (await enter(endpoint, role, token)) ? 'in' : 'refused';
}

/** The same, with the session that was opened; `undefined` when STS refused. */
export async function enter(endpoint: string, role: string, token: string): Promise<Credentials | undefined> {
  const credentials = { accessKeyId: '', secretAccessKey: '' };
  const sts = new STSClient({ endpoint, region: 'us-east-1', credentials });
  const command = new AssumeRoleWithWebIdentityCommand({
    RoleArn: role,
    RoleSessionName: 'aws-vsts-tools',
    WebIdentityToken: token,
  });
  try {
    return (await sts.send(command)).Credentials;
  } catch (error) {
    if (error instanceof STSServiceException) return undefined;
    throw error;
  } finally {
    sts.destroy();
  }
}

/** Whether a session may look at a role. */
export async function observe(
  endpoint: string,
  session: Credentials | undefined,
  role: string,
): Promise<'allowed' | 'denied'> {
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = session ?? {};
  const credentials = {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
  };
  const iam = new IAMClient({ endpoint, region: 'us-east-1', credentials });
  try {
    await iam.send(new GetRoleCommand({ RoleName: role }));
    return 'allowed';
  } catch (error) {
    if (error instanceof IAMServiceException && error.name === 'AccessDenied') return 'denied';
    throw error;
  } finally {
    iam.destroy();
  }
}
