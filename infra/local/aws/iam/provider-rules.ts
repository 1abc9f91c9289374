import { createHash } from 'node:crypto';
import { IssuerError, discoverIssuer } from '../../loopback/issuer-keys.ts';
import { checkQuota, fixedQuotas } from './quotas.ts';
import { ServiceError } from '../protocol/service-error.ts';

/**
 * The name of a provider: host and path of its URL, as they are spelled. Case and a slash at the end make another
 * provider (IAM API reference, CreateOpenIDConnectProvider). Throws InvalidInput.
 */
export function parseIssuer(url: string): string {
  const issuer = /^https:\/\/([A-Za-z0-9.-]+(?:\/[^\s?#]*)?)$/.exec(url)?.[1];
  if (issuer !== undefined && URL.canParse(url)) return issuer;
  throw new ServiceError(
    'InvalidInput',
    'Invalid Open ID Connect Provider URL: it must be https, without user, port, query and fragment.',
  );
}

export function checkThumbprints(thumbprints: readonly string[]): void {
  checkQuota('ThumbprintsPerOpenIdConnectProvider', thumbprints.length, fixedQuotas.thumbprints);
  if (!thumbprints.every((thumbprint) => /^[0-9a-f]{40}$/i.test(thumbprint))) {
    throw new ServiceError('InvalidInput', 'A thumbprint must be 40 hexadecimal digits.');
  }
}

/** Without thumbprints IAM calls the issuer itself. A cloud that was not told where issuers are takes them on trust. */
export async function checkIssuerAnswers(
  url: string,
  resolveIssuer: ((issuerUrl: string) => string) | undefined,
): Promise<void> {
  if (resolveIssuer === undefined) return;
  try {
    await discoverIssuer(url, resolveIssuer);
  } catch (error) {
    if (!(error instanceof IssuerError)) throw error;
    throw new ServiceError(
      'OpenIdIdpCommunicationError',
      `The identity provider could not be reached: ${error.message}`,
    );
  }
}

/** Stands for the thumbprint that IAM reads off the issuer's certificate. */
export function readThumbprint(url: string): string {
  return createHash('sha1').update(url).digest('hex');
}
