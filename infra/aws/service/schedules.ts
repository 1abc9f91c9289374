import { Aws } from 'aws-cdk-lib';
import { PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { serviceLimits } from '../../../shared/contract/service-limits.ts';
import { allow, buildPolicy, type Right } from '../policy-statement.ts';
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
  const add = (id: string, description: string, minutes: number, target: Target, window?: Window) =>
    new CfnSchedule(parent, id, {
      name: `${settings.name}-${id}`,
      description,
      scheduleExpression: `rate(${minutes} ${minutes === 1 ? 'minute' : 'minutes'})`,
      flexibleTimeWindow: window ?? { mode: 'OFF' },
      target: { ...delivery, ...target },
    });
  const send = (body: DiscoverBody) => ({ arn: sendMessage, input: formatMessage(body, discoverQueue) });
  const { scheduleMinutes: minutes } = settings;
  const window = { mode: 'FLEXIBLE', maximumWindowInMinutes: Math.max(1, Math.floor(minutes * SPREAD)) };
  for (const organizationId of organizationIds) {
    const what = 'Looks at an Azure DevOps organization.';
    add(`discover-${organizationId}`, what, minutes, send({ organizationId }), window);
  }
  add('accounts', 'Has every account reconciled.', minutes, send({ sweep: 'accounts' }), window);
  for (const organizationId of auditedIds) {
    const what = 'Reads the audit log of an Azure DevOps organization.';
    add(
      `audit-${organizationId}`,
      what,
      serviceLimits.auditSeconds / 60,
      send({ organizationId, audit: true }),
    );
  }
  const sweep = { arn: deliver.functionArn, input: JSON.stringify({ sweep: true }) };
  add('sweep', 'Delivers events that the stream did not.', serviceLimits.sweepSeconds / 60, sweep);
}

type Target = Pick<CfnSchedule.TargetProperty, 'arn' | 'input'>;
type Window = CfnSchedule.FlexibleTimeWindowProperty;

/**
 * The plain SQS target gives no deduplication id (Scheduler API reference, SqsParameters), so this is the API call. The
 * time it was due is the id: a schedule that fires twice sends one message.
 */
const sendMessage = `arn:${Aws.PARTITION}:scheduler:::aws-sdk:sqs:sendMessage`;

/** As shared/adapters/sqs/queue-messages.ts reads it. */
type DiscoverBody =
  | { readonly organizationId: string; readonly audit?: true }
  | { readonly sweep: 'accounts' };

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
