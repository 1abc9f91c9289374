import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { metrics } from '../../../shared/contract/metrics.ts';
import type { FunctionName } from '../bundles.ts';
import type { Settings } from '../settings.ts';
import { findRunbookName } from './runbook.ts';
import type { WorkQueue } from './queues.ts';

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
  /** What is wrong, and where to look. */
  readonly description: string;
  readonly metric: IMetric;
  readonly threshold: number;
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
    const { id, description, metric, threshold, periods = 1 } = outline;
    const alarm = new Alarm(parent, `alarm-${id}`, {
      alarmName: `${settings.name}-${id}`,
      alarmDescription: `${description} ${settings.runbookUrl}/${findRunbookName(id)}.md`,
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
  return Object.entries(functions).flatMap(([name, watched]): AlarmOutline[] => [
    {
      id: `${name}-errors`,
      description: `The function ${name} fails. Its log says why.`,
      metric: watched.metricErrors({ period: minutes(5) }),
      threshold: 1,
      periods: 3,
    },
    {
      id: `${name}-throttles`,
      description: `The function ${name} is kept from running: the account has too few concurrent executions.`,
      metric: watched.metricThrottles({ period: minutes(5) }),
      threshold: 1,
      periods: 3,
    },
  ]);
}

function queueAlarms(
  { queues, undelivered }: Watched,
  { scheduleMinutes }: Settings,
): readonly AlarmOutline[] {
  const depth = (queue: IQueue) => queue.metricApproximateNumberOfMessagesVisible({ period: minutes(1) });
  return [
    ...Object.entries(queues).flatMap(([name, { queue, deadLetters }]): AlarmOutline[] => [
      {
        id: `${name}-dead-letters`,
        description: `A message for ${name} failed again and again.`,
        metric: depth(deadLetters),
        threshold: 1,
      },
      {
        id: `${name}-oldest-message`,
        description: `Messages for ${name} wait for longer than two schedules.`,
        metric: queue.metricApproximateAgeOfOldestMessage({ period: minutes(5) }),
        threshold: 2 * scheduleMinutes * 60,
      },
    ]),
    {
      id: 'undelivered',
      description: 'An event or a schedule did not reach its function.',
      metric: depth(undelivered),
      threshold: 1,
    },
  ];
}

function runAlarms({ scheduleMinutes }: Settings, watched: Watched): readonly AlarmOutline[] {
  const ownMetric = listOwnMetrics(watched);
  const failed = ownMetric('runs', 'reconcile', { dimensions: { outcome: 'failed' } });
  return [
    {
      id: 'no-discovery',
      description: 'No organization was read to the end for two schedules: nothing is looked after.',
      metric: ownMetric('discoveries', 'discover', { period: minutes(2 * scheduleMinutes) }),
      threshold: 1,
      comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
      missing: TreatMissingData.BREACHING,
    },
    {
      id: 'failed-passes',
      description: 'A run over an account failed. The log of reconcile names the account.',
      metric: failed,
      threshold: 1,
      periods: 2,
    },
    {
      id: 'severe-findings',
      description:
        'Somebody changed IAM or Azure DevOps so that more is let in than was granted, and no run has counted it before. `azfed plan` says what.',
      metric: ownMetric('severeFindings', 'reconcile'),
      threshold: 1,
    },
    {
      id: 'disputed-roles',
      description:
        'Somebody undoes what azfed puts back, again and again. `azfed plan` names the role; find out who writes there.',
      metric: ownMetric('rolesDisputed', 'reconcile'),
      threshold: 1,
    },
    {
      id: 'configuration-refused',
      description:
        'The newest published configuration cannot be used; an earlier one is in force. `azfed publish --list` says which.',
      metric: ownMetric('configurationsRefused', 'reconcile'),
      threshold: 1,
    },
    {
      id: 'breakers',
      description: 'So much has changed at once that azfed has stopped changing. A person has to look.',
      metric: ownMetric('breakersTripped', 'reconcile'),
      threshold: 1,
    },
  ];
}

/** CloudWatch looks back at a day at most (API reference, PutMetricAlarm): three periods of eight hours. */
const LONGEST_PERIOD_MINUTES = 8 * 60;
const DAY_SECONDS = 86_400;

/** What was read before and cannot be read any more. Once is no reason to wake somebody: the next run may read it. */
function unreadAlarms({ scheduleMinutes }: Settings, watched: Watched): readonly AlarmOutline[] {
  const ownMetric = listOwnMetrics(watched);
  const period = minutes(Math.min(scheduleMinutes, LONGEST_PERIOD_MINUTES));
  const twice = { threshold: 1, periods: 3, breaching: 2 };
  return [
    {
      id: 'accounts-unread',
      description: 'An account cannot be read: nothing in it is watched or repaired.',
      metric: ownMetric('accountsUnread', 'reconcile', { period }),
      ...twice,
    },
    {
      id: 'organizations-unread',
      description: 'Nothing of an Azure DevOps organization can be read: mostly its credential has ended.',
      metric: ownMetric('organizationsUnread', 'discover', { period }),
      ...twice,
    },
    {
      id: 'projects-unread',
      description: 'Projects of an Azure DevOps organization cannot be read to their end.',
      metric: ownMetric('projectsUnread', 'discover', { period }),
      ...twice,
    },
    ...(['reconcile', 'discover'] as const).map((service) => ({
      id: `${service === 'reconcile' ? 'account' : 'organization'}-reading-age`,
      description: 'Something has not been read for a day.',
      metric: ownMetric('oldestReadingAge', service, { statistic: 'Maximum', period }),
      threshold: DAY_SECONDS,
    })),
  ];
}

function deliveryAlarms({ functions, ...watched }: Watched): readonly AlarmOutline[] {
  const ownMetric = listOwnMetrics(watched);
  return [
    {
      id: 'oldest-event',
      description: 'An event has been owed to a webhook for over an hour.',
      metric: ownMetric('oldestEventAge', 'deliver', { statistic: 'Maximum' }),
      threshold: 3_600,
    },
    {
      id: 'unreadable-items',
      description:
        'Events wait in a stored item that this release cannot read: a later release wrote it, or somebody else.',
      metric: ownMetric('unreadableItems', 'deliver', { statistic: 'Maximum' }),
      threshold: 1,
    },
    {
      id: 'exhausted-events',
      description: 'Events were given up: their webhook did not take them for days.',
      metric: ownMetric('eventsExhausted', 'deliver'),
      threshold: 1,
    },
    {
      id: 'hooks-deferred',
      description: 'Service hooks are answered with 503. Azure DevOps gives up on each after three minutes.',
      metric: ownMetric('hooksDeferred', 'hook'),
      threshold: 1,
      periods: 2,
    },
    {
      id: 'audit-entries-unread',
      description:
        'Entries of an audit log could not be read: azfed doctor says more. The schedule finds the changes.',
      metric: ownMetric('auditEntriesUnread', 'discover'),
      threshold: 1,
    },
    {
      id: 'stream-age',
      description: 'The stream of the table is read late; the sweep delivers in its place.',
      metric: functions.deliver.metric('IteratorAge', { statistic: 'Maximum', period: minutes(5) }),
      threshold: minutes(15).toMilliseconds(),
      periods: 3,
    },
  ];
}

function credentialAlarms({ organizationIds, ...watched }: Watched): readonly AlarmOutline[] {
  const ownMetric = listOwnMetrics(watched);
  return organizationIds.map((id) => ({
    id: `credential-${id}`,
    description: `The credential for the Azure DevOps organization ${id} ends within two weeks.`,
    metric: ownMetric('credentialDaysLeft', 'discover', {
      statistic: 'Minimum',
      period: Duration.hours(1),
      dimensions: { organization: id },
    }),
    threshold: 14,
    comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
  }));
}
