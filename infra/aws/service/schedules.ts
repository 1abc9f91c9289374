import { Aws } from 'aws-cdk-lib';
import { PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { serviceLimits } from '../../../shared/contract/service-limits.ts';
import type { Right } from '../policy-statement.ts';
import { allow, buildPolicy } from '../policy-statement.ts';
import type { Settings } from '../settings.ts';

export interface ScheduleTargets {
  readonly organizationIds: readonly string[];
  /** Those whose audit log is read. */
  readonly auditedIds: readonly string[];
  readonly discoverQueue: IQueue;
  readonly deliver: IFunction;
  readonly undelivered: IQueue;
}

/** A third of the time between two looks, so that organizations do not start together. */
const SPREAD = 1 / 3;
const LATEST_SECONDS = 900;

/** Every organization and every account now and then, and a sweep of undelivered events every minute. */
export function addSchedules(parent: Construct, settings: Settings, targets: ScheduleTargets): void {
  const { organizationIds, auditedIds, discoverQueue, deliver, undelivered } = targets;
  const role = new Role(parent, 'schedule-role', {
    roleName: `${settings.name}-schedule`,
    assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    }),
    inlinePolicies: {
      rights: PolicyDocument.fromJson(
        buildPolicy(scheduleRights(discoverQueue.queueArn, deliver.functionArn, undelivered.queueArn)),
      ),
    },
  });
  const delivery = {
    roleArn: role.roleArn,
    deadLetterConfig: { arn: undelivered.queueArn },
    retryPolicy: { maximumEventAgeInSeconds: LATEST_SECONDS, maximumRetryAttempts: 5 },
  };
  const every = formatRate(settings.scheduleMinutes);
  const flexible = {
    mode: 'FLEXIBLE',
    maximumWindowInMinutes: Math.max(1, Math.floor(settings.scheduleMinutes * SPREAD)),
  };
  for (const id of organizationIds)
    new CfnSchedule(parent, `discover-${id}`, {
      name: `${settings.name}-discover-${id}`,
      description: 'Looks at an Azure DevOps organization.',
      scheduleExpression: every,
      flexibleTimeWindow: flexible,
      target: { ...delivery, arn: sendMessage, input: formatMessage({ organizationId: id }, discoverQueue) },
    });
  new CfnSchedule(parent, 'accounts', {
    name: `${settings.name}-accounts`,
    description: 'Has every account reconciled.',
    scheduleExpression: every,
    flexibleTimeWindow: flexible,
    target: { ...delivery, arn: sendMessage, input: formatMessage({ sweep: 'accounts' }, discoverQueue) },
  });
  for (const id of auditedIds)
    new CfnSchedule(parent, `audit-${id}`, {
      name: `${settings.name}-audit-${id}`,
      description: 'Reads the audit log of an Azure DevOps organization.',
      scheduleExpression: formatRate(serviceLimits.auditSeconds / 60),
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        ...delivery,
        arn: sendMessage,
        input: formatMessage({ organizationId: id, audit: true }, discoverQueue),
      },
    });
  new CfnSchedule(parent, 'sweep', {
    name: `${settings.name}-sweep`,
    description: 'Delivers events that the stream did not.',
    scheduleExpression: formatRate(serviceLimits.sweepSeconds / 60),
    flexibleTimeWindow: { mode: 'OFF' },
    target: { ...delivery, arn: deliver.functionArn, input: JSON.stringify({ sweep: true }) },
  });
}

/**
 * The plain SQS target gives no deduplication id (Scheduler API reference, SqsParameters), so this is the API call. The
 * time it was due is the id: a schedule that fires twice sends one message.
 */
const sendMessage = `arn:${Aws.PARTITION}:scheduler:::aws-sdk:sqs:sendMessage`;

const formatRate = (minutes: number) => `rate(${minutes} ${minutes === 1 ? 'minute' : 'minutes'})`;

/** As shared/adapters/sqs/queue-messages.ts reads it. */
type DiscoverBody =
  { readonly organizationId: string; readonly audit?: true } | { readonly sweep: 'accounts' };

function formatMessage(body: DiscoverBody, queue: IQueue): string {
  const group = 'sweep' in body ? body.sweep : body.organizationId;
  const what = 'audit' in body ? 'audit-' : '';
  return JSON.stringify({
    QueueUrl: queue.queueUrl,
    MessageBody: JSON.stringify(body),
    MessageGroupId: group,
    MessageDeduplicationId: `${what}${group}-<aws.scheduler.scheduled-time>`,
  });
}

const scheduleRights = (discoverQueue: string, deliver: string, undelivered: string): readonly Right[] => [
  allow('Enqueue', ['sqs:SendMessage'], [discoverQueue], {
    reason: 'A look at each organization, on schedule.',
  }),
  allow('Sweep', ['lambda:InvokeFunction'], [deliver], { reason: 'The sweep of undelivered events.' }),
  allow('KeepFailures', ['sqs:SendMessage'], [undelivered], {
    reason: 'What could not be started is not lost.',
  }),
];
