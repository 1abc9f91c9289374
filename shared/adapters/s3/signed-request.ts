import { SignatureV4 } from '@smithy/signature-v4';
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

type SignatureOptions = ConstructorParameters<typeof SignatureV4>[0];

/** What a client of the SDK has settled on: Region, credentials, and how to hash. */
interface SettledClient {
  readonly config: Pick<SignatureOptions, 'credentials' | 'sha256'> & {
    readonly region: () => Promise<string>;
  };
}

export interface S3Options {
  readonly bucket: string;
  /** Any client of the SDK that is there anyway: its Region, credentials and hash are used. */
  readonly client: SettledClient;
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

const REQUEST_TIMEOUT_MS = 10_000;
const ATTEMPTS = 3;
const PAUSE_MS = 200;

/**
 * One signed request about one object; what it answers. Both requests may be sent again: an object is put whole. The SDK's
 * own client for S3 would be a fifth of every function's code, which is loaded, and billed, at each cold start.
 */
export async function askForObject(options: S3Options, request: ObjectRequest): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await askOnce(options, request);
    } catch (error) {
      if (!(error instanceof TransientError) || attempt === ATTEMPTS) throw error;
      await options.clock.sleep(attempt * PAUSE_MS);
    }
  }
}

async function askOnce(options: S3Options, { action, key, ...rest }: ObjectRequest): Promise<string> {
  const object = `s3://${options.bucket}/${key}`;
  const method = rest.text === undefined ? 'GET' : 'PUT';
  const { credentials, region, sha256 } = options.client.config;
  const endpoint = options.endpoint ?? `https://s3.${await region()}.${getEndpointDomain(await region())}`;
  const url = objectUrl(endpoint, options.bucket, key);
  // S3 signs the path as it stands, all other services encode it once more (Signature Version 4, canonical request).
  const signer = new SignatureV4({ service: 's3', credentials, region, sha256, uriEscapePath: false });
  const { query = {} } = rest;
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const { headers } = await signer.sign({
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    query,
    headers: { ...rest.headers, host: url.host },
    body: rest.text,
  });
  const body = rest.text ?? null;
  const { status, text } = await fetchText(url, { method, headers, body }).catch((error: unknown) => {
    throw unreachable(action, object, error);
  });
  if (status === 200) return text;
  throw refusal(action, object, status, text);
}

async function fetchText(url: URL, init: RequestInit) {
  const signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
  const answer = await fetch(url, { ...init, redirect: 'manual', signal });
  return { status: answer.status, text: await answer.text() };
}

/** With the bucket in the path: in the host's name, one with a dot would have no certificate. */
function objectUrl(endpoint: string, bucket: string, key: string): URL {
  const parts = key === '' ? [] : key.split('/').map(encodeURIComponent);
  return new URL([endpoint, bucket, ...parts].join('/'));
}

/** As IAM spells it. */
type S3Action = 's3:GetObject' | 's3:PutObject' | 's3:ListBucket';

/** What S3 answered, as an error of the domain (S3 API Reference, error responses). */
export function refusal(action: S3Action, object: string, status: number, text: string): Error {
  const code = /<Code>(\w+)<\/Code>/.exec(text)?.[1] ?? 'no code';
  const message = `${action} on ${object}: ${status} ${code}`;
  const kind = classifyFailure(status, code, text);
  if (kind === 'passing') return new TransientError('s3.unavailable', message);
  // A conditional write found an object, or another write of it under way (S3 User Guide, conditional writes).
  if (status === 412 || status === 409) return new ConflictError('s3.conflict', message);
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
function unreachable(action: S3Action, object: string, cause: unknown): TransientError {
  const message = `${action} on ${object}: S3 cannot be reached.`;
  return new TransientError('s3.unreachable', message, { cause });
}

function classifyFailure(status: number, code: string, text: string): 'passing' | 'refused' | undefined {
  const common = classifyCommonFailure(code, /<Message>([^<]*)/.exec(text)?.[1] ?? '');
  if (common !== undefined && common !== 'refused') return 'passing';
  if (status >= 500 || status === 429) return 'passing';
  return common === 'refused' || status === 403 ? 'refused' : undefined;
}
