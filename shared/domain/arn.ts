import type { AccountId, ProviderArn, RoleArn } from './ids.ts';
import { parseAccountId } from './ids.ts';

/** Partitions share nothing; the partition of a role is that of its ARN, never that of the caller. */
export const partitions = ['aws', 'aws-us-gov', 'aws-cn', 'aws-eusc'] as const;
export type Partition = (typeof partitions)[number];

export interface ParsedRoleArn {
  readonly arn: RoleArn;
  readonly partition: Partition;
  readonly account: AccountId;
  /** Begins and ends with a slash. */
  readonly path: string;
  readonly name: string;
}

// RoleName 1-64 of [\w+=,.@-]; Path `/` or `/.../` of U+0021-U+007E, at most 512 (IAM service model).
const roleArn = /^arn:([a-z-]+):iam::(\d{12}):role(\/(?:[\u0021-\u007e]{1,510}\/)?)([\w+=,.@-]{1,64})$/;

/** `undefined` for anything that is not the full ARN of an IAM role in a known partition. */
export function parseRoleArn(text: string): ParsedRoleArn | undefined {
  const [, partition, id, path, name] = roleArn.exec(text) ?? [];
  const account = parseAccountId(id ?? '');
  if (!isPartition(partition) || account === undefined || path === undefined || name === undefined)
    return undefined;
  return { arn: text as RoleArn, partition, account, path, name };
}

function isPartition(text: string | undefined): text is Partition {
  return partitions.some((partition) => partition === text);
}

/** The ARN that IAM gives to the provider of an issuer, so that its existence needs no search. */
export function providerArn(partition: Partition, account: AccountId, issuer: string): ProviderArn {
  return `arn:${partition}:iam::${account}:oidc-provider/${issuer}` as ProviderArn;
}

/** Host and path of the issuer that a provider is of. */
export function providerIssuer(arn: ProviderArn): string {
  return arn.slice(arn.indexOf(':oidc-provider/') + ':oidc-provider/'.length);
}
