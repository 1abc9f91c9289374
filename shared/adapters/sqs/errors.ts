import { SQSServiceException } from '@aws-sdk/client-sqs';
import { commonFailureOf } from '../../domain/kernel/aws-common-errors.ts';
import { PermissionError, TransientError, UpstreamError } from '../../domain/kernel/errors.ts';

type Action = 'sqs:SendMessage' | 'sqs:ChangeMessageVisibility';

/** Runs one request; what the SDK throws comes out as an error of the domain, what is our own bug comes out as it is. */
export async function calling<Answer>(
  action: Action,
  queue: string,
  send: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await send();
  } catch (error) {
    throw translate(error, action, queue);
  }
}

// SQS's own names for what other services name otherwise (SQS API Reference, errors).
const refusals: ReadonlySet<string> = new Set(['InvalidSecurity', 'KmsAccessDenied']);
const throttles: ReadonlySet<string> = new Set(['KmsThrottled', 'OverLimit']);

function translate(error: unknown, action: Action, queue: string): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message } = error;
  const text = `${action} on ${queue}: ${message}`;
  const common = commonFailureOf(name, message);
  if (common === 'refused' || refusals.has(name)) return new PermissionError(action, text, { cause: error });
  if (common === 'throttled' || throttles.has(name))
    return new TransientError('queue.throttled', text, { cause: error });
  if (common) return new TransientError('queue.unavailable', text, { cause: error });
  if (error instanceof SQSServiceException && error.$fault === 'client')
    return new UpstreamError('queue.refused', text, { cause: error });
  // The SDK marks everything that came of a request with `$metadata`: timeouts, resets and unreadable answers as well.
  return '$metadata' in error ? new TransientError('queue.unavailable', text, { cause: error }) : error;
}

/** Entries that the queue did not take, though it took the request. */
export function notTaken(queue: string, codes: readonly string[]): TransientError {
  return new TransientError('queue.not-taken', `sqs:SendMessage on ${queue}: ${codes.join(', ')}`);
}
