import { Aws } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { CfnRole } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { acknowledge, allow, buildPolicy, type Right } from '../policy-statement.ts';

export interface Forwarding {
  /** ARN of the hub's event bus. */
  readonly bus: string;
  /** Which events are sent: see `buildChangePattern`. */
  readonly pattern: object;
  readonly roleName: string;
  readonly rolePath: string;
  readonly permissionsBoundary?: string;
}

/**
 * Sends IAM writes of this account that can concern azfed to the hub; works in the home Region of the partition alone.
 */
export function addForwarding(
  parent: Construct,
  { bus, pattern, roleName, rolePath, permissionsBoundary }: Forwarding,
): void {
  const role = new CfnRole(parent, 'ForwardRole', {
    roleName,
    path: rolePath,
    description: 'Sends IAM changes to the event bus of azfed.',
    ...(permissionsBoundary !== undefined && { permissionsBoundary }),
    assumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'events.amazonaws.com' },
          Action: 'sts:AssumeRole',
          Condition: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
        },
      ],
    },
    policies: [{ policyName: 'rights', policyDocument: buildPolicy(forwardRights(bus)) }],
  });
  const rule = new CfnRule(parent, 'ForwardChanges', {
    description: 'IAM writes of this account that can concern azfed.',
    eventPattern: pattern,
    targets: [{ id: 'Hub', arn: bus, roleArn: role.attrArn }],
  });
  acknowledge(rule, {
    'Serverless-EventBusDLQ':
      'A lost event costs nothing but time: the next scheduled run sees what it told of.',
  });
}

const forwardRights = (bus: string): readonly Right[] => [
  allow('SendToHub', ['events:PutEvents'], [bus], {
    reason: 'Word of IAM writes goes to the hub, nowhere else.',
  }),
];
