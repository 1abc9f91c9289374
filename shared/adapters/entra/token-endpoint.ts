import * as z from 'zod';
import type { EntraCredential } from '../../domain/configuration/configuration.ts';
import { azureDevOpsScope } from '../../domain/issuers/entra.ts';
import type { Assertion } from './assertion.ts';
import { noAnswer, refusal, unreadableToken } from './errors.ts';

export interface AccessToken {
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
export async function requestToken(
  credential: EntraCredential,
  assertion: Assertion,
  signal: AbortSignal,
): Promise<AccessToken> {
  const { status, retryAfter, text } = await post(credential, assertion, signal);
  if (status !== 200)
    throw refusal({ status, retryAfter, document: jsonIn(text) }, credential, assertion.claims);
  const { success, data } = TokenDocument.safeParse(jsonIn(text));
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

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
