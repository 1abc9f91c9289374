import { CloudTrailServiceException } from '@aws-sdk/client-cloudtrail';
import { commonFailureOf } from '../../domain/kernel/aws-common-errors.ts';
import { PermissionError, TransientError, UpstreamError } from '../../domain/kernel/errors.ts';

const ACTION = 'cloudtrail:LookupEvents';

/** Runs one read; what the SDK throws comes out as an error of the domain, what is our own bug comes out as it is. */
export async function reading<Answer>(account: string, read: () => Promise<Answer>): Promise<Answer> {
  try {
    return await read();
  } catch (error) {
    throw translate(error, account);
  }
}

function translate(error: unknown, account: string): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message } = error;
  const text = `${ACTION} in ${account}: ${message}`;
  const common = commonFailureOf(name, message);
  if (common === 'refused') return new PermissionError(ACTION, text, { cause: error });
  if (common === 'throttled') return new TransientError('trail.throttled', text, { cause: error });
  if (common) return new TransientError('trail.unavailable', text, { cause: error });
  if (error instanceof CloudTrailServiceException && error.$fault === 'client')
    return new UpstreamError('trail.refused', text, { cause: error });
  return '$metadata' in error ? new TransientError('trail.unavailable', text, { cause: error }) : error;
}
