import type { IncomingHttpHeaders } from 'node:http';
import { authorize, buildContext } from '../iam/authorization.ts';
import { evaluatePolicies } from '../iam/policy-verdict.ts';
import { parseCredentialScope } from '../../loopback/credential-scope.ts';
import { identify, type Caller } from '../protocol/caller.ts';
import type { Dispatch } from './dispatch.ts';
import type { Target } from '../protocol/operation.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { StaticCredentials } from '../state/accounts.ts';

/** What a request of another service is about to do, in the words of policies. */
export interface Access extends Target {
  /** `s3:PutObject` */
  readonly action: string;
  /** The policy of the resource. */
  readonly policy?: string | undefined;
}

/** Identity policies of this cloud, for the services beside it. */
export interface AccessGuard {
  /** Keys of a session that has not been forgotten. */
  findKeys(accessKeyId: string): (StaticCredentials & { readonly sessionToken: string }) | undefined;
  /** Throws ServiceError where the caller may not do it. Keys that this cloud has not given out are nobody's. */
  authorize(headers: IncomingHttpHeaders, access: Access): void;
}

export function createAccessGuard(cloud: Dispatch): AccessGuard {
  const { world } = cloud;
  return {
    findKeys(id) {
      const { accessKeyId, secretAccessKey, token: sessionToken } = world.sessions.get(id) ?? {};
      return accessKeyId === undefined || secretAccessKey === undefined || sessionToken === undefined
        ? undefined
        : { accessKeyId, secretAccessKey, sessionToken };
    },
    authorize(headers, access) {
      const keyId = parseCredentialScope(headers)?.keyId ?? '';
      const isAdmin = [...world.accounts.values()].some(({ admin }) => admin.accessKeyId === keyId);
      if (!isAdmin && !world.sessions.has(keyId)) return;
      const now = cloud.now();
      const [service = ''] = access.action.split(':');
      const caller = identify(world, headers, service, now, now);
      authorize(caller, access.action, access, now, now);
      requireNoDenial(caller, access, now);
    },
  };
}

/**
 * A Deny of the resource's policy holds for everybody, administrators too (IAM User Guide, policy evaluation logic). Loopback
 * stands for TLS. An Allow there is not played, which is stricter than the source.
 */
function requireNoDenial(caller: Caller, { action, resource, context, policy }: Access, now: number): void {
  if (policy === undefined) return;
  const lookup = buildContext(caller, { ...context, 'aws:SecureTransport': ['true'] }, now);
  if (evaluatePolicies([policy], { action, resource, lookup }) !== 'denies') return;
  throw new ServiceError(
    'AccessDenied',
    `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${resource} with an explicit deny in a resource-based policy`,
  );
}
