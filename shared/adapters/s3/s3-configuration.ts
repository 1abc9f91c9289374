import { SignatureV4 } from '@smithy/signature-v4';
import type { ConfigurationSource } from '../../ports/configuration-source.ts';
import type { Clock } from '../../ports/clock.ts';
import { TransientError } from '../../domain/errors.ts';
import { refusal, unreachable } from './errors.ts';

type SignatureOptions = ConstructorParameters<typeof SignatureV4>[0];

/** What a client of the SDK has settled on: Region, credentials, and how to hash. */
interface SettledClient {
  readonly config: Pick<SignatureOptions, 'credentials' | 'sha256'> & {
    readonly region: () => Promise<string>;
  };
}

export interface S3ConfigurationOptions {
  readonly bucket: string;
  readonly key: string;
  /** Any client of the SDK that is there anyway: its Region, credentials and hash are used. */
  readonly client: SettledClient;
  /** Instead of S3's own. */
  readonly endpoint?: string;
  readonly clock: Clock;
}

const REQUEST_TIMEOUT_MS = 10_000;
const ATTEMPTS = 3;
const PAUSE_MS = 200;

/**
 * One object, read by one signed request. The SDK's own client for S3 would be a fifth of every function's code, which is
 * loaded, and billed, at each cold start.
 */
export function createS3Configuration(options: S3ConfigurationOptions): ConfigurationSource {
  return {
    async read() {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await readOnce(options);
        } catch (error) {
          if (!(error instanceof TransientError) || attempt === ATTEMPTS) throw error;
          await options.clock.sleep(attempt * PAUSE_MS);
        }
      }
    },
  };
}

async function readOnce({ bucket, key, client, endpoint }: S3ConfigurationOptions): Promise<string> {
  const object = `s3://${bucket}/${key}`;
  const { credentials, region, sha256 } = client.config;
  const url = objectUrl(endpoint ?? `https://s3.${await region()}.${domainOf(await region())}`, bucket, key);
  // S3 signs the path as it stands, all other services encode it once more (Signature Version 4, canonical request).
  const signer = new SignatureV4({ service: 's3', credentials, region, sha256, uriEscapePath: false });
  const { headers } = await signer.sign({
    method: 'GET',
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    headers: { host: url.host },
  });
  const { status, text } = await fetchText(url, headers).catch((error: unknown) => {
    throw unreachable(object, error);
  });
  if (status === 200) return text;
  throw refusal(object, status, text);
}

async function fetchText(url: URL, headers: Record<string, string>) {
  const signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
  const answer = await fetch(url, { headers, redirect: 'manual', signal });
  return { status: answer.status, text: await answer.text() };
}

/** With the bucket in the path: in the host's name, one with a dot would have no certificate. */
function objectUrl(endpoint: string, bucket: string, key: string): URL {
  return new URL([endpoint, bucket, ...key.split('/').map(encodeURIComponent)].join('/'));
}

/** Endpoint rules of the S3 service model. */
function domainOf(region: string): string {
  if (region.startsWith('cn-')) return 'amazonaws.com.cn';
  return region.startsWith('eusc-') ? 'amazonaws.eu' : 'amazonaws.com';
}
