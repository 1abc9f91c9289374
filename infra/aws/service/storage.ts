import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, Stage } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Key } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { acknowledge } from '../acknowledgement.ts';
import type { WorkQueue } from './queues.ts';
import { addLostAndFound, addWorkQueue } from './queues.ts';
import type { Service } from './service.ts';
import { addRecordKey } from './record-key.ts';
import { addReportBucket } from './report-bucket.ts';
import { addTable } from './table.ts';

/** What the functions work with. */
export interface Storage {
  readonly configuration: Asset;
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

/** A lease lasts ten minutes: a run that is cut off has ended before another one may begin. */
export const timeouts = {
  discover: Duration.minutes(5),
  reconcile: Duration.minutes(9),
  report: Duration.minutes(5),
};

/** Hooks of one slot of that length become one discovery, which runs after all of them. */
const COALESCING = Duration.seconds(30);
/** Runs that ask for a report in one slot of that length share it; it is made after all of them. */
const REPORT_SLOT = Duration.minutes(1);

export function addStorage(parent: Construct, { settings, source }: Service): Storage {
  const hookSecret = addHookSecret(parent, settings.name);
  return {
    configuration: new Asset(parent, 'configuration', { path: writeBeside(parent, source.text) }),
    table: addTable(parent, settings.name),
    discover: addWorkQueue(parent, 'discover', { timeout: timeouts.discover, delay: COALESCING }),
    reconcile: addWorkQueue(parent, 'reconcile', { timeout: timeouts.reconcile }),
    report: addWorkQueue(parent, 'report', { timeout: timeouts.report, delay: REPORT_SLOT }),
    reports: addReportBucket(parent),
    undelivered: addLostAndFound(parent),
    hookSecret,
    ...(settings.signedRecords ? { recordKey: addRecordKey(parent, settings.name) } : {}),
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
      'Both sides have to change together, and Azure DevOps by hand: docs/deploy.md says how, with two passwords at once.',
  });
  return secret;
}

/** In the folder of the synthesis, where whatever is made on the way belongs. */
function writeBeside(parent: Construct, text: string): string {
  const file = join(Stage.of(parent)?.outdir ?? '.', `federation-${parent.node.addr}.json`);
  writeFileSync(file, text);
  return file;
}
