import { ConfigError, PermissionError, TransientError, UpstreamError } from '../../domain/errors.ts';

const ACTION = 's3:GetObject';

/** What S3 answered, as an error of the domain (S3 API Reference, error responses). */
export function refusal(object: string, status: number, text: string): Error {
  const code = /<Code>(\w+)<\/Code>/.exec(text)?.[1] ?? 'no code';
  const message = `${ACTION} on ${object}: ${status} ${code}`;
  if (status >= 500 || status === 429) return new TransientError('configuration.unavailable', message);
  if (status === 404)
    return new ConfigError([
      { where: object, what: 'There is no such object.', mend: 'Deploy azfed again.' },
    ]);
  // Also for an object that is not there, to those who may not list the bucket (S3 API Reference, GetObject).
  if (status === 403) return new PermissionError(ACTION, message);
  return new UpstreamError('configuration.refused', message);
}

/** No answer, or none that could be read to its end. */
export function unreachable(object: string, cause: unknown): TransientError {
  const message = `${ACTION} on ${object}: S3 cannot be reached.`;
  return new TransientError('configuration.unreachable', message, { cause });
}
