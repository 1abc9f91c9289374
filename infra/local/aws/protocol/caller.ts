import type { IncomingHttpHeaders } from 'node:http';
import { parseCredentialScope } from '../../loopback/credential-scope.ts';
import { ServiceError } from './service-error.ts';
import type { RoleRecord, SessionRecord } from '../state/state.ts';
import { adminArn, type Account, type World } from '../state/world.ts';

/** Who calls: the administrator of an account, or a session of one of its roles. */
export type Caller =
  | { readonly kind: 'admin'; readonly account: Account; readonly arn: string; readonly id: string }
  | {
      readonly kind: 'session';
      readonly account: Account;
      readonly arn: string;
      readonly id: string;
      readonly session: SessionRecord;
      readonly role: RoleRecord;
    };

/**
 * The access key id names the caller (Signature Version 4, credential scope). The signature itself is not checked: the
 * server listens on loopback only and its secrets are no secrets.
 */
export function identify(
  world: World,
  headers: IncomingHttpHeaders,
  service: string,
  now: number,
  asOf: number,
): Caller {
  const scope = parseCredentialScope(headers);
  if (scope === undefined)
    throw new ServiceError('MissingAuthenticationToken', 'Request is missing Authentication Token');
  const { keyId, region } = scope;
  // IAM User Guide, troubleshoot Signature Version 4, credential scope errors.
  if (scope.service !== service)
    throw new ServiceError(
      'SignatureDoesNotMatch',
      `Credential should be scoped to correct service: '${service}'.`,
    );
  const caller = adminCaller(world, keyId) ?? sessionCaller(world, keyId, headers, now, asOf);
  if (caller?.account.partition !== partitionOfRegion(region)) {
    throw new ServiceError('InvalidClientTokenId', 'The security token included in the request is invalid.');
  }
  return caller;
}

/** Partitions share nothing, keys neither; a Region belongs to one partition. */
function partitionOfRegion(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  if (region.startsWith('us-gov-')) return 'aws-us-gov';
  return region.startsWith('eusc-') ? 'aws-eusc' : 'aws';
}

function adminCaller(world: World, keyId: string): Caller | undefined {
  const account = [...world.accounts.values()].find(({ admin }) => admin.accessKeyId === keyId);
  return account && { kind: 'admin', account, arn: adminArn(account), id: account.admin.id };
}

function sessionCaller(
  world: World,
  keyId: string,
  headers: IncomingHttpHeaders,
  now: number,
  asOf: number,
): Caller | undefined {
  const session = world.sessions.get(keyId);
  if (session === undefined || headers['x-amz-security-token'] !== session.token) return undefined;
  if (now >= session.expiresAt) {
    throw new ServiceError('ExpiredToken', 'The security token included in the request is expired');
  }
  const account = world.accounts.get(session.account);
  const role = account?.roles.get(session.roleName, asOf);
  // A role made again under the same name is another one: sessions of the first do not become its sessions.
  if (account === undefined || role?.id !== session.roleId) return undefined;
  const arn = sessionArn(account, role.name, session.name);
  return { kind: 'session', account, arn, id: `${role.id}:${session.name}`, session, role };
}

export function sessionArn(account: Account, roleName: string, sessionName: string): string {
  return `arn:${account.partition}:sts::${account.id}:assumed-role/${roleName}/${sessionName}`;
}

/** The principal that policies speak of: of a session, its role (aws:PrincipalArn). */
export function principalArn(caller: Caller): string {
  return caller.kind === 'session' ? caller.role.arn : caller.arn;
}
