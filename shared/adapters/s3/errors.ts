import { commonFailureOf } from '../../domain/kernel/aws-common-errors.ts';
import { ConfigError, PermissionError, TransientError, UpstreamError } from '../../domain/kernel/errors.ts';

/** As IAM spells it. */
export type S3Action = 's3:GetObject' | 's3:PutObject';

/** What S3 answered, as an error of the domain (S3 API Reference, error responses). */
export function refusal(action: S3Action, object: string, status: number, text: string): Error {
  const code = /<Code>(\w+)<\/Code>/.exec(text)?.[1] ?? 'no code';
  const message = `${action} on ${object}: ${status} ${code}`;
  const kind = kindOf(status, code, text);
  if (kind === 'passing') return new TransientError('s3.unavailable', message);
  if (status === 404) {
    const missing = code === 'NoSuchBucket' ? 'bucket' : 'object';
    return new ConfigError([
      { where: object, what: `There is no such ${missing}.`, fix: 'Deploy azfed again.' },
    ]);
  }
  // Also for an object that is not there, to those who may not list the bucket (S3 API Reference, GetObject).
  if (kind === 'refused') return new PermissionError(action, message);
  return new UpstreamError('s3.refused', message);
}

/** No answer, or none that could be read to its end. */
export function unreachable(action: S3Action, object: string, cause: unknown): TransientError {
  const message = `${action} on ${object}: S3 cannot be reached.`;
  return new TransientError('s3.unreachable', message, { cause });
}

function kindOf(status: number, code: string, text: string): 'passing' | 'refused' | undefined {
  const common = commonFailureOf(code, /<Message>([^<]*)/.exec(text)?.[1] ?? '');
  if (common !== undefined && common !== 'refused') return 'passing';
  if (status >= 500 || status === 429) return 'passing';
  return common === 'refused' || status === 403 ? 'refused' : undefined;
}
