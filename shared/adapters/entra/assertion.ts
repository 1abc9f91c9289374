import type { STSClientConfig } from '@aws-sdk/client-sts';
import { GetWebIdentityTokenCommand, STSClient } from '@aws-sdk/client-sts';
import * as z from 'zod';
import type { EntraCredential } from '../../domain/configuration/configuration.ts';
import type { AssertionClaims } from './errors.ts';
import { translateSts, unreadableAssertion } from './errors.ts';

/** Left out: as the SDK's own rules and variables say. */
export type StsOptions = Pick<STSClientConfig, 'endpoint' | 'credentials' | 'region' | 'maxAttempts'>;

/** What AWS says of us, signed. It is as good as a password for as long as it lives. */
export interface Assertion {
  readonly text: string;
  readonly claims: AssertionClaims;
}

/** Entra reads it at once. */
const LIFETIME_SECONDS = 300;
const CONNECTION_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 10_000;

const Claims = z.object({ iss: z.string(), sub: z.string() });

/** The client is made when it is first needed: most deployments need none. */
export function createAssertionSource(
  options: StsOptions,
): (credential: EntraCredential, signal: AbortSignal) => Promise<Assertion> {
  let made: STSClient | undefined;
  return async ({ audience }, signal) => {
    try {
      made ??= createClient(options);
      const command = new GetWebIdentityTokenCommand({
        Audience: [audience],
        // Entra takes this one; ES384, the other, is not known to work.
        SigningAlgorithm: 'RS256',
        DurationSeconds: LIFETIME_SECONDS,
      });
      const { WebIdentityToken: text = '' } = await made.send(command, { abortSignal: signal });
      return { text, claims: { ...identityIn(text), audience } };
    } catch (error) {
      throw translateSts(error);
    }
  };
}

/** Always regional: the global endpoint has no such operation (STS API Reference, GetWebIdentityToken). */
function createClient(options: StsOptions): STSClient {
  return new STSClient({
    ...options,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      // Otherwise the SDK only warns, and waits for ever.
      throwOnRequestTimeout: true,
    },
  });
}

/** It was made out for us a moment ago by AWS: it is read to be told to a person, and nothing is decided by it. */
function identityIn(assertion: string): { readonly issuer: string; readonly subject: string } {
  const [, payload = ''] = assertion.split('.');
  try {
    const { iss, sub } = Claims.parse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
    return { issuer: iss, subject: sub };
  } catch {
    throw unreadableAssertion();
  }
}
