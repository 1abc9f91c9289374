import { Arn, Duration, Stack } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyDocument } from 'aws-cdk-lib/aws-iam';
import { FilterCriteria, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsDlq, SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Construct } from 'constructs';
import { functionEnvironment as variables } from '../../../shared/contract/function-environment.ts';
import { tableAttributes } from '../../../shared/contract/table-keys.ts';
import { acknowledge } from '../acknowledgement.ts';
import type { FunctionName } from '../bundling.ts';
import { policyOf } from '../right.ts';
import { assumedRoles } from '../spoke-roles.ts';
import { addFunction } from './function.ts';
import type { FunctionOutline } from './function.ts';
import {
  assumeRights,
  deliverRights,
  discoverRights,
  hookRights,
  iamChangeRights,
  reconcileRights,
} from './rights.ts';
import type { Belongings } from './rights.ts';
import type { Service } from './service.ts';
import type { Storage } from './storage.ts';
import { timeouts } from './storage.ts';

export type Functions = Readonly<Record<FunctionName, IFunction>>;

/** Accounts that are worked in at the same time. */
const ACCOUNTS_AT_ONCE = 10;
const ORGANIZATIONS_AT_ONCE = 5;

export function addFunctions(parent: Construct, service: Service, storage: Storage): Functions {
  const { settings } = service;
  const { undelivered } = storage;
  const own = belongingsOf(parent, storage);
  const { configuration } = service.source;
  const common = environmentOf(service, storage);
  const add = (outline: Omit<FunctionOutline, 'roleName'> & { readonly roleName?: string }) =>
    addFunction(parent, settings, { roleName: `${settings.name}-${outline.name}`, ...outline });

  const discover = add({
    name: 'discover',
    roleName: settings.discoverRoleName,
    rights: discoverRights(own, configuration),
    environment: {
      ...common,
      [variables.discoverQueue]: storage.discover.queue.queueUrl,
      [variables.reconcileQueue]: storage.reconcile.queue.queueUrl,
    },
    timeout: timeouts.discover,
    memoryMb: 512,
  });
  const reconcile = add({
    name: 'reconcile',
    roleName: settings.reconcileRoleName,
    rights: reconcileRights(own),
    managedPolicies: assumePolicies(parent, service),
    environment: { ...common, [variables.reconcileQueue]: storage.reconcile.queue.queueUrl },
    timeout: timeouts.reconcile,
    memoryMb: 1_024,
  });
  const hook = add({
    name: 'hook',
    rights: hookRights(own),
    environment: {
      ...common,
      [variables.discoverQueue]: storage.discover.queue.queueUrl,
      [variables.hookSecret]: storage.hookSecret.secretArn,
    },
    timeout: Duration.seconds(10),
    memoryMb: 512,
  });
  const iamChange = add({
    name: 'iam-change',
    rights: iamChangeRights(own),
    environment: { ...common, [variables.reconcileQueue]: storage.reconcile.queue.queueUrl },
    timeout: Duration.seconds(30),
    memoryMb: 256,
    deadLetters: undelivered,
  });
  const deliver = add({
    name: 'deliver',
    rights: deliverRights(own, configuration),
    environment: common,
    timeout: Duration.minutes(5),
    memoryMb: 512,
    concurrency: 1,
    deadLetters: undelivered,
  });

  connect(storage, { discover, reconcile, deliver });
  return { discover, reconcile, hook, 'iam-change': iamChange, deliver };
}

function connect(
  storage: Storage,
  { discover, reconcile, deliver }: Pick<Functions, 'discover' | 'reconcile' | 'deliver'>,
): void {
  discover.addEventSource(
    new SqsEventSource(storage.discover.queue, {
      batchSize: 1,
      maxConcurrency: ORGANIZATIONS_AT_ONCE,
      reportBatchItemFailures: true,
    }),
  );
  reconcile.addEventSource(
    new SqsEventSource(storage.reconcile.queue, {
      batchSize: 1,
      maxConcurrency: ACCOUNTS_AT_ONCE,
      reportBatchItemFailures: true,
    }),
  );
  for (const fed of [discover, reconcile])
    acknowledge(fed, {
      'Serverless-LambdaEventSourceMappingDestination':
        'Lambda has no destination for what a queue could not deliver: the dead-letter queue takes it.',
    });
  const isPending = { S: [{ exists: true }] };
  deliver.addEventSourceMapping('stream', {
    eventSourceArn: storage.table.tableStreamArn ?? '',
    startingPosition: StartingPosition.LATEST,
    batchSize: 100,
    maxBatchingWindow: Duration.seconds(1),
    retryAttempts: 2,
    onFailure: new SqsDlq(storage.undelivered),
    filters: [
      FilterCriteria.filter({ dynamodb: { NewImage: { [tableAttributes.pendingPartitionKey]: isPending } } }),
    ],
  });
}

function belongingsOf(parent: Construct, storage: Storage): Belongings {
  const { configuration, table } = storage;
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
    table: table.tableArn,
    stream: table.tableStreamArn ?? '',
    discoverQueue: storage.discover.queue.queueArn,
    reconcileQueue: storage.reconcile.queue.queueArn,
    undelivered: storage.undelivered.queueArn,
    hookSecret: storage.hookSecret.secretArn,
  };
}

function environmentOf(
  { source }: Service,
  { table, configuration }: Storage,
): Readonly<Record<string, string>> {
  return {
    [variables.table]: table.tableName,
    [variables.configurationBucket]: configuration.s3BucketName,
    [variables.configurationKey]: configuration.s3ObjectKey,
    [variables.configurationHash]: source.sha256,
  };
}

function assumePolicies(parent: Construct, { source }: Service): readonly ManagedPolicy[] {
  const roles = source.configuration.accounts.flatMap(assumedRoles);
  return assumeRights(roles).map(
    (right, index) =>
      new ManagedPolicy(parent, `assume-${index + 1}`, {
        description: 'Roles in the accounts of azfed, exactly as federation.yaml names them.',
        document: PolicyDocument.fromJson(policyOf([right])),
      }),
  );
}
