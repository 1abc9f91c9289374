import { decodeJwt, decodeProtectedHeader, errors, jwtVerify, type JWTPayload } from 'jose';
import { IssuerError, fetchIssuerKeys, type ResolveIssuer } from '../loopback/issuer-keys.ts';
import { RefusedError } from './refusal.ts';
import type { FederatedCredential } from './state.ts';

/** Clocks may differ by that much. */
const GRACE_SECONDS = 300;

/**
 * Believes an assertion of somebody else's issuer when a federated credential names that issuer, this subject and this
 * audience, and the issuer's key has signed it. Throws RefusedError, as Entra words it.
 */
export async function verifyAssertion(
  assertion: string,
  credentials: readonly FederatedCredential[],
  now: number,
  resolveIssuer: ResolveIssuer,
): Promise<void> {
  const claims = read(assertion);
  checkAlgorithm(assertion);
  const { issuer } = match(claims, credentials);
  await verifySignature(assertion, issuer, resolveIssuer);
  checkTimes(claims, now);
}

function read(assertion: string): JWTPayload {
  try {
    return decodeJwt(assertion);
  } catch {
    throw invalid(50027, 'JWT token is invalid or malformed.');
  }
}

function checkAlgorithm(assertion: string): void {
  const { alg: algorithm = 'none' } = decodeProtectedHeader(assertion);
  if (algorithm === 'RS256') return;
  throw invalid(
    5002738,
    `Invalid JWT token. '${algorithm}' is not a supported signature algorithm. Supported signing algorithms are: 'RS256'.`,
  );
}

const advice =
  'Check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation';

/** Field by field, so that the refusal names the first that fits nowhere. */
function match(
  { iss, sub, aud }: JWTPayload,
  credentials: readonly FederatedCredential[],
): FederatedCredential {
  const ofIssuer = credentials.filter(({ issuer }) => issuer === iss);
  if (ofIssuer.length === 0) throw unmatched(700211, 'issuer', iss);
  const ofSubject = ofIssuer.filter(({ subject }) => subject === sub);
  if (ofSubject.length === 0) throw unmatched(700213, 'subject', sub);
  const audiences = [aud ?? []].flat();
  const found = ofSubject.find(({ audience }) => audiences.includes(audience));
  if (!found) throw unmatched(700212, 'audience', audiences.join(', '));
  return found;
}

function unmatched(code: number, what: string, presented = ''): RefusedError {
  return invalid(
    code,
    `No matching federated identity record found for presented assertion ${what} '${presented}'. ${advice}`,
  );
}

async function verifySignature(
  assertion: string,
  issuer: string,
  resolveIssuer: ResolveIssuer,
): Promise<void> {
  try {
    const keys = await fetchIssuerKeys(issuer, resolveIssuer);
    // Times are checked against the clock of this cloud; jose gets one that no token has expired at.
    const currentDate = new Date(0);
    await jwtVerify(assertion, keys, {
      algorithms: ['RS256'],
      currentDate,
      clockTolerance: Number.MAX_SAFE_INTEGER,
    });
  } catch (error) {
    if (error instanceof IssuerError)
      throw new RefusedError(400, 'invalid_request', 50166, 'Request to External OIDC endpoint failed.');
    if (!(error instanceof errors.JOSEError)) throw error;
    throw invalid(700027, 'Client assertion failed signature validation.');
  }
}

function checkTimes({ exp: expiry, nbf: start, iat: issued }: JWTPayload, now: number): void {
  const seconds = Math.floor(now / 1000);
  const begins = start ?? issued ?? 0;
  if (expiry !== undefined && seconds <= expiry + GRACE_SECONDS && seconds >= begins - GRACE_SECONDS) return;
  throw invalid(
    700024,
    `Client assertion is not within its valid time range. Current time: ${seconds}, assertion valid from ${begins}, expiry time of assertion ${expiry ?? 'none'}.`,
  );
}

function invalid(code: number, message: string): RefusedError {
  return new RefusedError(401, 'invalid_client', code, message);
}
