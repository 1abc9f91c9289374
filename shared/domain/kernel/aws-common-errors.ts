/**
 *     refused       a right or a credential is missing
 *     throttled     nothing was done: too many requests
 *     late          nothing was done: the request was signed too long ago, or by a clock that is wrong; another signature may do
 *     unavailable   no answer to rely on: it may have been done
 */
export type CommonFailure = 'refused' | 'throttled' | 'late' | 'unavailable';

/**
 * Errors that any service of AWS may answer with ("Common Error Types" of the IAM, STS, CloudTrail, DynamoDB, SQS and Secrets
 * Manager API references; S3 API Reference, error responses), and the names that the SDK gives to failures of its own. Without
 * the suffix `Exception`, which protocols and references use or leave out for the same error.
 */
const commonErrors: Readonly<Record<CommonFailure, ReadonlySet<string>>> = {
  refused: new Set([
    'AccessDenied',
    'CredentialsProviderError',
    'ExpiredToken',
    'IncompleteSignature',
    'InvalidAccessKeyId',
    'InvalidClientTokenId',
    'InvalidSignature',
    'InvalidToken',
    'MissingAuthenticationToken',
    'NotAuthorized',
    'OptInRequired',
    'RegionDisabled',
    'SignatureDoesNotMatch',
    'UnauthorizedOperation',
    'UnrecognizedClient',
  ]),
  throttled: new Set([
    'RequestLimitExceeded',
    'RequestThrottled',
    'SlowDown',
    'Throttled',
    'Throttling',
    'TooManyRequests',
  ]),
  late: new Set(['RequestExpired', 'RequestInTheFuture', 'RequestTimeTooSkewed']),
  unavailable: new Set([
    'InternalError',
    'InternalFailure',
    'InternalServerError',
    'RequestAborted',
    'RequestTimeout',
    'ServiceFailure',
    'ServiceUnavailable',
  ]),
};

const kinds: readonly CommonFailure[] = ['refused', 'throttled', 'late', 'unavailable'];

/** `undefined`: it is none that all services have. */
export function commonFailureOf(name: string, message: string): CommonFailure | undefined {
  const plain = name.replace(/Exception$/, '');
  // A clock that is wrong is told as a signature that is (Signature Version 4, troubleshooting).
  const isOfSignature = plain === 'SignatureDoesNotMatch' || plain === 'InvalidSignature';
  if (isOfSignature && /^Signature (?:expired|not yet current)/i.test(message)) return 'late';
  return kinds.find((kind) => commonErrors[kind].has(plain));
}
