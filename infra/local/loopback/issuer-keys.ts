import { createLocalJWKSet, type JSONWebKeySet } from 'jose';

/** Maps an issuer to the loopback URL under which its discovery document lies; without one it is called by its own name. */
export type ResolveIssuer = ((issuerUrl: string) => string | undefined) | undefined;

/** An issuer whose keys cannot be had. */
export class IssuerError extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'IssuerError';
  }
}

/** How long an issuer may take to answer. */
const TIMEOUT_MS = 5000;

/** Where the issuer says that its keys are (OpenID Connect Discovery 1.0). Throws IssuerError. */
export async function discoverIssuer(issuerUrl: string, resolveIssuer: ResolveIssuer): Promise<string> {
  const ownBase = issuerUrl.replace(/\/$/, '');
  const base = resolveIssuer?.(issuerUrl) ?? ownBase;
  const configuration = await fetchObject(`${base}/.well-known/openid-configuration`);
  const { issuer, jwks_uri: keysUrl } = configuration;
  if (issuer !== issuerUrl || typeof keysUrl !== 'string')
    throw new IssuerError('its discovery document is of another issuer or names no keys');
  return keysUrl.startsWith(`${ownBase}/`) ? base + keysUrl.slice(ownBase.length) : keysUrl;
}

/** The issuer's keys, fetched anew each time: a key that was taken back is taken back at once. Throws IssuerError. */
export async function fetchIssuerKeys(
  issuerUrl: string,
  resolveIssuer: ResolveIssuer,
): Promise<ReturnType<typeof createLocalJWKSet>> {
  const keySet = await fetchObject(await discoverIssuer(issuerUrl, resolveIssuer));
  if (!isKeySet(keySet)) throw new IssuerError('it serves no key set');
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
    throw new IssuerError(error instanceof Error ? error.message : String(error));
  }
  throw new IssuerError('it did not answer with a JSON object');
}
