import { decodeJwt, errors, jwtVerify, type JWTPayload } from 'jose';
import { azureDevOpsScope } from '../../../../shared/domain/issuers/azure-issuer.ts';
import { fetchIssuerKeys } from '../../loopback/issuer-keys.ts';
import type { OrganizationRecord, ServicePrincipalRecord } from '../state/state.ts';

export interface EntraTokens {
  /** The service principal that a token proves; `undefined` when it proves none that the organization knows. */
  findPrincipal(organization: OrganizationRecord, token: string): Promise<ServicePrincipalRecord | undefined>;
}

type Keys = Awaited<ReturnType<typeof fetchIssuerKeys>>;

/**
 * A token counts when the organization's own tenant has signed it, for Azure DevOps, and it is of its time; its bearer gets
 * in when it was added to the organization (azure-devops-docs, service-principal-managed-identity).
 */
export function createEntraTokens(
  now: () => number,
  resolveTenant: ((issuerUrl: string) => string | undefined) | undefined,
): EntraTokens {
  // A tenant's keys stay the same while the embedded cloud runs.
  const held = new Map<string, Keys>();

  async function fetchKeys(issuer: string): Promise<Keys> {
    const keys = held.get(issuer) ?? (await fetchIssuerKeys(issuer, resolveTenant));
    held.set(issuer, keys);
    return keys;
  }

  async function verified(token: string, issuer: string): Promise<JWTPayload | undefined> {
    try {
      const { payload } = await jwtVerify(token, await fetchKeys(issuer), {
        issuer,
        audience: azureDevOpsScope.replace(/\/.*/, ''),
        algorithms: ['RS256'],
        requiredClaims: ['exp', 'oid'],
        currentDate: new Date(now()),
      });
      return payload;
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }

  return {
    async findPrincipal({ tenantId, servicePrincipals = [] }, token) {
      if (tenantId === undefined || resolveTenant === undefined) return undefined;
      const issuer = `https://sts.windows.net/${tenantId}/`;
      if (readIssuer(token) !== issuer) return undefined;
      const claims = await verified(token, issuer);
      return claims && servicePrincipals.find(({ objectId }) => objectId === claims['oid']);
    },
  };
}

function readIssuer(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}
