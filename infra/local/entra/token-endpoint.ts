import { randomUUID } from 'node:crypto';
import { azureDevOpsScope } from '../../../shared/domain/issuers/azure-issuer.ts';
import type { ResolveIssuer } from '../loopback/issuer-keys.ts';
import type { LoopbackRequest } from '../loopback/loopback-server.ts';
import type { SigningKeys } from '../loopback/signing-keys.ts';
import { verifyAssertion } from './assertion.ts';
import { tokenIssuer } from './issuer.ts';
import { RefusedError } from './refusal.ts';
import type { ApplicationRecord, LocalEntraState } from './state.ts';

export interface TokenEndpointParts {
  readonly state: () => LocalEntraState;
  readonly keys: SigningKeys;
  readonly now: () => number;
  readonly resolveIssuer: ResolveIssuer;
}

const LIFETIME_SECONDS = 3599;
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** An access token for an assertion (Entra protocol reference, client credentials with a federated credential). */
export async function answerTokenRequest(
  parts: TokenEndpointParts,
  tenantId: string,
  { headers, text }: LoopbackRequest,
): Promise<object> {
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
  const form = new URLSearchParams(isForm ? text : '');
  const field = (name: string) => form.get(name) ?? '';
  checkGrant(field('grant_type'));
  const application = findApplication(parts.state(), tenantId, field('client_id'));
  if (field('client_assertion_type') !== ASSERTION_TYPE || field('client_assertion') === '')
    throw new RefusedError(
      401,
      'invalid_client',
      7000218,
      "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    );
  checkScope(field('scope'), tenantId);
  const { now, resolveIssuer, keys } = parts;
  await verifyAssertion(field('client_assertion'), application.federatedCredentials, now(), resolveIssuer);
  return {
    token_type: 'Bearer',
    expires_in: LIFETIME_SECONDS,
    ext_expires_in: LIFETIME_SECONDS,
    access_token: await keys.sign(accessClaims(application, now()), 'issuer'),
  };
}

/** Those of an application's token of version 1, which is the version that Azure DevOps asks for (entra-docs, access tokens). */
export function accessClaims({ tenantId, clientId, objectId }: ApplicationRecord, now: number) {
  const issuedAt = Math.floor(now / 1000);
  return {
    aud: azureDevOpsScope.replace(/\/.*/, ''),
    iss: tokenIssuer(tenantId),
    iat: issuedAt,
    nbf: issuedAt,
    exp: issuedAt + LIFETIME_SECONDS,
    appid: clientId,
    appidacr: '2',
    idtyp: 'app',
    oid: objectId,
    sub: objectId,
    tid: tenantId,
    uti: randomUUID(),
    ver: '1.0',
  };
}

function checkGrant(grant: string): void {
  if (grant === 'client_credentials') return;
  throw new RefusedError(
    400,
    'unsupported_grant_type',
    70003,
    `The app requested an unsupported grant type '${grant}'.`,
  );
}

function checkScope(scope: string, tenantId: string): void {
  if (scope === azureDevOpsScope) return;
  if (!scope.endsWith('/.default'))
    throw new RefusedError(
      400,
      'invalid_scope',
      1002012,
      `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier.`,
    );
  throw new RefusedError(
    400,
    'invalid_resource',
    500011,
    `The resource principal named ${scope.replace(/\/\.default$/, '')} was not found in the tenant named ${tenantId}.`,
  );
}

function findApplication({ tenants, applications }: LocalEntraState, tenantId: string, clientId: string) {
  if (!tenants.includes(tenantId))
    throw new RefusedError(
      400,
      'invalid_request',
      90002,
      `Tenant '${tenantId}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.`,
    );
  const found = applications.find((one) => one.tenantId === tenantId && one.clientId === clientId);
  if (!found)
    throw new RefusedError(
      400,
      'unauthorized_client',
      700016,
      `Application with identifier '${clientId}' was not found in the directory '${tenantId}'.`,
    );
  if (!found.isEnabled)
    throw new RefusedError(400, 'unauthorized_client', 7000112, `Application '${clientId}' is disabled.`);
  return found;
}
