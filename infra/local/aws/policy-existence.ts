import { policyDocument } from './managed-policies.ts';
import type { Call } from './operation.ts';
import { ServiceError } from './service-error.ts';

/** A policy that is attached or set as a boundary must exist. Throws NoSuchEntity. */
export function checkPolicy({ account }: Call, arn: string): void {
  if (policyDocument(account, arn) === undefined) {
    throw new ServiceError('NoSuchEntity', `Policy ${arn} does not exist or is not attachable.`);
  }
}

export function checkBoundary({ account }: Call, arn: string): void {
  if (policyDocument(account, arn) === undefined) {
    throw new ServiceError('NoSuchEntity', `Scope ARN: ${arn} does not exist or is not attachable.`);
  }
}
