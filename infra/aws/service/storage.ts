import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Aws, Stage, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyDocument, AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { AttributeType, BillingMode, ProjectionType, StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { listPrincipals, openedTo } from '../../../shared/domain/configuration/people.ts';
import { acknowledge } from '../policy-statement.ts';
import { addLostAndFound, addWorkQueue, type WorkQueue } from './queues.ts';
import type { Settings } from '../settings.ts';
import type { LoadedConfiguration } from '../../../shared/config/configuration-text.ts';
import type { Service } from './service.ts';
import {
  tableAttributes as names,
  tableIndexes,
  formerAttributes,
} from '../../../shared/contract/table-keys.ts';

const text = (name: string) => ({ name, type: AttributeType.STRING });

/** Stays when the stack goes: it says which roles are azfed's. */
function addTable(parent: Construct, { name: tableName, keepIndexes }: Settings): Table {
  const table = new Table(parent, 'table', {
    tableName,
    partitionKey: text(names.partitionKey),
    sortKey: text(names.sortKey),
    timeToLiveAttribute: names.timeToLive,
    billingMode: BillingMode.PAY_PER_REQUEST,
    stream: StreamViewType.NEW_IMAGE,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  const addIndex = (
    indexName: string,
    [partition, sort]: [string, string],
    projectionType: ProjectionType,
  ) => {
    table.addGlobalSecondaryIndex({
      indexName,
      partitionKey: text(partition),
      sortKey: text(sort),
      projectionType,
    });
  };
  const pending: [string, string] = [names.pendingPartitionKey, names.pendingSortKey];
  addIndex(tableIndexes.pending, pending, ProjectionType.KEYS_ONLY);
  const { accountPartitionKey, accountSortKey } = formerAttributes;
  const keysOf = { gsi1: [accountPartitionKey, accountSortKey], gsi2: pending } satisfies Record<
    (typeof keepIndexes)[number],
    [string, string]
  >;
  for (const former of keepIndexes) addIndex(former, keysOf[former], ProjectionType.ALL);
  return table;
}

function addPrivateBucket(parent: Construct, id: string): Bucket {
  return new Bucket(parent, id, {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    versioned: false,
    removalPolicy: RemovalPolicy.RETAIN,
  });
}

/** The latest report and nothing older: what it names of people is not kept longer than it is true. Stays when the stack goes. */
function addReportBucket(parent: Construct): Bucket {
  const bucket = addPrivateBucket(parent, 'reports');
  acknowledge(bucket, {
    'AwsSolutions-S1':
      'Two objects, read by people of the account: CloudTrail data events tell of it where somebody wants that.',
  });
  return bucket;
}

/**
 * Published configurations, each written once: without If-None-Match nobody puts one (S3 User Guide, enforce conditional
 * writes). Stays when the stack goes. The rights of operators let them write here; the functions may read.
 */
function addConfigurationBucket(parent: Construct, { people }: LoadedConfiguration): Bucket {
  const bucket = addPrivateBucket(parent, 'configurations');
  bucket.addToResourcePolicy(
    new PolicyStatement({
      sid: 'NoVersionIsReplaced',
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: ['s3:PutObject'],
      resources: [bucket.arnForObjects('*')],
      conditions: {
        Null: { 's3:if-none-match': 'true' },
        Bool: { 's3:ObjectCreationOperation': 'true' },
      },
    }),
  );
  const publishers = listPrincipals(people, openedTo.write);
  if (publishers.length > 0)
    bucket.addToResourcePolicy(
      new PolicyStatement({
        sid: 'OperatorsAlonePublish',
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: ['s3:PutObject'],
        resources: [bucket.arnForObjects('*')],
        conditions: { ArnNotLike: { 'aws:PrincipalArn': publishers } },
      }),
    );
  acknowledge(bucket, {
    'AwsSolutions-S1':
      'Each version names its publisher; CloudTrail data events tell more where somebody wants that.',
  });
  return bucket;
}

/**
 * The key that records are signed with. It stays when the stack goes, as the table does: without it no signed record can be
 * read. An HMAC key is not rotated by KMS (Developer Guide, HMAC keys).
 */
function addRecordKey(parent: Construct, { settings, source }: Pick<Service, 'settings' | 'source'>): Key {
  const { people } = source.configuration;
  return new Key(parent, 'record-key', {
    alias: `${settings.name}-records`,
    ...(people && { policy: buildKeyPolicy(settings, listPrincipals(people, openedTo.look)) }),
    description: 'Signs what azfed keeps in its table. Only azfed and its operators may call GenerateMac.',
    keySpec: KeySpec.HMAC_256,
    keyUsage: KeyUsage.GENERATE_VERIFY_MAC,
    removalPolicy: RemovalPolicy.RETAIN,
  });
}

/** Where people are listed, nobody else of the account may sign: administrators change the key and its policy, and use it not. */
function buildKeyPolicy(settings: Settings, people: readonly string[]): PolicyDocument {
  const { name, rolePath, discoverRoleName, reconcileRoleName } = settings;
  const root = `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}`;
  const functions = [discoverRoleName, reconcileRoleName, `${name}-deliver`, `${name}-report`];
  const signers = [...functions.map((role) => `${root}:role${rolePath}${role}`), ...people];
  const uses = ['kms:GenerateMac', 'kms:VerifyMac'];
  const account = { AWS: `${root}:root` };
  return PolicyDocument.fromJson({
    Version: '2012-10-17',
    Statement: [
      { Sid: 'Administer', Effect: 'Allow', Principal: account, NotAction: uses, Resource: '*' },
      {
        Sid: 'Sign',
        Effect: 'Allow',
        Principal: account,
        Action: uses,
        Resource: '*',
        Condition: { ArnLike: { 'aws:PrincipalArn': signers } },
      },
    ],
  });
}

/** What the functions work with. */
export interface Storage {
  readonly configuration: Asset;
  readonly configurations: Bucket;
  readonly table: Table;
  readonly discover: WorkQueue;
  readonly reconcile: WorkQueue;
  readonly report: WorkQueue;
  readonly reports: Bucket;
  readonly undelivered: Queue;
  readonly hookSecret: Secret;
  /** Where records are signed. */
  readonly recordKey?: Key;
}

export function addStorage(parent: Construct, { settings, source }: Service): Storage {
  const hookSecret = addHookSecret(parent, settings.name);
  return {
    configuration: new Asset(parent, 'configuration', { path: writeFederationFile(parent, source.text) }),
    configurations: addConfigurationBucket(parent, source.configuration),
    table: addTable(parent, settings),
    discover: addWorkQueue(parent, 'discover'),
    reconcile: addWorkQueue(parent, 'reconcile'),
    report: addWorkQueue(parent, 'report'),
    reports: addReportBucket(parent),
    undelivered: addLostAndFound(parent),
    hookSecret,
    ...(settings.signedRecords ? { recordKey: addRecordKey(parent, { settings, source }) } : {}),
  };
}

function addHookSecret(parent: Construct, name: string): Secret {
  const secret = new Secret(parent, 'hook-secret', {
    secretName: `${name}/hook`,
    description: 'Password of the service hooks of Azure DevOps: {"current": ..., "previous": ...}.',
    generateSecretString: {
      secretStringTemplate: '{}',
      generateStringKey: 'current',
      passwordLength: 48,
      excludePunctuation: true,
    },
  });
  acknowledge(secret, {
    'AwsSolutions-SMG4':
      'Both sides have to change together, and Azure DevOps by hand: docs/hooks.md says how, with two passwords at once.',
  });
  return secret;
}

/** In the folder of the synthesis, where whatever is made on the way belongs. */
function writeFederationFile(parent: Construct, text: string): string {
  const file = join(Stage.of(parent)?.outdir ?? '.', `federation-${parent.node.addr}.json`);
  writeFileSync(file, text);
  return file;
}
