import { entraProfile } from '../../../../shared/domain/issuers/issuer.ts';
import type { ApiReply } from '../http/route.ts';
import type { SigningKeys } from '../../loopback/signing-keys.ts';
import { sameName, type World } from '../state/world.ts';
import { errorDocument } from '../state/refusal.ts';

const ISSUER_PREFIX = '_issuer';
const VSTOKEN_HOST = 'vstoken.dev.azure.com';

/** The loopback address under which the issuer's discovery document lies. What is not ours leads to a 404. */
export function resolveIssuer(serverUrl: string, issuerUrl: string): string {
  const { host, pathname } = new URL(issuerUrl);
  return `${serverUrl}/${ISSUER_PREFIX}/${host}${pathname.replace(/\/$/, '')}`;
}

/** `undefined` when the path is none of an issuer. */
export async function issuerReply(
  world: World,
  keys: SigningKeys,
  serverUrl: string,
  segments: readonly string[],
): Promise<ApiReply | undefined> {
  const [prefix, ...path] = segments;
  if (prefix !== ISSUER_PREFIX) return undefined;
  const issuer = listIssuerUrls(world).find((known) => sameName(path.slice(0, -2).join('/'), known));
  const document = path.slice(-2).join('/');
  if (issuer !== undefined && document === '.well-known/openid-configuration')
    return { status: 200, body: configuration(`https://${path.slice(0, -2).join('/')}`, serverUrl) };
  if (issuer !== undefined && document === '.well-known/jwks')
    return { status: 200, body: await keys.publicKeys() };
  return { status: 404, body: errorDocument('HostNotFoundException', 'No such issuer.') };
}

/** Host and path of every issuer that signs for connections here: one of each organization, and those of their tenants. */
function listIssuerUrls(world: World): readonly string[] {
  return world
    .state()
    .organizations.flatMap(({ id, tenantId, entraTokens }) => [
      `${VSTOKEN_HOST}/${id}`,
      ...(tenantId === undefined ? [] : [entraProfile({ tenantId }).issuer]),
      ...(entraTokens ? [entraProfile(entraTokens).issuer] : []),
    ]);
}

/** OpenID Connect Discovery 1.0, section 3. The issuer keeps its true name; only the keys lie on loopback. */
function configuration(issuer: string, serverUrl: string): object {
  return {
    issuer,
    jwks_uri: `${resolveIssuer(serverUrl, issuer)}/.well-known/jwks`,
    subject_types_supported: ['public', 'pairwise'],
    response_types_supported: ['id_token'],
    claims_supported: ['sub', 'aud', 'exp', 'iat', 'iss', 'nbf'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: ['openid'],
  };
}
