import { ArnFormat, Aws, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Settings } from '../settings.ts';

/**
 * The topic of all alarms. `enforceSSL` writes a policy that holds a Deny alone and so replaces the policy that SNS gives to
 * a new topic: without an Allow of its own, CloudWatch cannot publish and no alarm rings (SNS Developer Guide, default
 * access policy; CloudWatch User Guide, alarms and SNS). The topic has no KMS key: CloudWatch cannot use `alias/aws/sns`, and
 * messages hold names of alarms, never what azfed works with.
 */
export function addAlarmTopic(parent: Construct, settings: Settings, undelivered: IQueue): Topic {
  const topic = new Topic(parent, 'alarms', { topicName: `${settings.name}-alarms`, enforceSSL: true });
  topic.addToResourcePolicy(
    new PolicyStatement({
      sid: 'AlarmsOfThisAccount',
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: {
        StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
        ArnLike: {
          'aws:SourceArn': Stack.of(parent).formatArn({
            service: 'cloudwatch',
            resource: 'alarm',
            resourceName: '*',
            arnFormat: ArnFormat.COLON_RESOURCE_NAME,
          }),
        },
      },
    }),
  );
  if (settings.alarmEmail !== undefined)
    topic.addSubscription(new EmailSubscription(settings.alarmEmail, { deadLetterQueue: undelivered }));
  return topic;
}
