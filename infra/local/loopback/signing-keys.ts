import { SignJWT, calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import type { CryptoKey, JWK, JWTPayload } from 'jose';

export interface SigningKeys {
  sign(claims: Readonly<Record<string, unknown>>, by: 'issuer' | 'impostor'): Promise<string>;
  /** The issuer's public key, as served. */
  publicKeys(): Promise<{ keys: JWK[] }>;
}

/** RSA keys are made when they are first needed: making one takes longer than the server's start. */
export function createSigningKeys(): SigningKeys {
  const issuer = onFirstUse(makeKey);
  const impostor = onFirstUse(makeKey);
  return {
    async sign(claims, by) {
      const { kid } = (await issuer()).jwk;
      const { privateKey } = await (by === 'issuer' ? issuer() : impostor());
      return new SignJWT(claims satisfies JWTPayload)
        .setProtectedHeader({ typ: 'JWT', alg: 'RS256', kid: kid ?? '', x5t: kid ?? '' })
        .sign(privateKey);
    },
    publicKeys: async () => ({ keys: [(await issuer()).jwk] }),
  };
}

async function makeKey(): Promise<{ privateKey: CryptoKey; jwk: JWK }> {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const jwk = await exportJWK(publicKey);
  return { privateKey, jwk: { ...jwk, use: 'sig', alg: 'RS256', kid: await calculateJwkThumbprint(jwk) } };
}

function onFirstUse<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => (made ??= make());
}
