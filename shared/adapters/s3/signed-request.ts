import type { Clock } from '../../ports/clock.ts';
import { getEndpointDomain } from '../../domain/kernel/arn.ts';
import {
  TransientError,
  ConfigError,
  ConflictError,
  PermissionError,
  UpstreamError,
} from '../../domain/kernel/errors.ts';
import { classifyCommonFailure } from '../../domain/kernel/aws-common-errors.ts';
import type { ResolvedClient } from '../signed-requests/signed-request.ts';
import { readServiceError, retryTransient, sendSigned } from '../signed-requests/signed-request.ts';

export interface S3Options {
  readonly bucket: string;
  /** Any client of the SDK that is there anyway: its Region, credentials and hash are used. */
  readonly client: ResolvedClient;
  /** Instead of S3's own. */
  readonly endpoint?: string;
  readonly clock: Clock;
}

interface ObjectRequest {
  readonly action: S3Action;
  /** Empty: the bucket itself. */
  readonly key: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** The whole object, when it is put. */
  readonly text?: string;
}

/** One signed request about one object; what it answers. Both requests may be sent again: an object is put whole. */
export function askForObject(options: S3Options, request: ObjectRequest): Promise<string> {
  return retryTransient(options.clock, () => askOnce(options, request));
}

async function askOnce(
  { bucket, client, ...options }: S3Options,
  { action, key, text: body, ...rest }: ObjectRequest,
): Promise<string> {
  const object = `s3://${bucket}/${key}`;
  const region = await client.config.region();
  const endpoint = options.endpoint ?? `https://s3.${region}.${getEndpointDomain(region)}`;
  const { status, text, cause } = await sendSigned(client, {
    service: 's3',
    region,
    url: objectUrl(endpoint, bucket, key),
    method: body === undefined ? 'GET' : 'PUT',
    ...rest,
    body,
  });
  if (status === 0) {
    const message = `${action} on ${object}: S3 cannot be reached: ${text}.`;
    throw new TransientError('s3.unreachable', message, { cause });
  }
  if (status === 200) return text;
  throw translateRefusal(action, object, status, text);
}

/** With the bucket in the path: in the host's name, one with a dot would have no certificate. */
function objectUrl(endpoint: string, bucket: string, key: string): URL {
  const parts = key === '' ? [] : key.split('/').map(encodeURIComponent);
  return new URL([endpoint, bucket, ...parts].join('/'));
}

/** As IAM spells it. */
type S3Action = 's3:GetObject' | 's3:PutObject' | 's3:ListBucket';

/** What S3 answered, as an error of the domain (S3 API Reference, error responses). */
export function translateRefusal(action: S3Action, object: string, status: number, text: string): Error {
  const { code, message: said } = readServiceError(text);
  const message = `${action} on ${object}: ${status} ${code}`;
  const kind = classifyFailure(status, code, said);
  if (kind === 'passing') return new TransientError('s3.unavailable', message);
  // A conditional write found an object, or another write of it under way (S3 User Guide, conditional writes).
  if (status === 412 || status === 409) return new ConflictError('s3.conflict', message);
  if (status === 404) {
    const missing = code === 'NoSuchBucket' ? 'bucket' : 'object';
    return new ConfigError({
      where: object,
      what: `There is no such ${missing}.`,
      fix: 'Deploy azfed again.',
    });
  }
  // Also for an object that is not there, to those who may not list the bucket (S3 API Reference, GetObject).
  if (kind === 'refused') return new PermissionError(action, message);
  return new UpstreamError('s3.refused', message);
}

function classifyFailure(status: number, code: string, said: string): 'passing' | 'refused' | undefined {
  const common = classifyCommonFailure(code, said);
  if (common !== undefined && common !== 'refused') return 'passing';
  if (status >= 500 || status === 429) return 'passing';
  return common === 'refused' || status === 403 ? 'refused' : undefined;
}
