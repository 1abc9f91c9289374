import * as z from 'zod';
import { GetWebIdentityTokenCommand, STSClient, type STSClientConfig } from '@aws-sdk/client-sts';
import type { EntraCredential } from '../../domain/configuration/configuration.ts';
import type { Clock } from '../../ports/clock.ts';
import type { TokenSource } from '../../ports/credentials.ts';
import { problemOfAuthority, azureDevOpsScope } from '../../domain/issuers/azure-issuer.ts';
import {
  refusedAuthority,
  noAnswer,
  explainRefusal,
  unreadableToken,
  translateSts,
  unreadableAssertion,
} from './errors.ts';
import type { AssertionClaims } from './errors.ts';
import { parseJson } from '../../domain/kernel/json.ts';
import { MINUTE_MS } from '../../domain/kernel/durations.ts';
import { createRequestHandler } from '../signed-requests/request-handler.ts';

/** Left out: as the SDK's own rules and variables say. */
type StsOptions = Pick<STSClientConfig, 'endpoint' | 'credentials' | 'region' | 'maxAttempts'>;

/** What AWS says of us, signed. It is as good as a password for as long as it lives. */
interface Assertion {
  readonly text: string;
  readonly claims: AssertionClaims;
}

/** Entra reads it at once. */
const LIFETIME_SECONDS = 300;

const Claims = z.object({ iss: z.string(), sub: z.string() });

/** The client is made when it is first needed: most deployments need none. */
function createAssertionSource(
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
      return { text, claims: { ...parseIdentity(text), audience } };
    } catch (error) {
      throw translateSts(error);
    }
  };
}

/** Always regional: the global endpoint has no such operation (STS API Reference, GetWebIdentityToken). */
function createClient(options: StsOptions): STSClient {
  return new STSClient({ ...options, requestHandler: createRequestHandler() });
}

/** It was made out for us a moment ago by AWS: it is read to be told to a person, and nothing is decided by it. */
function parseIdentity(assertion: string): { readonly issuer: string; readonly subject: string } {
  const [, payload = ''] = assertion.split('.');
  try {
    const { iss, sub } = Claims.parse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
    return { issuer: iss, subject: sub };
  } catch {
    throw unreadableAssertion();
  }
}

export interface EntraTokenSourceOptions {
  readonly clock: Clock;
  readonly stsOptions?: StsOptions;
  /** Real milliseconds for both requests together. */
  readonly deadlineMs?: number;
}

const DEADLINE_MS = 20_000;
/** A look at a large organization takes minutes, and is to end with the token that it began with. */
const MARGIN_MS = 5 * MINUTE_MS;

/**
 * Tokens for Azure DevOps without a stored secret: AWS signs who we are (STS GetWebIdentityToken), an application in Entra
 * trusts that by its federated credential. Two requests a token.
 */
export function createEntraTokenSource(options: EntraTokenSourceOptions): TokenSource<EntraCredential> {
  const { clock, stsOptions = {}, deadlineMs = DEADLINE_MS } = options;
  const assert = createAssertionSource(stsOptions);
  return {
    async getToken(credential) {
      const problem = problemOfAuthority(credential.authority);
      if (problem !== undefined) throw refusedAuthority(problem);
      const signal = AbortSignal.timeout(deadlineMs);
      const asked = clock.now();
      const { token, lifetimeSeconds } = await requestToken(
        credential,
        await assert(credential, signal),
        signal,
      );
      const lifetimeMs = lifetimeSeconds * 1_000;
      // A token that lives for less than the margin would be asked for with every request.
      return { token, usableUntil: asked + Math.max(lifetimeMs - MARGIN_MS, lifetimeMs / 2) };
    },
  };
}

interface AccessToken {
  readonly token: string;
  readonly lifetimeSeconds: number;
}

/** Entra protocol reference, OAuth 2.0 client credentials. What is not of its shape is not taken for a token. */
const TokenDocument = z.object({
  token_type: z.string().regex(/^bearer$/i),
  // It becomes part of a header.
  access_token: z.string().regex(/^[\u0021-\u007e]+$/),
  expires_in: z.coerce.number().int().positive(),
});

/** One request. Redirects are not followed: they would carry the assertion elsewhere. */
async function requestToken(
  credential: EntraCredential,
  assertion: Assertion,
  signal: AbortSignal,
): Promise<AccessToken> {
  const { status, retryAfter, text } = await post(credential, assertion, signal);
  if (status !== 200)
    throw explainRefusal({ status, retryAfter, document: parseJson(text) }, credential, assertion.claims);
  const { success, data } = TokenDocument.safeParse(parseJson(text));
  if (!success) throw unreadableToken();
  return { token: data.access_token, lifetimeSeconds: data.expires_in };
}

async function post(
  { authority, tenantId, clientId }: EntraCredential,
  assertion: Assertion,
  signal: AbortSignal,
) {
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    scope: azureDevOpsScope,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion.text,
  });
  try {
    const response = await fetch(`${authority}/${tenantId}/oauth2/v2.0/token`, {
      method: 'POST',
      body,
      redirect: 'manual',
      signal,
    });
    return {
      status: response.status,
      retryAfter: response.headers.get('retry-after') ?? '',
      text: await response.text(),
    };
  } catch (error) {
    throw noAnswer(authority, error);
  }
}
