import { allow, type Right } from '../policy-statement.ts';

/** Whose account and names they are for. */
export interface DeployerScope {
  readonly partition: string;
  readonly hub: string;
  /** That of the stack. */
  readonly name: string;
}

/**
 * What somebody needs in the account of the hub who deploys azfed as docs/deploy.md says. What the stack is made of is made by
 * CloudFormation, with the execution role of the bootstrap: nobody needs those rights for themselves.
 */
export const listDeployerRights = ({ partition, hub, name }: DeployerScope): readonly Right[] => [
  allow('UseBootstrap', ['sts:AssumeRole'], [`arn:${partition}:iam::${hub}:role/cdk-hnb659fds-*`], {
    reason:
      'npx cdk deploy. CloudFormation then makes the stack with the execution role of the bootstrap, which may do everything unless `cdk bootstrap --cloudformation-execution-policies` names less: who has this, has that.',
  }),
  allow('ReadIssuer', ['iam:GetOutboundWebIdentityFederationInfo'], ['*'], {
    reason: 'entra.sh: the issuer that the application in Entra trusts.',
  }),
  allow(
    'KeepSecrets',
    ['secretsmanager:CreateSecret', 'secretsmanager:PutSecretValue', 'secretsmanager:TagResource'],
    [`arn:${partition}:secretsmanager:*:${hub}:secret:${name}/*`],
    { reason: 'azfed secrets create: tokens and signing secrets, before the stack that reads them.' },
  ),
  allow(
    'DeployAccounts',
    [
      'cloudformation:CreateStackSet',
      'cloudformation:UpdateStackSet',
      'cloudformation:CreateStackInstances',
      'cloudformation:DescribeStackSet',
      'cloudformation:DescribeStackSetOperation',
      'cloudformation:ListStackSetOperationResults',
    ],
    ['*'],
    {
      reason:
        'accounts.sh. A delegated administrator for StackSets deploys into every account of the organization; AWS cannot limit that to organizational units.',
    },
  ),
  allow('FindAdministrators', ['organizations:ListDelegatedAdministrators'], ['*'], {
    reason: 'StackSets look whether the hub is a delegated administrator.',
  }),
  allow(
    'TryAlarm',
    ['cloudwatch:SetAlarmState', 'cloudwatch:DescribeAlarmHistory'],
    [`arn:${partition}:cloudwatch:*:${hub}:alarm:${name}-*`],
    { reason: 'Lets one alarm ring, and looks whether it was sent.' },
  ),
];
