import type { SigningKeys } from '../loopback/signing-keys.ts';

/** The name under which a tenant signs tokens of version 1 (entra-docs, access tokens). */
export function tokenIssuer(tenantId: string): string {
  return `https://sts.windows.net/${tenantId}/`;
}

/** The loopback URL under which the discovery document of such an issuer lies; `undefined` for any other issuer. */
export function resolveTokenIssuer(serverUrl: string, issuerUrl: string): string | undefined {
  const tenantId = /^https:\/\/sts\.windows\.net\/([0-9a-f-]{36})\/$/.exec(issuerUrl)?.[1];
  return tenantId && `${serverUrl}/${tenantId}`;
}

/** What a tenant serves by GET; `undefined` for any other path. */
export async function issuerDocument(
  keys: SigningKeys,
  serverUrl: string,
  tenantId: string,
  path: string,
): Promise<object | undefined> {
  if (path === 'discovery/keys') return keys.publicKeys();
  if (path !== '.well-known/openid-configuration') return undefined;
  return {
    issuer: tokenIssuer(tenantId),
    token_endpoint: `${serverUrl}/${tenantId}/oauth2/v2.0/token`,
    jwks_uri: `${serverUrl}/${tenantId}/discovery/keys`,
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['token'],
    subject_types_supported: ['pairwise'],
  };
}
