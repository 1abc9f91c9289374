import { RemovalPolicy } from 'aws-cdk-lib';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

/**
 * The key that records are signed with. It stays when the stack goes, as the table does: without it no signed record can be
 * read. An HMAC key is not rotated by KMS (Developer Guide, HMAC keys).
 */
export function addRecordKey(parent: Construct, name: string): Key {
  return new Key(parent, 'record-key', {
    alias: `${name}-records`,
    description: 'Signs what azfed keeps in its table. Only azfed and its operators may call GenerateMac.',
    keySpec: KeySpec.HMAC_256,
    keyUsage: KeyUsage.GENERATE_VERIFY_MAC,
    removalPolicy: RemovalPolicy.RETAIN,
  });
}
