import { addAbortSignal } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import { AdoHttpClient } from 'azure-devops-node-api/AdoHttpClientBases.js';
import { BearerCredentialHandler } from 'azure-devops-node-api/handlers/bearertoken.js';
import { PersonalAccessTokenCredentialHandler } from 'azure-devops-node-api/handlers/personalaccesstoken.js';
import type { IncomingHttpHeaders } from 'node:http';
import type { Credential } from '../../ports/credentials.ts';
import { describeUnreached } from '../../domain/kernel/unreached.ts';
import { isLoopbackUrl } from '../../domain/kernel/loopback.ts';

/** What came back, whatever it is worth. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** No whole answer came. */
export interface TransportFailure {
  readonly failure: 'timed-out' | 'cut-short' | 'unreachable';
  /** The system's word for it, such as `ECONNRESET`. */
  readonly reason: string;
  /** What happened at which address, and what to check, where the system says so. */
  readonly says?: string;
}

export interface Request {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  /** JSON. */
  readonly text?: string;
  readonly contentType?: 'application/json' | 'application/json-patch+json';
}

export interface Transport {
  /** One request, sent once. */
  send(request: Request): Promise<Answer | TransportFailure>;
  /** Requests that were sent. */
  sent(): number;
  close(): void;
}

export interface TransportOptions {
  readonly url: string;
  /** Left out: the request says who asks to nobody. */
  readonly credential?: Credential;
  /** From the first byte sent to the last one received. */
  readonly requestTimeoutMs: number;
}

/**
 * The client's HTTP layer alone: the layers above it answer `null` for 203, 404 and an empty 200, drop continuation
 * tokens, follow redirects, and hide the content type (azure-devops-node-api 17.0.1, typed-rest-client 3.1.2).
 */
export function openTransport(options: TransportOptions): Transport {
  const { url, credential, requestTimeoutMs } = options;
  const http = new AdoHttpClient('azfed', credential ? [createAuthenticationHandler(credential)] : [], {
    allowRedirects: false,
    allowRetries: false,
    keepAlive: true,
    socketTimeout: requestTimeoutMs,
    // A proxy named in the environment would be given the token of a plain http request.
    ...(isLoopbackUrl(url) ? { proxy: { proxyUrl: '' } } : {}),
  });
  let sent = 0;
  return {
    async send({ method, url: target, text: sentText = '', contentType = 'application/json' }) {
      sent += 1;
      const deadline = AbortSignal.timeout(requestTimeoutMs);
      try {
        const { message } = await http.request(method, target, sentText, buildHeaders(sentText, contentType));
        return await readWhole(addAbortSignal(deadline, message), deadline, target);
      } catch (error) {
        return { failure: isTimeout(error) ? 'timed-out' : 'unreachable', ...describeReason(error, target) };
      }
    },
    sent: () => sent,
    close: () => {
      http.dispose();
    },
  };
}

function buildHeaders(sentText: string, contentType: string): Readonly<Record<string, string>> {
  return { accept: 'application/json', ...(sentText === '' ? {} : { 'content-type': contentType }) };
}

/** False: unlike the client's default, credentials never go to another host. */
function createAuthenticationHandler({
  type,
  token,
}: Credential): BearerCredentialHandler | PersonalAccessTokenCredentialHandler {
  return type === 'pat'
    ? new PersonalAccessTokenCredentialHandler(token, false)
    : new BearerCredentialHandler(token, false);
}

type Message = Awaited<ReturnType<AdoHttpClient['get']>>['message'];

/** Nobody asks for them, and typed-rest-client opens none; proxies compress all the same (RFC 9110, 8.4.1). */
const decoders = new Map([
  ['gzip', promisify(gunzip)],
  ['x-gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
]);

async function readWhole(
  message: Message,
  deadline: AbortSignal,
  target: string,
): Promise<Answer | TransportFailure> {
  const { statusCode: status = 0, headers } = message;
  const decode = decoders.get(headers['content-encoding']?.toLowerCase() ?? '');
  try {
    const body = await buffer(message);
    // What is empty says of itself that it is compressed as well: 204, and errors of proxies.
    const decoded = decode && body.length > 0 ? await decode(body) : body;
    return { status, headers, text: new TextDecoder().decode(decoded) };
  } catch (error) {
    return { failure: deadline.aborted ? 'timed-out' : 'cut-short', ...describeReason(error, target) };
  }
}

/** typed-rest-client 3.1.2, HttpClient.js: its timeout has no code, only these words. */
function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('Request timeout');
}

/** The message is left out: it may quote what was sent. */
function describeReason(error: unknown, target: string): Omit<TransportFailure, 'failure'> {
  const unreached = describeUnreached(error, URL.parse(target)?.host);
  if (unreached) return { reason: unreached.code, says: unreached.says };
  if (!(error instanceof Error)) return { reason: 'no reason given' };
  return { reason: 'code' in error ? String(error.code) : error.name };
}
