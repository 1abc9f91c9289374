import * as z from 'zod';
import { getEndpointDomain, splitArn } from '../../domain/kernel/arn.ts';
import { classifyCommonFailure } from '../../domain/kernel/aws-common-errors.ts';
import { ConfigError, PermissionError, TransientError, UpstreamError } from '../../domain/kernel/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import { parseJson } from '../../domain/kernel/json.ts';
import type { SigningClient } from '../signed-requests/signed-request.ts';
import {
  makeJsonRequest,
  readServiceError,
  retryTransient,
  sendSigned,
} from '../signed-requests/signed-request.ts';

/** The key that records are signed with. Rejects with errors of the domain when it cannot be had. */
export type RecordKey = () => Promise<Uint8Array>;

export interface RecordKeyOptions {
  /** ARN of an HMAC key of KMS; left out: records are not signed. */
  readonly keyArn: string | undefined;
  readonly client: SigningClient;
  readonly clock: Clock;
  /** Instead of KMS's own. */
  readonly endpoint?: string | undefined;
}

/** What the key is derived for. Another text gives another key, and no record that was signed before can be read. */
const PURPOSE = 'azfed: key of signed records, 1';
const ALGORITHM = 'HMAC_SHA_256';

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
    known ??= retryTransient(options.clock, () => generateMac(keyArn, options)).catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  };
  return { recordKey };
}

type Options = Omit<RecordKeyOptions, 'keyArn'>;

async function generateMac(keyArn: string, { client, endpoint }: Options): Promise<Uint8Array> {
  const { region } = splitArn(keyArn);
  const { status, text, cause } = await sendSigned(client, {
    service: 'kms',
    region,
    url: new URL('/', endpoint ?? `https://kms.${region}.${getEndpointDomain(region)}`),
    ...makeJsonRequest('TrentService.GenerateMac', {
      KeyId: keyArn,
      MacAlgorithm: ALGORITHM,
      Message: Buffer.from(PURPOSE).toString('base64'),
    }),
  });
  if (status === 0)
    throw new TransientError('kms.unreachable', `KMS cannot be reached for ${keyArn}: ${text}.`, { cause });
  if (status !== 200) throw refusal(keyArn, status, text);
  const { data } = answer.safeParse(parseJson(text));
  const mac = Buffer.from(data?.Mac ?? '', 'base64');
  // An HMAC_SHA_256 has 32 bytes: anything else is no key.
  if (mac.length !== 32) throw new UpstreamError('kms.unreadable', `KMS gave no key for ${keyArn}.`);
  return mac;
}

/** What KMS answered, as an error of the domain (KMS API Reference, GenerateMac, errors). */
function refusal(keyArn: string, status: number, body: string): Error {
  const { code, message: said } = readServiceError(body);
  const message = `kms:GenerateMac with ${keyArn}: ${status} ${code} ${said}`.trim();
  if (unusable.has(code))
    return new ConfigError({
      where: 'environment variable AZFED_RECORD_KEY',
      what: `KMS cannot use ${keyArn}: ${code}. ${said}`.trim(),
      fix: 'Name an enabled HMAC_256 key of this account, or deploy azfed again.',
    });
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
