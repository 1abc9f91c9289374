import { RemovalPolicy } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { acknowledge } from '../acknowledgement.ts';

/** The latest report and nothing older: what it names of people is not kept longer than it is true. Stays when the stack goes. */
export function addReportBucket(parent: Construct): Bucket {
  const bucket = new Bucket(parent, 'reports', {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    versioned: false,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  acknowledge(bucket, {
    'AwsSolutions-S1':
      'Two objects, read by people of the account: CloudTrail data events tell of it where somebody wants that.',
  });
  return bucket;
}
