import { join } from 'node:path';
import { Arn, ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyDocument } from 'aws-cdk-lib/aws-iam';
import { FilterCriteria, StartingPosition, type IFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsDlq, SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Construct } from 'constructs';
import { functionEnvironment as variables } from '../../../shared/contract/function-environment.ts';
import { configurationFiles } from '../../../shared/contract/configuration-files.ts';
import type { LimitedQueue } from '../../../shared/contract/service-limits.ts';
import { invokedFunctions, serviceLimits } from '../../../shared/contract/service-limits.ts';
import { reportFiles } from '../../../shared/contract/report-files.ts';
import { tableAttributes } from '../../../shared/contract/table-keys.ts';
import { addPeoplePolicies } from '../people/people-policies.ts';
import { acknowledge, acknowledgeWildcards, buildPolicy } from '../policy-statement.ts';
import type { FunctionName } from '../function-names.ts';
import { listAccountPatterns, listAssumedRoles } from '../../../shared/domain/configuration/account-list.ts';
import { readRoles } from '../spoke-roles.ts';
import { stackSettings, type Settings } from '../settings.ts';
import { releaseVersion } from '../release.ts';
import { addFunction, type FunctionOutline } from './function.ts';
import {
  assumeRights,
  deliverRights,
  discoverRights,
  hookRights,
  iamChangeRights,
  reconcileRights,
  reportRights,
} from './grants.ts';
import type { Belongings } from './grants.ts';
import type { Service } from './service.ts';
import type { Storage } from './storage.ts';

export type Functions = Readonly<Record<FunctionName, IFunction>>;

/** `code`: the folder with a zip for each of them. */
export function addFunctions(parent: Construct, service: Service, storage: Storage, code: string): Functions {
  const own = collectBelongings(parent, storage, service.settings);
  const common = buildEnvironment(service, storage);
  addPeoplePolicies(parent, service, own);
  const add = (outline: Outline) =>
    addFunction(parent, service.settings, {
      roleName: `${service.settings.name}-${outline.name}`,
      zip: join(code, `${outline.name}.zip`),
      ...outline,
    });
  const fed = addFedByQueues(parent, service, storage, { add, own, common });
  const hook = add({
    name: 'hook',
    rights: hookRights(own),
    environment: {
      ...common,
      [variables.discoverQueue]: storage.discover.queue.queueUrl,
      [variables.hookSecret]: storage.hookSecret.secretArn,
    },
    memoryMb: 512,
  });
  const iamChange = add({
    name: 'iam-change',
    rights: iamChangeRights(own),
    environment: { ...common, [variables.discoverQueue]: storage.discover.queue.queueUrl },
    memoryMb: 256,
    deadLetters: storage.undelivered,
  });
  const deliver = add({
    name: 'deliver',
    rights: deliverRights(own, service.source.configuration, service.settings.keepIndexes),
    environment: common,
    memoryMb: 1_024,
    concurrency: serviceLimits.deliveries,
    deadLetters: storage.undelivered,
  });
  connect(storage, { ...fed, deliver });
  return { ...fed, hook, 'iam-change': iamChange, deliver };
}

type Outline = Omit<FunctionOutline, 'roleName' | 'zip'> & { readonly roleName?: string };

interface Parts {
  readonly add: (outline: Outline) => IFunction;
  readonly own: Belongings;
  /** Variables of all functions. */
  readonly common: Readonly<Record<string, string>>;
}

function addFedByQueues(
  parent: Construct,
  { settings, source: { configuration } }: Service,
  storage: Storage,
  { add, own, common }: Parts,
): Pick<Functions, 'discover' | 'reconcile' | 'report'> {
  const accounts = listAccountPatterns(configuration);
  const queues = {
    discover: { [variables.discoverQueue]: storage.discover.queue.queueUrl },
    reconcile: { [variables.reconcileQueue]: storage.reconcile.queue.queueUrl },
    report: { [variables.reportQueue]: storage.report.queue.queueUrl },
  };
  const discover = add({
    name: 'discover',
    roleName: settings.discoverRoleName,
    rights: discoverRights(own, configuration),
    environment: { ...common, ...queues.discover, ...queues.reconcile },
    memoryMb: 512,
  });
  const reconcile = add({
    name: 'reconcile',
    roleName: settings.reconcileRoleName,
    rights: reconcileRights(own),
    managedPolicies: assumePolicies(parent, settings, 'assume', accounts.flatMap(listAssumedRoles)),
    environment: {
      ...common,
      ...queues.reconcile,
      ...queues.report,
      [variables.stack]: JSON.stringify({ release: releaseVersion(), settings: stackSettings(settings) }),
    },
    memoryMb: 1_024,
  });
  const report = add({
    name: 'report',
    rights: reportRights(own),
    managedPolicies: assumePolicies(parent, settings, 'look', accounts.flatMap(readRoles)),
    environment: { ...common, ...queues.report, [variables.reportBucket]: storage.reports.bucketName },
    memoryMb: 1_024,
  });
  return { discover, reconcile, report };
}

function connect(
  storage: Storage,
  { discover, reconcile, deliver, report }: Pick<Functions, 'discover' | 'reconcile' | 'deliver' | 'report'>,
): void {
  const { batchSize, queues, stream } = serviceLimits;
  for (const [name, fed] of Object.entries({ discover, reconcile, report }) as [LimitedQueue, IFunction][]) {
    const maxConcurrency = queues[name].concurrency;
    fed.addEventSource(
      new SqsEventSource(storage[name].queue, { batchSize, maxConcurrency, reportBatchItemFailures: true }),
    );
    acknowledge(fed, {
      'Serverless-LambdaEventSourceMappingDestination':
        'Lambda has no destination for what a queue could not deliver: the dead-letter queue takes it.',
    });
  }
  const isPending = { S: [{ exists: true }] };
  deliver.addEventSourceMapping('stream', {
    eventSourceArn: storage.table.tableStreamArn ?? '',
    startingPosition: StartingPosition.LATEST,
    batchSize: stream.batchSize,
    maxBatchingWindow: Duration.seconds(stream.windowSeconds),
    retryAttempts: stream.retries,
    onFailure: new SqsDlq(storage.undelivered),
    filters: [
      FilterCriteria.filter({ dynamodb: { NewImage: { [tableAttributes.pendingPartitionKey]: isPending } } }),
    ],
  });
}

function collectBelongings(parent: Construct, storage: Storage, { name }: Settings): Belongings {
  const { configuration, table } = storage;
  // By name: the functions are made after the policies of people.
  const functions = invokedFunctions.map((one) =>
    Arn.format(
      {
        service: 'lambda',
        resource: 'function',
        resourceName: `${name}-${one}`,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      },
      Stack.of(parent),
    ),
  );
  return {
    configuration: Arn.format(
      {
        service: 's3',
        region: '',
        account: '',
        resource: configuration.s3BucketName,
        resourceName: configuration.s3ObjectKey,
      },
      Stack.of(parent),
    ),
    published: {
      bucket: storage.configurations.bucketArn,
      objects: storage.configurations.arnForObjects(`${configurationFiles.prefix}*`),
    },
    table: table.tableArn,
    stream: table.tableStreamArn ?? '',
    discoverQueue: storage.discover.queue.queueArn,
    reconcileQueue: storage.reconcile.queue.queueArn,
    reportQueue: storage.report.queue.queueArn,
    reports: [reportFiles.page, reportFiles.document].map((key) => storage.reports.arnForObjects(key)),
    undelivered: storage.undelivered.queueArn,
    hookSecret: storage.hookSecret.secretArn,
    functions,
    ...(storage.recordKey ? { recordKey: storage.recordKey.keyArn } : {}),
  };
}

function buildEnvironment(
  { source, settings }: Service,
  { table, configuration, configurations, recordKey }: Storage,
): Readonly<Record<string, string>> {
  return {
    [variables.table]: table.tableName,
    [variables.configurationBucket]: configuration.s3BucketName,
    [variables.configurationKey]: configuration.s3ObjectKey,
    [variables.configurationHash]: source.sha256,
    [variables.metricsNamespace]: settings.name,
    [variables.publishedBucket]: configurations.bucketName,
    ...(recordKey ? { [variables.recordKey]: recordKey.keyArn } : {}),
  };
}

function assumePolicies(
  parent: Construct,
  { managedPoliciesPerRole }: Settings,
  id: string,
  roles: readonly string[],
): readonly ManagedPolicy[] {
  return assumeRights(roles, managedPoliciesPerRole).map((right, index) => {
    const policy = new ManagedPolicy(parent, `${id}-${index + 1}`, {
      description: 'Roles in the accounts of azfed, exactly as federation.yaml names them.',
      document: PolicyDocument.fromJson(buildPolicy([right])),
    });
    acknowledgeWildcards(policy, [right]);
    return policy;
  });
}
