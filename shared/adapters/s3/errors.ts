import { ConfigError, PermissionError, TransientError, UpstreamError } from '../../domain/errors.ts';

/** As IAM spells it. */
export type S3Action = 's3:GetObject' | 's3:PutObject';

/** What S3 answered, as an error of the domain (S3 API Reference, error responses). */
export function refusal(action: S3Action, object: string, status: number, text: string): Error {
  const code = /<Code>(\w+)<\/Code>/.exec(text)?.[1] ?? 'no code';
  const message = `${action} on ${object}: ${status} ${code}`;
  if (status >= 500 || status === 429) return new TransientError('s3.unavailable', message);
  if (status === 404) {
    const missing = code === 'NoSuchBucket' ? 'bucket' : 'object';
    return new ConfigError([
      { where: object, what: `There is no such ${missing}.`, mend: 'Deploy azfed again.' },
    ]);
  }
  // Also for an object that is not there, to those who may not list the bucket (S3 API Reference, GetObject).
  if (status === 403) return new PermissionError(action, message);
  return new UpstreamError('s3.refused', message);
}

/** No answer, or none that could be read to its end. */
export function unreachable(action: S3Action, object: string, cause: unknown): TransientError {
  const message = `${action} on ${object}: S3 cannot be reached.`;
  return new TransientError('s3.unreachable', message, { cause });
}
