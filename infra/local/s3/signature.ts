import { createHash, createHmac } from 'node:crypto';
import type { LoopbackRequest } from '../loopback/loopback-server.ts';
import { ServiceError } from './service-error.ts';

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

const authorization =
  /^AWS4-HMAC-SHA256 Credential=([^/\s]+)\/(\d{8}\/[a-z0-9-]+\/s3\/aws4_request), SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$/;

/**
 * Only who knows one of the keys has signed this very request: method, path, the headers that it names, and the body
 * (IAM User Guide, Signature Version 4). Written anew here and not taken from the SDK, so that each checks the other.
 * Throws ServiceError.
 */
export function requireSignature(
  findKeys: (accessKeyId: string) => Keys | undefined,
  request: LoopbackRequest,
): void {
  const [, keyId, scope = '', signedHeaders = '', signature] =
    authorization.exec(request.headers.authorization ?? '') ?? [];
  if (keyId === undefined) throw new ServiceError('AccessDenied', 403, 'Access Denied');
  const known = findKeys(keyId);
  if (!known)
    throw new ServiceError(
      'InvalidAccessKeyId',
      403,
      'The AWS Access Key Id you provided does not exist in our records.',
    );
  if (request.headers['x-amz-security-token'] !== known.sessionToken)
    throw new ServiceError('InvalidToken', 400, 'The provided token is malformed or otherwise invalid.');
  requireHeaders(request, signedHeaders.split(';'));
  const asked = [
    'AWS4-HMAC-SHA256',
    header(request, 'x-amz-date'),
    scope,
    digest(canonical(request, signedHeaders)),
  ];
  if (signature !== signed(known, scope, asked.join('\n')))
    throw new ServiceError(
      'SignatureDoesNotMatch',
      403,
      'The request signature we calculated does not match the signature you provided.',
    );
}

/** Host and every x-amz header have to be signed, and the body has to be the one that was. */
function requireHeaders(request: LoopbackRequest, signedHeaders: readonly string[]): void {
  const owed = ['host', ...Object.keys(request.headers).filter((name) => name.startsWith('x-amz-'))];
  if (owed.some((name) => !signedHeaders.includes(name)))
    throw new ServiceError(
      'AccessDenied',
      403,
      'There were headers present in the request which were not signed',
    );
  if (request.headers['x-amz-content-sha256'] === undefined)
    throw new ServiceError('InvalidRequest', 400, 'Missing required header for this request');
  if (request.headers['x-amz-content-sha256'] !== digest(request.text))
    throw new ServiceError(
      'XAmzContentSHA256Mismatch',
      400,
      'The provided x-amz-content-sha256 header does not match what was computed.',
    );
}

function canonical(request: LoopbackRequest, signedHeaders: string): string {
  const [path = ''] = request.path.split('?');
  const headers = signedHeaders.split(';').map((name) => `${name}:${header(request, name).trim()}\n`);
  const query = [...request.query]
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .sort();
  const hash = header(request, 'x-amz-content-sha256');
  return [request.method, path, query.join('&'), headers.join(''), signedHeaders, hash].join('\n');
}

function signed({ secretAccessKey }: Keys, scope: string, text: string): string {
  const key = scope
    .split('/')
    .reduce<string | Buffer>((secret, part) => hmac(secret, part).digest(), `AWS4${secretAccessKey}`);
  return hmac(key, text).digest('hex');
}

const header = ({ headers }: LoopbackRequest, name: string) => String(headers[name] ?? '');
const digest = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text);
