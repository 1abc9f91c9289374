import { CreatePolicyCommand } from '@aws-sdk/client-iam';
import type { IAMClient } from '@aws-sdk/client-iam';

/** Makes a managed policy that allows everything but IAM; its ARN. */
export async function createPolicy(console: IAMClient, name: string): Promise<string> {
  const document = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', NotAction: ['iam:*', 'organizations:*'], Resource: '*' }],
  };
  const command = new CreatePolicyCommand({ PolicyName: name, PolicyDocument: JSON.stringify(document) });
  const { Policy } = await console.send(command);
  return Policy?.Arn ?? '';
}
