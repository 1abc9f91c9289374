import { types } from 'node:util';
import { classifyCommonFailure, type CommonFailure } from '../../domain/kernel/aws-common-errors.ts';
import { explainSilence } from '../../domain/kernel/unreached.ts';
import { ConflictError, PermissionError, TransientError, UpstreamError } from '../../domain/kernel/errors.ts';

/** What was asked of AWS, as a person has to know it. */
export interface AwsCall {
  /** The right that it needs. */
  readonly action: `${'iam' | 'sts'}:${string}`;
  /** ARN of what it is done to, or `*`. */
  readonly target: string;
}

/**
 *     refused       a right or a credential is missing
 *     throttled     nothing was done: too many requests
 *     concurrent    nothing was done: somebody else is changing the same thing
 *     propagating   nothing was done: what the request names is not yet known everywhere
 *     unavailable   no answer, or none that can be read: it may have been done
 *     conflict      the target is not as it was expected
 *     rejected      AWS will never accept this as it is
 */
export type AwsFailureKind =
  | 'refused'
  | 'throttled'
  | 'concurrent'
  | 'propagating'
  | 'unavailable'
  | 'conflict'
  | 'rejected';

export interface AwsFailure {
  readonly kind: AwsFailureKind;
  readonly code: string;
  readonly cause: Error;
}

// Wire codes that are of the IAM and STS service models alone, without the suffix that the SDK gives to some.
const byName: ReadonlyMap<string, readonly [AwsFailureKind, code: string]> = new Map([
  ['ConcurrentModification', ['concurrent', 'concurrent-modification']],
  ['EntityTemporarilyUnmodifiable', ['concurrent', 'temporarily-unmodifiable']],
  // IAM calls the issuer itself when a provider is made without thumbprints.
  ['OpenIdIdpCommunicationError', ['propagating', 'issuer-unreachable']],
  ['DeleteConflict', ['conflict', 'in-use']],
  ['EntityAlreadyExists', ['conflict', 'exists']],
  ['NoSuchEntity', ['conflict', 'missing']],
  ['LimitExceeded', ['rejected', 'quota']],
  ['MalformedPolicyDocument', ['rejected', 'malformed-policy']],
  ['PackedPolicyTooLarge', ['rejected', 'packed-policy-too-large']],
]);

const byCommonFailure: Readonly<Record<CommonFailure, readonly [AwsFailureKind, code: string]>> = {
  refused: ['refused', 'access-denied'],
  throttled: ['throttled', 'throttled'],
  late: ['propagating', 'clock-skew'],
  unavailable: ['unavailable', 'unavailable'],
};

/** `undefined` for what did not come from AWS or the way there: that is our own bug. */
export function parseFailure(error: unknown): AwsFailure | undefined {
  if (!types.isNativeError(error)) return undefined;
  const known = byName.get(error.name.replace(/Exception$/, ''));
  if (known?.[1] === 'malformed-policy' && error.message.includes('Invalid principal in policy'))
    return { kind: 'propagating', code: 'malformed-policy', cause: error };
  if (known) return { kind: known[0], code: known[1], cause: error };
  const common = classifyCommonFailure(error.name, error.message);
  if (common) return { kind: byCommonFailure[common][0], code: byCommonFailure[common][1], cause: error };
  // The SDK marks everything that came of a request with `$metadata`: timeouts, resets and unreadable answers as well.
  if (!('$metadata' in error)) return undefined;
  const isClientFault = '$fault' in error && error.$fault === 'client';
  return isClientFault
    ? { kind: 'rejected', code: 'rejected', cause: error }
    : { kind: 'unavailable', code: 'unavailable', cause: error };
}

/** IAM's words for a role that is not there; other NoSuchEntity speak of a policy. */
export function isRoleMissing({ code, cause }: AwsFailure): boolean {
  return code === 'missing' && /role with name .* cannot be found/i.test(cause.message);
}

/** The failure as an error of the domain. AWS's own text is kept: it names the type of policy that refused. */
export function translate({ kind, code, cause }: AwsFailure, { action, target }: AwsCall): Error {
  const message = `${action} on ${target}: ${describeCause(kind, cause)}`;
  switch (kind) {
    case 'refused':
      return new PermissionError(missingAction(cause) ?? action, message, { cause });
    case 'conflict':
      return new ConflictError(code, message, { cause });
    case 'rejected':
      return new UpstreamError(code, message, { cause });
    case 'propagating':
      return code === 'malformed-policy'
        ? new UpstreamError(code, message, { cause })
        : new TransientError(code, message, { cause });
    case 'throttled':
    case 'concurrent':
    case 'unavailable':
      return new TransientError(code, message, { cause });
  }
}

const describeCause = (kind: AwsFailureKind, cause: Error): string =>
  kind === 'unavailable' ? explainSilence(cause) : cause.message;

/** CreateRole with tags needs iam:TagRole as well: which of them is missing stands in AWS's text only. */
function missingAction(cause: Error): string | undefined {
  return /not authorized to perform: ((?:iam|sts):\w+)/.exec(cause.message)?.[1];
}
