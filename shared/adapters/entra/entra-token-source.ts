import type { EntraCredential } from '../../domain/configuration/configuration.ts';
import type { Clock } from '../../ports/clock.ts';
import type { TokenSource } from '../../ports/credentials.ts';
import { problemOfAuthority } from '../../domain/issuers/entra.ts';
import type { StsOptions } from './assertion.ts';
import { createAssertionSource } from './assertion.ts';
import { refusedAuthority } from './errors.ts';
import { requestToken } from './token-endpoint.ts';

export interface EntraTokenSourceOptions {
  readonly clock: Clock;
  readonly stsOptions?: StsOptions;
  /** Real milliseconds for both requests together. */
  readonly deadlineMs?: number;
}

const DEADLINE_MS = 20_000;
/** A look at a large organization takes minutes, and is to end with the token that it began with. */
const MARGIN_MS = 5 * 60_000;

/**
 * Tokens for Azure DevOps without a stored secret: AWS signs who we are (STS GetWebIdentityToken), an application in Entra
 * trusts that by its federated credential. Two requests a token.
 */
export function createEntraTokenSource({
  clock,
  stsOptions = {},
  deadlineMs = DEADLINE_MS,
}: EntraTokenSourceOptions): TokenSource<EntraCredential> {
  const assert = createAssertionSource(stsOptions);
  return {
    async tokenOf(credential) {
      const problem = problemOfAuthority(credential.authority);
      if (problem !== undefined) throw refusedAuthority(problem);
      const signal = AbortSignal.timeout(deadlineMs);
      const asked = clock.now();
      const { token, lifetimeSeconds } = await requestToken(
        credential,
        await assert(credential, signal),
        signal,
      );
      return { token, usableUntil: asked + lifetimeSeconds * 1000 - MARGIN_MS };
    },
  };
}
