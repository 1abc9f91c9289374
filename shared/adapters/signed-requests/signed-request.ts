import { SignatureV4 } from '@smithy/signature-v4';
import * as z from 'zod';
import { TransientError } from '../../domain/kernel/errors.ts';
import { explainSilence } from '../../domain/kernel/unreached.ts';
import { parseJson } from '../../domain/kernel/json.ts';
import type { Clock } from '../../ports/clock.ts';
import { REQUEST_TIMEOUT_MS } from './request-handler.ts';

type SignatureOptions = ConstructorParameters<typeof SignatureV4>[0];

/** Any client of the SDK that is there anyway: its credentials and its hash are used. */
export interface SigningClient {
  readonly config: Pick<SignatureOptions, 'credentials' | 'sha256'>;
}

/** One that has its Region, too. */
export interface ResolvedClient extends SigningClient {
  readonly config: SigningClient['config'] & { readonly region: () => Promise<string> };
}

interface SignedRequest {
  /** As Signature Version 4 spells it. */
  readonly service: string;
  readonly region: string;
  readonly url: URL;
  readonly method?: 'GET' | 'POST' | 'PUT';
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** Left out: as long as any request to AWS may take. */
  readonly timeoutMs?: number;
}

export interface SignedAnswer {
  /** 0: there was none, and the text says why. */
  readonly status: number;
  readonly headers?: Headers;
  readonly text: string;
  /** Why there was none. */
  readonly cause?: unknown;
}

/**
 * One request to a service of AWS, signed. The SDK's own client of a service of which one or two operations are used would
 * be a fifth of every function's code, which is loaded, and billed, at each cold start. Rejects where there are no credentials.
 */
export async function sendSigned(
  { config: { credentials, sha256 } }: SigningClient,
  { service, region, url, method = 'POST', query = {}, headers: given, body, ...limits }: SignedRequest,
): Promise<SignedAnswer> {
  const address = new URL(url);
  for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value);
  // S3 signs the path as it stands, all other services encode it once more (Signature Version 4, canonical request).
  const signer = new SignatureV4({ service, region, credentials, sha256, uriEscapePath: service !== 's3' });
  const { headers } = await signer.sign({
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    query,
    headers: { ...given, host: url.host },
    body,
  });
  try {
    const signal = AbortSignal.timeout(limits.timeoutMs ?? REQUEST_TIMEOUT_MS);
    const answer = await fetch(address, { method, headers, body: body ?? null, redirect: 'manual', signal });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  } catch (cause) {
    return { status: 0, text: explainSilence(cause, url.host), cause };
  }
}

/** Header and body of an operation in AWS JSON 1.1. `target`: as the service model spells it, such as `TrentService.Sign`. */
export const makeJsonRequest = (target: string, input: object) => ({
  headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target },
  body: JSON.stringify(input),
});

const text = z.string().catch('');
const jsonError = z.object({ __type: text, message: text, Message: text });

/** What a service refuses: JSON with `__type`, or XML with `<Code>`. */
export function readServiceError(body: string): { readonly code: string; readonly message: string } {
  const { data: json } = jsonError.safeParse(parseJson(body));
  const code = json ? json.__type.split('#').at(-1) : /<Code>(\w+)<\/Code>/.exec(body)?.[1];
  const message = json ? json.message || json.Message : /<Message>([^<]*)/.exec(body)?.[1];
  return { code: code === undefined || code === '' ? 'no code' : code, message: message ?? '' };
}

const ATTEMPTS = 3;
const PAUSE_MS = 200;

/** For work that may be done twice. */
export async function retryTransient<Value>(
  { sleep }: Pick<Clock, 'sleep'>,
  work: () => Promise<Value>,
  attempts = ATTEMPTS,
): Promise<Value> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof TransientError) || attempt === attempts) throw error;
      await sleep(attempt * PAUSE_MS);
    }
  }
}
