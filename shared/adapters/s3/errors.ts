import { S3ServiceException } from '@aws-sdk/client-s3';
import { ConfigError, PermissionError, TransientError, UpstreamError } from '../../domain/errors.ts';

const ACTION = 's3:GetObject';

/** Runs one read; what the SDK throws comes out as an error of the domain, what is our own bug comes out as it is. */
export async function reading<Answer>(object: string, read: () => Promise<Answer>): Promise<Answer> {
  try {
    return await read();
  } catch (error) {
    throw translate(error, object);
  }
}

// Error codes of S3 (API Reference, error responses), and the name under which the SDK says that it has no credentials.
const refusals: ReadonlySet<string> = new Set([
  'AccessDenied',
  'CredentialsProviderError',
  'ExpiredToken',
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
]);

const absences: ReadonlySet<string> = new Set(['NoSuchKey', 'NoSuchBucket']);

function translate(error: unknown, object: string): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message } = error;
  const text = `${ACTION} on ${object}: ${message}`;
  if (absences.has(name))
    return new ConfigError([
      { where: object, what: 'There is no such object.', mend: 'Deploy azfed again.' },
    ]);
  // S3 answers so for an object that is not there as well, to those who may not list the bucket (API Reference, GetObject).
  if (refusals.has(name)) return new PermissionError(ACTION, text, { cause: error });
  if (error instanceof S3ServiceException && error.$fault === 'client' && name !== 'SlowDown')
    return new UpstreamError('configuration.refused', text, { cause: error });
  return '$metadata' in error
    ? new TransientError('configuration.unavailable', text, { cause: error })
    : error;
}
