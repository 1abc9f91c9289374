import { SignJWT, calculateJwkThumbprint, exportJWK, generateKeyPair, type JWTPayload } from 'jose';
import { outboundIssuerUrl } from './outbound-issuer.ts';
import type { World } from '../state/world.ts';

export interface OutboundKeys {
  sign(claims: JWTPayload): Promise<string>;
  /** What the issuers of the accounts serve, by path; `undefined` for any other path. */
  document(world: World, serverUrl: string, path: string): Promise<object | undefined>;
}

/** One pair for all accounts, made when it is first needed; it is new after each start, as if the keys were rotated. */
export function createOutboundKeys(): OutboundKeys {
  let made: ReturnType<typeof makeKey> | undefined;
  const key = () => (made ??= makeKey());
  return {
    async sign(claims) {
      const { privateKey, jwk } = await key();
      return new SignJWT(claims)
        .setProtectedHeader({ typ: 'JWT', alg: 'RS256', kid: jwk.kid })
        .sign(privateKey);
    },
    async document(world, serverUrl, path) {
      const [, identifier = '', name] =
        /^\/outbound\/([0-9a-f-]{36})\/\.well-known\/([a-z-]+)$/.exec(path) ?? [];
      const isIssuer = [...world.accounts.values()].some(
        ({ outboundIssuer }) => outboundIssuer === identifier,
      );
      if (!isIssuer) return undefined;
      if (name === 'jwks') return { keys: [(await key()).jwk] };
      if (name !== 'openid-configuration') return undefined;
      return {
        issuer: outboundIssuerUrl(identifier),
        jwks_uri: `${serverUrl}/outbound/${identifier}/.well-known/jwks`,
        id_token_signing_alg_values_supported: ['RS256'],
        response_types_supported: ['id_token'],
        subject_types_supported: ['public'],
      };
    },
  };
}

async function makeKey() {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const jwk = await exportJWK(publicKey);
  return { privateKey, jwk: { ...jwk, use: 'sig', alg: 'RS256', kid: await calculateJwkThumbprint(jwk) } };
}
