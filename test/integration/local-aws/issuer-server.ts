import { createServer } from 'node:http';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import type { JWTPayload } from 'jose';
import { ISSUER } from './cloud.ts';

export interface TestIssuer {
  readonly url: string;
  /** A token signed with the issuer's key, or with another one under the same key id. */
  sign(claims: JWTPayload, by?: 'issuer' | 'impostor'): Promise<string>;
  close(): Promise<void>;
}

/** A tiny issuer: discovery document and keys. */
export async function startIssuer(): Promise<TestIssuer> {
  const [own, other] = await Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')]);
  const key = { ...(await exportJWK(own.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' };
  const documents: Readonly<Record<string, object>> = {
    '/.well-known/openid-configuration': { issuer: `https://${ISSUER}`, jwks_uri: `https://${ISSUER}/keys` },
    '/keys': { keys: [key] },
  };
  const server = createServer((request, response) => {
    const document = documents[request.url ?? ''];
    response.writeHead(document === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(document ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The issuer has no port.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    sign: (claims, by = 'issuer') =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
        .sign(by === 'issuer' ? own.privateKey : other.privateKey),
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
