import { AssumeRoleWithWebIdentityCommand, STSClient, STSServiceException } from '@aws-sdk/client-sts';
import { sample } from '../../../../../infra/local/sample.ts';
import type { Binding } from '../../../../../shared/domain/desired/bindings.ts';
import type { Stage } from './stage.ts';

/** A connection as it is at this moment in Azure DevOps. */
export interface TokenHolder {
  readonly project: string;
  readonly name: string;
  readonly id: string;
}

export type SignInAttempt =
  { readonly result: 'in'; readonly as: string } | { readonly result: 'refused'; readonly code: string };

/** A token that Azure DevOps signs for a job that uses this connection; without one, the token of the pipeline itself. */
export function mintToken(
  { cloud }: Stage,
  { project, id }: Pick<TokenHolder, 'project'> & { readonly id?: string },
): Promise<string> {
  return cloud.azureDevOps.mintToken({
    organization: sample.organization,
    project,
    ...(id === undefined ? {} : { connectionId: id }),
  });
}

/** Takes the token to STS and asks for the role, as the AWS tasks of a pipeline do. */
export async function assume({ cloud }: Stage, roleArn: string, token: string): Promise<SignInAttempt> {
  const sts = new STSClient({
    endpoint: cloud.aws.url,
    region: 'us-east-1',
    credentials: { accessKeyId: '', secretAccessKey: '' },
  });
  try {
    const { AssumedRoleUser } = await sts.send(
      new AssumeRoleWithWebIdentityCommand({
        RoleArn: roleArn,
        RoleSessionName: 'aws-vsts-tools',
        WebIdentityToken: token,
      }),
    );
    return { result: 'in', as: AssumedRoleUser?.Arn ?? '' };
  } catch (error) {
    if (error instanceof STSServiceException) return { result: 'refused', code: error.name };
    throw error;
  } finally {
    sts.destroy();
  }
}

/** Who a binding is about, under its first name. */
export function tokenHolderOf({
  connectionId,
  references,
}: Pick<Binding, 'connectionId' | 'references'>): TokenHolder {
  const [first] = references;
  return { project: first?.projectName ?? '', name: first?.name ?? '', id: connectionId };
}
