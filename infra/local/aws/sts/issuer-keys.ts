import {
  IssuerError,
  discoverIssuer,
  fetchIssuerKeys,
  type ResolveIssuer,
} from '../../loopback/issuer-keys.ts';
import { ServiceError } from '../protocol/service-error.ts';

/** Where the issuer says that its keys are. Throws IDPCommunicationError. */
export function discover(issuerUrl: string, resolveIssuer: ResolveIssuer): Promise<string> {
  return reaching(discoverIssuer(issuerUrl, resolveIssuer));
}

/** The issuer's keys. Throws IDPCommunicationError. */
export function issuerKeys(
  issuerUrl: string,
  resolveIssuer: ResolveIssuer,
): ReturnType<typeof fetchIssuerKeys> {
  return reaching(fetchIssuerKeys(issuerUrl, resolveIssuer));
}

async function reaching<Value>(asked: Promise<Value>): Promise<Value> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof IssuerError)) throw error;
    throw new ServiceError(
      'IDPCommunicationError',
      `The identity provider could not be reached: ${error.message}`,
    );
  }
}
