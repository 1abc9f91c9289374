import { explainSilence } from './unreached.ts';
import { PermissionError, TransientError, UpstreamError } from './errors.ts';

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
export function classifyCommonFailure(name: string, message: string): CommonFailure | undefined {
  const plain = name.replace(/Exception$/, '');
  // A clock that is wrong is told as a signature that is (Signature Version 4, troubleshooting).
  const isOfSignature = plain === 'SignatureDoesNotMatch' || plain === 'InvalidSignature';
  if (isOfSignature && /^Signature (?:expired|not yet current)/i.test(message)) return 'late';
  return kinds.find((kind) => commonErrors[kind].has(plain));
}

/** What is known of a service and of the call that failed. */
export interface FailedCall {
  /** The right that it needs. */
  readonly action: string;
  readonly target: string;
  /** What codes of errors begin with. */
  readonly prefix: string;
  /** The service's own names for what others name otherwise. */
  readonly ownNames?: ReadonlyMap<string, CommonFailure>;
}

/** What the SDK threw as an error of the domain; what is our own bug comes out as it is. `isAnswer`: the service itself said it. */
export function translateFailure(error: Error, call: FailedCall, isAnswer: boolean): Error {
  const kind = classifyError(error, call, isAnswer);
  const said = kind === 'unavailable' ? explainSilence(error) : error.message;
  const text = `${call.action} ${call.target}: ${said}`;
  if (kind === undefined) return error;
  if (kind === 'denied') return new PermissionError(call.action, text, { cause: error });
  const Kind = kind === 'refused' ? UpstreamError : TransientError;
  return new Kind(`${call.prefix}.${kind}`, text, { cause: error });
}

const kindsOfFailures = {
  refused: 'denied',
  throttled: 'throttled',
  late: 'unavailable',
  unavailable: 'unavailable',
} as const;

function classifyError(error: Error, { ownNames }: FailedCall, isAnswer: boolean) {
  const common = ownNames?.get(error.name) ?? classifyCommonFailure(error.name, error.message);
  if (common) return kindsOfFailures[common];
  if (isAnswer && '$fault' in error && error.$fault === 'client') return 'refused';
  // The SDK marks everything that came of a request with `$metadata`: timeouts, resets and unreadable answers as well.
  return '$metadata' in error ? 'unavailable' : undefined;
}

// Node's network errors carry the code of the system (ECONNRESET, EAI_AGAIN); the SDK names its own patience running
// out, and wraps what another realm threw (a socket's error, in a test runner's sandbox) without its code.
export function isUnreachable(error: Error): boolean {
  if (error.name === 'TimeoutError' || error.message.startsWith('AWS SDK error wrapper for')) return true;
  return 'code' in error && /^E(?!RR_)[A-Z_]+$/.test(String(error.code));
}
