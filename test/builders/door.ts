import { AssumeRoleWithWebIdentityCommand, STSClient, STSServiceException } from '@aws-sdk/client-sts';

/** Takes a token to STS and asks for the role. */
export async function knock(endpoint: string, role: string, token: string): Promise<'in' | 'refused'> {
  const credentials = { accessKeyId: '', secretAccessKey: '' };
  const sts = new STSClient({ endpoint, region: 'us-east-1', credentials });
  const command = new AssumeRoleWithWebIdentityCommand({
    RoleArn: role,
    RoleSessionName: 'aws-vsts-tools',
    WebIdentityToken: token,
  });
  try {
    await sts.send(command);
    return 'in';
  } catch (error) {
    if (error instanceof STSServiceException) return 'refused';
    throw error;
  } finally {
    sts.destroy();
  }
}
