import { decodeJwt, errors, jwtVerify, type JWTPayload } from 'jose';
import { SUBJECT_MAX_LENGTH } from '../../../../shared/domain/issuers/issuer.ts';
import { IssuerError, fetchIssuerKeys, type ResolveIssuer } from '../../loopback/issuer-keys.ts';
import type { Call } from '../protocol/operation.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { ProviderRecord } from '../state/state.ts';
import { MINUTE_MS } from '../../../../shared/domain/kernel/durations.ts';

export interface VerifiedToken {
  readonly subject: string;
  /** What the key `aud` holds: `azp` when the token has one (IAM User Guide, keys for OIDC federation). */
  readonly audience: string;
  /** What the key `oaud` holds then. */
  readonly originalAudience?: string;
}

/** Clocks may differ by about five minutes. */
const GRACE_MS = 5 * MINUTE_MS;
const algorithms = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512'];

/** The issuer that an unverified token names. Throws InvalidIdentityToken. */
export function claimedIssuer(token: string): string {
  const { iss: issuer } = decode(token);
  if (issuer === undefined) throw invalid('The ID Token provided has no issuer.');
  return issuer;
}

/** Checks signature, time and audience, in the order and with the errors of STS (STS API reference). Throws. */
export async function verifyToken(
  call: Call,
  provider: ProviderRecord,
  token: string,
): Promise<VerifiedToken> {
  await verifySignature(call, `https://${provider.issuer}`, token);
  const claims = decode(token);
  checkTimes(claims, call.now);
  const original = [claims.aud ?? []].flat();
  const party = typeof claims['azp'] === 'string' ? claims['azp'] : undefined;
  const accepted = (party === undefined ? original : [party]).find((id) => provider.clientIds.includes(id));
  if (accepted === undefined) throw invalid('Incorrect token audience');
  return {
    subject: checkedSubject(claims.sub),
    audience: accepted,
    ...(party === undefined ? {} : { originalAudience: original[0] ?? '' }),
  };
}

async function verifySignature({ settings }: Call, issuerUrl: string, token: string): Promise<void> {
  const keys = await fetchKeys(issuerUrl, settings.resolveIssuer);
  try {
    // Times are checked against the clock of this cloud; jose gets one that no token has expired at.
    await jwtVerify(token, keys, {
      algorithms,
      currentDate: new Date(0),
      clockTolerance: Number.MAX_SAFE_INTEGER,
    });
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error;
    throw invalid(`The token's signature could not be verified: ${error.message}`);
  }
}

/** Throws IDPCommunicationError. */
async function fetchKeys(issuerUrl: string, resolveIssuer: ResolveIssuer) {
  try {
    return await fetchIssuerKeys(issuerUrl, resolveIssuer);
  } catch (error) {
    if (!(error instanceof IssuerError)) throw error;
    throw new ServiceError(
      'IDPCommunicationError',
      `The identity provider could not be reached: ${error.message}`,
    );
  }
}

function checkTimes({ exp: expiry, nbf: start, iat: issued }: JWTPayload, now: number): void {
  if (expiry === undefined || issued === undefined) throw invalid('Missing a required claim: exp or iat');
  if (now > expiry * 1000 + GRACE_MS) {
    throw new ServiceError(
      'ExpiredTokenException',
      `Token expired: current date/time ${seconds(now)} must be before the expiration date/time ${expiry}`,
    );
  }
  if (now + GRACE_MS < Math.max(start ?? 0, issued) * 1000) throw invalid('The token is not yet valid.');
}

/** STS returns subjects of 6 to 255 characters (STS service model); what it does beyond is not documented. */
function checkedSubject(subject: string | undefined): string {
  if (subject === undefined) throw invalid('Missing a required claim: sub');
  if (subject.length >= 6 && subject.length <= SUBJECT_MAX_LENGTH) return subject;
  throw new ServiceError('IDPRejectedClaim', 'The subject must have 6 to 255 characters.');
}

function decode(token: string): JWTPayload {
  try {
    return decodeJwt(token);
  } catch {
    throw invalid(
      'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
    );
  }
}

const seconds = (milliseconds: number): number => Math.floor(milliseconds / 1000);

function invalid(message: string): ServiceError {
  return new ServiceError('InvalidIdentityToken', message);
}
