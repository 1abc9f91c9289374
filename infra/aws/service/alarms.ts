import { Duration, ArnFormat, Aws, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Topic, type ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { metrics } from '../../../shared/contract/metrics.ts';
import type { FunctionName } from '../function-names.ts';
import type { Settings } from '../settings.ts';
import { findRunbookName, listLogGroups, runbook } from './runbook.ts';
import type { WorkQueue } from './queues.ts';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { DAY_SECONDS } from '../../../shared/domain/kernel/durations.ts';

export interface Watched {
  /** Of the metrics that the functions emit. */
  readonly namespace: string;
  readonly functions: Readonly<Record<FunctionName, IFunction>>;
  readonly queues: Readonly<Record<'discover' | 'reconcile' | 'report', WorkQueue>>;
  readonly undelivered: IQueue;
  readonly organizationIds: readonly string[];
}

interface AlarmOutline {
  readonly id: string;
  readonly metric: IMetric;
  /** Default 1. */
  readonly threshold?: number;
  readonly comparison?: ComparisonOperator;
  readonly missing?: TreatMissingData;
  readonly periods?: number;
  /** So many of the periods; left out: all of them. */
  readonly breaching?: number;
}

const minutes = (count: number) => Duration.minutes(count);

type OwnMetric = (key: keyof typeof metrics, service: FunctionName, choice?: MetricChoice) => Metric;

/** Metrics that the functions emit; `service` is the function that does. */
export function listOwnMetrics({ namespace }: Pick<Watched, 'namespace'>): OwnMetric {
  return (key, service, { statistic = 'Sum', period = minutes(5), dimensions } = {}) =>
    new Metric({
      namespace,
      metricName: metrics[key].name,
      statistic,
      period,
      dimensionsMap: { service, ...dimensions },
    });
}

interface MetricChoice {
  readonly statistic?: string;
  readonly period?: Duration;
  readonly dimensions?: Readonly<Record<string, string>>;
}

export function addAlarms(
  parent: Construct,
  settings: Settings,
  watched: Watched,
  topic: ITopic,
): readonly Alarm[] {
  const outlines = [
    ...functionAlarms(watched),
    ...queueAlarms(watched, settings),
    ...runAlarms(settings, watched),
    ...unreadAlarms(settings, watched),
    ...deliveryAlarms(watched),
    ...credentialAlarms(watched),
  ];
  return outlines.map((outline) => {
    const { id, metric, threshold = 1, periods = 1 } = outline;
    const page = findRunbookName(id);
    const { meaning = '', logs = [] } = runbook[page] ?? {};
    const groups = listLogGroups({ logs }, settings.name).join(', ');
    const alarm = new Alarm(parent, `alarm-${id}`, {
      alarmName: `${settings.name}-${id}`,
      alarmDescription: `${meaning} Logs: ${groups}. ${settings.runbookUrl}/${page}.md`,
      metric,
      threshold,
      evaluationPeriods: periods,
      ...(outline.breaching !== undefined && { datapointsToAlarm: outline.breaching }),
      comparisonOperator: outline.comparison ?? ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: outline.missing ?? TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new SnsAction(topic));
    return alarm;
  });
}

function functionAlarms({ functions }: Watched): readonly AlarmOutline[] {
  const period = minutes(5);
  return Object.entries(functions).flatMap(([name, watched]) => [
    { id: `${name}-errors`, metric: watched.metricErrors({ period }), periods: 3 },
    { id: `${name}-throttles`, metric: watched.metricThrottles({ period }), periods: 3 },
  ]);
}

function queueAlarms(
  { queues, undelivered }: Watched,
  { scheduleMinutes }: Settings,
): readonly AlarmOutline[] {
  const depth = (queue: IQueue) => queue.metricApproximateNumberOfMessagesVisible({ period: minutes(1) });
  return [
    ...Object.entries(queues).flatMap(([name, { queue, deadLetters }]) => [
      { id: `${name}-dead-letters`, metric: depth(deadLetters) },
      {
        id: `${name}-oldest-message`,
        metric: queue.metricApproximateAgeOfOldestMessage({ period: minutes(5) }),
        threshold: 2 * scheduleMinutes * 60,
      },
    ]),
    { id: 'undelivered', metric: depth(undelivered) },
  ];
}

function runAlarms({ scheduleMinutes }: Settings, watched: Watched): readonly AlarmOutline[] {
  const ownMetric = listOwnMetrics(watched);
  return [
    {
      id: 'no-discovery',
      metric: ownMetric('discoveries', 'discover', { period: minutes(2 * scheduleMinutes) }),
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      missing: TreatMissingData.BREACHING,
    },
    {
      id: 'failed-passes',
      metric: ownMetric('runs', 'reconcile', { dimensions: { outcome: 'failed' } }),
      periods: 2,
    },
    { id: 'severe-findings', metric: ownMetric('severeFindings', 'reconcile') },
    { id: 'disputed-roles', metric: ownMetric('rolesDisputed', 'reconcile') },
    { id: 'configuration-refused', metric: ownMetric('configurationsRefused', 'reconcile') },
    { id: 'breakers', metric: ownMetric('breakersTripped', 'reconcile') },
  ];
}

/** CloudWatch looks back at a day at most (API reference, PutMetricAlarm): three periods of eight hours. */
const LONGEST_PERIOD_MINUTES = 8 * 60;

/** What was read before and cannot be read any more. Once is no reason to wake somebody: the next run may read it. */
function unreadAlarms({ scheduleMinutes }: Settings, watched: Watched): readonly AlarmOutline[] {
  const ownMetric = listOwnMetrics(watched);
  const period = minutes(Math.min(scheduleMinutes, LONGEST_PERIOD_MINUTES));
  const twice = { periods: 3, breaching: 2 };
  return [
    { id: 'accounts-unread', metric: ownMetric('accountsUnread', 'reconcile', { period }), ...twice },
    {
      id: 'account-lists-unread',
      metric: ownMetric('accountListsUnread', 'discover', { period }),
      ...twice,
    },
    {
      id: 'organizations-unread',
      metric: ownMetric('organizationsUnread', 'discover', { period }),
      ...twice,
    },
    { id: 'projects-unread', metric: ownMetric('projectsUnread', 'discover', { period }), ...twice },
    ...(['reconcile', 'discover'] as const).map((service) => ({
      id: `${service === 'reconcile' ? 'account' : 'organization'}-reading-age`,
      metric: ownMetric('oldestReadingAge', service, { statistic: 'Maximum', period }),
      threshold: DAY_SECONDS,
    })),
  ];
}

function deliveryAlarms({ functions, ...watched }: Watched): readonly AlarmOutline[] {
  const ownMetric = listOwnMetrics(watched);
  const statistic = 'Maximum';
  return [
    { id: 'oldest-event', metric: ownMetric('oldestEventAge', 'deliver', { statistic }), threshold: 3_600 },
    { id: 'unreadable-items', metric: ownMetric('unreadableItems', 'deliver', { statistic }) },
    { id: 'exhausted-events', metric: ownMetric('eventsExhausted', 'deliver') },
    { id: 'hooks-deferred', metric: ownMetric('hooksDeferred', 'hook'), periods: 2 },
    { id: 'audit-entries-unread', metric: ownMetric('auditEntriesUnread', 'discover') },
    {
      id: 'stream-age',
      metric: functions.deliver.metric('IteratorAge', { statistic, period: minutes(5) }),
      threshold: minutes(15).toMilliseconds(),
      periods: 3,
    },
  ];
}

function credentialAlarms({ organizationIds, ...watched }: Watched): readonly AlarmOutline[] {
  const ownMetric = listOwnMetrics(watched);
  return organizationIds.map((id) => ({
    id: `credential-${id}`,
    metric: ownMetric('credentialDaysLeft', 'discover', {
      statistic: 'Minimum',
      period: Duration.hours(1),
      dimensions: { organization: id },
    }),
    threshold: 14,
    comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
  }));
}

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
