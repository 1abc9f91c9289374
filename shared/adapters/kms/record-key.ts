import { SignatureV4 } from '@smithy/signature-v4';
import * as z from 'zod';
import { getEndpointDomain } from '../../domain/kernel/arn.ts';
import { classifyCommonFailure } from '../../domain/kernel/aws-common-errors.ts';
import { ConfigError, PermissionError, TransientError, UpstreamError } from '../../domain/kernel/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import { parseJson } from '../../domain/kernel/json.ts';

type SignatureOptions = ConstructorParameters<typeof SignatureV4>[0];

/** The key that records are signed with. Rejects with errors of the domain when it cannot be had. */
export type RecordKey = () => Promise<Uint8Array>;

export interface RecordKeyOptions {
  /** ARN of an HMAC key of KMS; left out: records are not signed. */
  readonly keyArn: string | undefined;
  /** Any client of the SDK that is there anyway: its credentials and hash are used. */
  readonly client: { readonly config: Pick<SignatureOptions, 'credentials' | 'sha256'> };
  readonly clock: Clock;
  /** Instead of KMS's own. */
  readonly endpoint?: string | undefined;
}

/** What the key is derived for. Another text gives another key, and no record that was signed before can be read. */
const PURPOSE = 'azfed: key of signed records, 1';
const ALGORITHM = 'HMAC_SHA_256';
const REQUEST_TIMEOUT_MS = 10_000;
const ATTEMPTS = 3;
const PAUSE_MS = 200;

const answer = z.object({ Mac: z.base64() });

/**
 * One GenerateMac for each process: the HMAC of a fixed text is the key that signs records (KMS API Reference, GenerateMac:
 * "You can also use the raw result to implement HMAC-based algorithms such as key derivation functions"). Whoever may call
 * GenerateMac with the key can sign records, and nobody else, as if each record had a call of its own.
 */
export function recordKeyOption({ keyArn, ...options }: RecordKeyOptions): {
  readonly recordKey?: RecordKey;
} {
  if (keyArn === undefined) return {};
  let known: Promise<Uint8Array> | undefined;
  const recordKey = () => {
    known ??= derive(keyArn, options).catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  };
  return { recordKey };
}

type Options = Omit<RecordKeyOptions, 'keyArn'>;

async function derive(keyArn: string, options: Options): Promise<Uint8Array> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await generateMac(keyArn, options);
    } catch (error) {
      if (!(error instanceof TransientError) || attempt === ATTEMPTS) throw error;
      await options.clock.sleep(attempt * PAUSE_MS);
    }
  }
}

async function generateMac(keyArn: string, { client, endpoint }: Options): Promise<Uint8Array> {
  const [, , , region = ''] = keyArn.split(':');
  const url = new URL(endpoint ?? `https://kms.${region}.${getEndpointDomain(region)}`);
  const { credentials, sha256 } = client.config;
  const signer = new SignatureV4({ service: 'kms', credentials, region, sha256 });
  const message = Buffer.from(PURPOSE).toString('base64');
  const body = JSON.stringify({ KeyId: keyArn, MacAlgorithm: ALGORITHM, Message: message });
  const { headers } = await signer.sign({
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    path: '/',
    headers: {
      host: url.host,
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'TrentService.GenerateMac',
    },
    body,
  });
  const { status, text } = await send(url, { method: 'POST', headers, body }).catch((error: unknown) => {
    throw new TransientError('kms.unreachable', `KMS cannot be reached for ${keyArn}.`, { cause: error });
  });
  if (status !== 200) throw refusal(keyArn, status, text);
  const { data } = answer.safeParse(parseJson(text));
  const mac = Buffer.from(data?.Mac ?? '', 'base64');
  // An HMAC_SHA_256 has 32 bytes: anything else is no key.
  if (mac.length !== 32) throw new UpstreamError('kms.unreadable', `KMS gave no key for ${keyArn}.`);
  return mac;
}

async function send(url: URL, init: RequestInit) {
  const signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
  const response = await fetch(url, { ...init, redirect: 'manual', signal });
  return { status: response.status, text: await response.text() };
}

const text = z.string().catch('');
const failure = z.object({ __type: text, message: text, Message: text });

/** What KMS answered, as an error of the domain (KMS API Reference, GenerateMac, errors). */
function refusal(keyArn: string, status: number, body: string): Error {
  const { data = { __type: '', message: '', Message: '' } } = failure.safeParse(parseJson(body));
  const code = data.__type.split('#').at(-1) ?? '';
  const said = data.message || data.Message;
  const message = `kms:GenerateMac with ${keyArn}: ${status} ${code} ${said}`.trim();
  if (unusable.has(code))
    return new ConfigError([
      {
        where: 'environment variable AZFED_RECORD_KEY',
        what: `KMS cannot use ${keyArn}: ${code}. ${said}`.trim(),
        fix: 'Name an enabled HMAC_256 key of this account, or deploy azfed again.',
      },
    ]);
  const common = classifyCommonFailure(code, said);
  if (common === 'refused') return new PermissionError('kms:GenerateMac', message);
  const isPassing = common !== undefined || passing.has(code) || status >= 500 || status === 429;
  return isPassing
    ? new TransientError('kms.unavailable', message)
    : new UpstreamError('kms.refused', message);
}

const passing: ReadonlySet<string> = new Set(['DependencyTimeoutException', 'KeyUnavailableException']);
const unusable: ReadonlySet<string> = new Set([
  'NotFoundException',
  'DisabledException',
  'InvalidKeyUsageException',
  'KMSInvalidStateException',
]);
