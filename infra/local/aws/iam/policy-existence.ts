import { isServiceLinkedPolicy } from '../../../../shared/domain/policy/policy-document.ts';
import { policyDocument } from './managed-policies.ts';
import type { Call } from '../protocol/operation.ts';
import { ServiceError } from '../protocol/service-error.ts';

/** A policy that is attached must exist, and not be that of a service-linked role (IAM API reference, AttachRolePolicy). */
export function checkPolicy({ account }: Call, arn: string): void {
  checkAttachable(arn);
  if (policyDocument(account, arn) === undefined) {
    throw new ServiceError('NoSuchEntity', `Policy ${arn} does not exist or is not attachable.`);
  }
}

/** The same of a boundary (IAM API reference, PutRolePermissionsBoundary). */
export function checkBoundary({ account }: Call, arn: string): void {
  checkAttachable(arn);
  if (policyDocument(account, arn) === undefined) {
    throw new ServiceError('NoSuchEntity', `Scope ARN: ${arn} does not exist or is not attachable.`);
  }
}

/** By the path alone: whether such a policy must exist for this answer is not documented. */
function checkAttachable(arn: string): void {
  if (isServiceLinkedPolicy(arn))
    throw new ServiceError('PolicyNotAttachable', 'Cannot attach a Service Role Policy to a Customer Role.');
}
