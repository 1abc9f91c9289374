import type { Account } from '../state/world.ts';

/** A few of AWS's managed policies, shortened to what matters for IAM and STS (AWS Managed Policy Reference). */
const allow = (...actions: readonly string[]) => [{ Effect: 'Allow', Action: actions, Resource: '*' }];

const statements: Readonly<Record<string, readonly object[]>> = {
  AdministratorAccess: allow('*'),
  AWSDenyAll: [{ Sid: 'DenyAll', Effect: 'Deny', Action: ['*'], Resource: '*' }],
  PowerUserAccess: [
    { Effect: 'Allow', NotAction: ['iam:*', 'organizations:*', 'account:*'], Resource: '*' },
    ...allow('iam:CreateServiceLinkedRole', 'iam:DeleteServiceLinkedRole', 'iam:ListRoles'),
  ],
  ReadOnlyAccess: allow('iam:Get*', 'iam:List*', 'iam:Generate*', 's3:Get*', 's3:List*', 'ec2:Describe*'),
  SecurityAudit: allow('iam:Get*', 'iam:List*', 'iam:Generate*', 'ec2:Describe*'),
  'job-function/ViewOnlyAccess': allow('iam:List*', 's3:ListAllMyBuckets', 'ec2:Describe*'),
  IAMFullAccess: allow('iam:*', 'organizations:DescribeAccount'),
  IAMReadOnlyAccess: allow('iam:Get*', 'iam:List*', 'iam:Generate*'),
  AmazonS3ReadOnlyAccess: allow('s3:Get*', 's3:List*', 's3:Describe*'),
  AmazonS3FullAccess: allow('s3:*', 's3-object-lambda:*'),
  AmazonEC2ReadOnlyAccess: allow('ec2:Describe*'),
  AmazonEC2FullAccess: allow('ec2:*'),
  CloudWatchReadOnlyAccess: allow('cloudwatch:Get*', 'cloudwatch:List*', 'logs:Get*', 'logs:Describe*'),
  AWSCloudFormationFullAccess: allow('cloudformation:*'),
  AWSCloudTrail_ReadOnlyAccess: allow(
    'cloudtrail:Get*',
    'cloudtrail:Describe*',
    'cloudtrail:List*',
    'cloudtrail:LookupEvents',
  ),
};

export const managedPolicyNames: readonly string[] = Object.keys(statements);

/** The document of an AWS managed policy, `undefined` when this cloud has none of that ARN. */
export function managedPolicyDocument(partition: string, arn: string): string | undefined {
  const prefix = `arn:${partition}:iam::aws:policy/`;
  const statement = arn.startsWith(prefix) ? statements[arn.slice(prefix.length)] : undefined;
  return statement && JSON.stringify({ Version: '2012-10-17', Statement: statement });
}

/** The document that an account can attach under an ARN: its own policy, or one of AWS's. */
export function policyDocument(account: Account, arn: string, asOf?: number): string | undefined {
  const policy = account.policies.get(arn, asOf);
  const version = policy?.versions.find(({ id }) => id === policy.defaultVersion);
  return version?.document ?? managedPolicyDocument(account.partition, arn);
}
