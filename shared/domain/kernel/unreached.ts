/** Why no answer came, and from where, for a person. */
export interface Unreached {
  /** The word of the system: `ECONNREFUSED`, `CERT_HAS_EXPIRED`, `TimeoutError`. */
  readonly code: string;
  /** What happened at which address, and what to check; without an end. */
  readonly says: string;
}

type Sentence = (at: string) => string;

const refused: Sentence = (at) =>
  `nothing accepts connections at ${at}; check the address, its port, and that the service runs`;
const unnamed: Sentence = (at) => `no such name as ${at}; check the address, the Region and the name service`;
const silent: Sentence = (at) =>
  `${at} did not answer in time; check the network, the firewall and the proxy, or try again`;
const closed: Sentence = (at) =>
  `${at} closed the connection before its answer was whole; check the proxy and the firewall, or try again`;
const wayless: Sentence = (at) => `no way leads to ${at}; check the network, the VPN and the address`;
const untrusted: Sentence = (at) =>
  `the certificate of ${at} is signed by nobody that is trusted here; name the file of the authority in NODE_EXTRA_CA_CERTS, and check the proxy`;
const expired: Sentence = (at) =>
  `the certificate of ${at} is not valid now; check the clock of this machine, or have it renewed`;
const misnamed: Sentence = (at) =>
  `the certificate of ${at} is for another name; check the address and the proxy`;
const noTls: Sentence = (at) => `${at} does not speak TLS as expected; check http or https, and the proxy`;
const noHttp: Sentence = (at) => `${at} does not answer as HTTP; check the address, its port and the proxy`;
const unknown: Sentence = (at) => `${at} could not be reached; check the address, the network and the proxy`;

/**
 * Codes of Node.js (Errors, "Common system errors"), of OpenSSL as Node.js names them (TLS, "X509 certificate error codes"),
 * of undici (its Errors page), and the names that the SDK of AWS and fetch give to a deadline.
 */
const sentences: Readonly<Record<string, Sentence>> = {
  ECONNREFUSED: refused,
  ENOTFOUND: unnamed,
  EAI_AGAIN: (at) => `the name service does not answer for ${at}; check the network and DNS`,
  ETIMEDOUT: silent,
  ESOCKETTIMEDOUT: silent,
  TimeoutError: silent,
  AbortError: silent,
  UND_ERR_CONNECT_TIMEOUT: silent,
  UND_ERR_HEADERS_TIMEOUT: silent,
  UND_ERR_BODY_TIMEOUT: silent,
  ECONNRESET: closed,
  ECONNABORTED: closed,
  EPIPE: closed,
  UND_ERR_SOCKET: closed,
  EHOSTUNREACH: wayless,
  ENETUNREACH: wayless,
  ENETDOWN: wayless,
  EHOSTDOWN: wayless,
  EADDRNOTAVAIL: wayless,
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  CERT_UNTRUSTED: untrusted,
  CERT_HAS_EXPIRED: expired,
  CERT_NOT_YET_VALID: expired,
  ERR_TLS_CERT_ALTNAME_INVALID: misnamed,
  HPE_INVALID_CONSTANT: noHttp,
  HPE_INVALID_VERSION: noHttp,
  EPROTO: noTls,
  ERR_SSL_WRONG_VERSION_NUMBER: noTls,
};

/** Others of the same families: a single word, so that nothing which was sent fits into it. */
const families =
  /^(?:E(?:AI|NET|HOST|CONN|SOCK)[A-Z_]{1,30}|UND_ERR_\w{1,30}|ERR_(?:TLS|SSL|HTTP2|STREAM)_\w{1,50}|CERT_\w{1,30}|HPE_\w{1,40})$/;

/**
 * What kept an answer from coming. `undefined`: the error says nothing of the way there. Its message is not quoted: it may
 * hold what was sent. `address`: of what was asked, where the caller knows it.
 */
export function describeUnreached(error: unknown, address?: string): Unreached | undefined {
  const chain = listCauses(error);
  const proxy = chain.map(readProxyFailure).find((one) => one !== undefined);
  if (proxy) return proxy;
  for (const one of chain) {
    const word = readCode(one);
    if (word === undefined) continue;
    const at = address ?? chain.map(readAddress).find((found) => found !== undefined) ?? 'the other side';
    return { code: word, says: (sentences[word] ?? unknown)(at) };
  }
  return undefined;
}

/** For the end of a sentence about a call: why no answer came, or what the error says. */
export function explainSilence(error: unknown, address?: string): string {
  const unreached = describeUnreached(error, address);
  if (unreached) return `no answer (${unreached.code}): ${unreached.says}`;
  if (address !== undefined) return `no answer from ${address}`;
  return error instanceof Error ? error.message : 'no answer';
}

/** Several addresses of one host fail together (AggregateError), and fetch names the reason in the cause. */
function listCauses(error: unknown, depth = 0): readonly object[] {
  if (typeof error !== 'object' || error === null || depth > 4) return [];
  const { errors, cause } = error as { readonly errors?: unknown; readonly cause?: unknown };
  const below = Array.isArray(errors) ? (errors as readonly unknown[]) : [];
  return [error, ...[...below, cause].flatMap((one) => listCauses(one, depth + 1))];
}

function readCode(error: object): string | undefined {
  const { code: word, name, message: text } = error as Readonly<Record<string, unknown>>;
  if (typeof word === 'string' && (word in sentences || families.test(word))) return word;
  if (name === 'TimeoutError' || name === 'AbortError') return name;
  for (const [pattern, known] of wordings) {
    const found = pattern.exec(String(text));
    if (found) return known ?? found[1];
  }
  return undefined;
}

/** Of what loses its code on the way: typed-rest-client, undici in older releases of Node.js, what the SDK has from another realm. */
const wordings: readonly (readonly [RegExp, string?])[] = [
  [/^Request timeout/, 'ETIMEDOUT'],
  [/^(?:socket hang up|other side closed)/, 'ECONNRESET'],
  [/^AWS SDK error wrapper for .*?\b(E[A-Z]{3,20})\b/],
];

/** As Node.js names it, or as azfed has noted it (`host`). */
function readAddress(error: object): string | undefined {
  const { host, hostname, address, port } = error as Readonly<Record<string, unknown>>;
  const name = [host, hostname, address].find(
    (one) => typeof one === 'string' && /^[\w.:-]{1,255}$/.test(one),
  );
  if (typeof name !== 'string') return undefined;
  return typeof port === 'number' && name === address
    ? `${name.includes(':') ? `[${name}]` : name}:${port}`
    : name;
}

/** What a proxy answers that wants to know who asks (RFC 9110, 15.5.8). */
export const PROXY_SIGN_IN = 'the proxy asks for a sign-in; check the user and the password in HTTPS_PROXY';

function readProxyFailure(error: object): Unreached | undefined {
  const { message: text, $metadata } = error as Readonly<Record<string, unknown>>;
  const { httpStatusCode: status } = ($metadata ?? {}) as { readonly httpStatusCode?: unknown };
  if (status === 407) return describeProxy('407');
  const [, value] = tunnelFailure.exec(String(text)) ?? [];
  return value === undefined ? undefined : describeProxy(value);
}

/** tunnel 0.0.6, which sends requests of azure-devops-node-api through a proxy, has these words alone. */
const tunnelFailure = /^tunneling socket could not be established, (?:statusCode|cause)=(.*)/;

function describeProxy(value: string): Unreached {
  if (value === '407') return { code: 'HTTP 407', says: PROXY_SIGN_IN };
  if (/^\d{3}$/.test(value))
    return {
      code: `HTTP ${value}`,
      says: 'the proxy does not connect to it; check HTTPS_PROXY, NO_PROXY and what the proxy allows',
    };
  const word = /\bE[A-Z]{3,20}\b/.exec(value)?.[0] ?? 'ECONNRESET';
  return { code: word, says: 'the proxy could not be reached; check HTTPS_PROXY and NO_PROXY' };
}
