import { AlarmStatusWidget, Dashboard, GraphWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { IAlarm, IMetric, IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { listOwnMetrics, type Watched } from './alarms.ts';

const outcomes = ['converged', 'changed', 'held', 'partial', 'failed'] as const;

/** Whether everything is looked after, what differs, and what is owed; machinery at the bottom. */
export function addDashboard(
  parent: Construct,
  dashboardName: string,
  watched: Watched,
  alarms: readonly IAlarm[],
): void {
  new Dashboard(parent, 'dashboard', {
    dashboardName,
    widgets: [
      [new AlarmStatusWidget({ title: 'Alarms', width: 24, height: 4, alarms: [...alarms] })],
      runGraphs(watched),
      sourceGraphs(watched),
      machineGraphs(watched),
    ],
  });
}

function runGraphs(watched: Watched): IWidget[] {
  const ownMetric = listOwnMetrics(watched);
  return [
    graph(
      'Passes by outcome',
      outcomes.map((outcome) => ownMetric('runs', 'reconcile', { dimensions: { outcome } })),
    ),
    graph('Drift and severe findings', [
      ownMetric('drift', 'reconcile'),
      ownMetric('severeFindings', 'reconcile'),
      ownMetric('rolesDisputed', 'reconcile'),
      ownMetric('breakersTripped', 'reconcile'),
    ]),
    graph(
      'What cannot be read, and for how long',
      [
        ownMetric('accountsUnread', 'reconcile'),
        ownMetric('accountListsUnread', 'discover'),
        ownMetric('organizationsUnread', 'discover'),
        ownMetric('projectsUnread', 'discover'),
      ],
      [
        ownMetric('oldestReadingAge', 'reconcile', { statistic: 'Maximum' }),
        ownMetric('oldestReadingAge', 'discover', { statistic: 'Maximum' }),
      ],
    ),
    graph('Changes', [
      ownMetric('changesDone', 'reconcile'),
      ownMetric('changesHeld', 'reconcile'),
      ownMetric('changesFailed', 'reconcile'),
    ]),
  ];
}

function sourceGraphs(watched: Watched): IWidget[] {
  const ownMetric = listOwnMetrics(watched);
  return [
    graph(
      'Discoveries, requests to Azure DevOps',
      [ownMetric('discoveries', 'discover')],
      [ownMetric('azureDevOpsRequests', 'discover')],
    ),
    graph('Hooks and IAM changes', [
      ownMetric('hooksQueued', 'hook'),
      ownMetric('hooksRepeated', 'hook'),
      ownMetric('hooksUnknown', 'hook'),
      ownMetric('hooksRefused', 'hook'),
      ownMetric('hooksDeferred', 'hook'),
      ownMetric('iamChangesQueued', 'iam-change'),
    ]),
    graph(
      'Events, and the age of the oldest',
      [ownMetric('eventsDelivered', 'deliver'), ownMetric('eventsExhausted', 'deliver')],
      [ownMetric('oldestEventAge', 'deliver', { statistic: 'Maximum' })],
    ),
  ];
}

function machineGraphs({ functions, queues }: Watched): IWidget[] {
  const each = Object.values(functions);
  const all = Object.values(queues);
  return [
    graph(
      'Errors and throttles',
      each.map((one) => one.metricErrors()),
      each.map((one) => one.metricThrottles()),
    ),
    graph(
      'Duration',
      each.map((one) => one.metricDuration({ statistic: 'p99' })),
    ),
    graph(
      'Queues: age and dead letters',
      all.map(({ queue }) => queue.metricApproximateAgeOfOldestMessage()),
      all.map(({ deadLetters }) => deadLetters.metricApproximateNumberOfMessagesVisible()),
    ),
  ];
}

function graph(title: string, left: IMetric[], right: IMetric[] = []): GraphWidget {
  return new GraphWidget({ title, width: 8, height: 6, left, right });
}
