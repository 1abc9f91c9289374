import { Stack } from 'aws-cdk-lib';
import { CfnEventBus, CfnRule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnPermission, type IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { buildChangePattern } from '../../../shared/domain/configuration/change-pattern.ts';
import type { Service } from './service.ts';

interface ChangeIntake {
  readonly iamChange: IFunction;
  readonly undelivered: IQueue;
}

/**
 * The bus to which accounts send their IAM writes, and the way from there to `iam-change`. Mode small: nobody but this account
 * may send. What grants allow is filtered in the accounts, whose templates have to follow them anyway, and in the function.
 */
export function addChangeIntake(
  parent: Construct,
  { settings }: Service,
  { iamChange, undelivered }: ChangeIntake,
): void {
  const busName = settings.name;
  const organizationId = settings.mode === 'organization' ? settings.organizationId : undefined;
  const bus = new CfnEventBus(parent, 'bus', {
    name: busName,
    ...(organizationId !== undefined && { policy: buildBusPolicy(organizationId, busArn(parent, busName)) }),
  });
  const rule = new CfnRule(parent, 'iam-writes', {
    description: 'IAM writes in the accounts.',
    eventBusName: bus.ref,
    eventPattern: buildChangePattern({ organizations: [], grants: [] }, []),
    targets: [
      { id: 'iam-change', arn: iamChange.functionArn, deadLetterConfig: { arn: undelivered.queueArn } },
    ],
  });
  new CfnPermission(parent, 'iam-writes-permission', {
    action: 'lambda:InvokeFunction',
    functionName: iamChange.functionArn,
    principal: 'events.amazonaws.com',
    sourceArn: rule.attrArn,
  });
  undelivered.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('events.amazonaws.com')],
      actions: ['sqs:SendMessage'],
      resources: [undelivered.queueArn],
      conditions: { ArnEquals: { 'aws:SourceArn': rule.attrArn } },
    }),
  );
}

const buildBusPolicy = (organizationId: string, bus: string): object => ({
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'AccountsOfTheOrganization',
      Effect: 'Allow',
      Principal: '*',
      Action: 'events:PutEvents',
      Resource: bus,
      Condition: { StringEquals: { 'aws:PrincipalOrgID': organizationId } },
    },
  ],
});

function busArn(parent: Construct, resourceName: string): string {
  return Stack.of(parent).formatArn({ service: 'events', resource: 'event-bus', resourceName });
}
