import { createLocalJWKSet } from 'jose';
import type { JSONWebKeySet } from 'jose';
import { ServiceError } from './service-error.ts';

type ResolveIssuer = ((issuerUrl: string) => string) | undefined;

/** How long an issuer may take to answer. */
const TIMEOUT_MS = 5000;

/** Where the issuer says that its keys are (OpenID Connect Discovery 1.0). Throws IDPCommunicationError. */
export async function discover(issuerUrl: string, resolveIssuer: ResolveIssuer): Promise<string> {
  const base = resolveIssuer?.(issuerUrl) ?? issuerUrl;
  const configuration = await fetchObject(`${base}/.well-known/openid-configuration`);
  const { issuer, jwks_uri: keysUrl } = configuration;
  if (issuer !== issuerUrl || typeof keysUrl !== 'string') {
    throw unreachable('its discovery document is of another issuer or names no keys');
  }
  return keysUrl.startsWith(`${issuerUrl}/`) ? base + keysUrl.slice(issuerUrl.length) : keysUrl;
}

/** The issuer's keys, fetched anew each time: a key that was taken back is taken back at once. */
export async function issuerKeys(
  issuerUrl: string,
  resolveIssuer: ResolveIssuer,
): Promise<ReturnType<typeof createLocalJWKSet>> {
  const keySet = await fetchObject(await discover(issuerUrl, resolveIssuer));
  if (!isKeySet(keySet)) throw unreachable('it serves no key set');
  return createLocalJWKSet(keySet);
}

function isKeySet(value: object): value is JSONWebKeySet {
  return 'keys' in value && Array.isArray(value.keys);
}

async function fetchObject(url: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
    const value: unknown = await response.json();
    if (response.ok && typeof value === 'object' && value !== null) return { ...value };
  } catch (error) {
    throw unreachable(error instanceof Error ? error.message : String(error));
  }
  throw unreachable('it did not answer with a JSON object');
}

function unreachable(why: string): ServiceError {
  return new ServiceError('IDPCommunicationError', `The identity provider could not be reached: ${why}`);
}
