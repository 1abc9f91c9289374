import type { AssumedRoleUser, Credentials } from '@aws-sdk/client-sts';
import { sessionArn } from '../protocol/caller.ts';
import { policyDocument } from '../iam/managed-policies.ts';
import type { Call } from '../protocol/operation.ts';
import { readPolicy } from '../iam/policy-grammar.ts';
import { fixedQuotas } from '../iam/quotas.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { RoleRecord, SessionRecord } from '../state/state.ts';
import type { Account } from '../state/world.ts';
import { HOUR_MS } from '../../../../shared/domain/kernel/durations.ts';

export interface SessionRequest {
  readonly RoleSessionName: string | undefined;
  readonly Policy?: string | undefined;
  readonly PolicyArns?: readonly { readonly arn?: string | undefined }[] | undefined;
  readonly DurationSeconds?: number | undefined;
}

export interface NewSession {
  readonly Credentials: Credentials;
  readonly AssumedRoleUser: AssumedRoleUser;
  readonly PackedPolicySize?: number;
}

const DEFAULT_SECONDS = 3600;
const KEPT_AFTER_EXPIRY_MS = 12 * HOUR_MS;

/** Opens a session of a role whose trust has let the caller in. Notes that the role was used. Throws. */
export function openSession(
  { world, now }: Call,
  account: Account,
  role: RoleRecord,
  request: SessionRequest,
  more: Pick<SessionRecord, 'sourceIdentity' | 'federation' | 'tags'>,
): NewSession {
  const policies = sessionPolicies(account, request);
  const expiresAt = now + sessionSeconds(role, request) * 1000;
  const name = request.RoleSessionName ?? '';
  const accessKeyId = world.ids.next('ASIA', 16);
  const token = world.ids.next('FwoGZXIvYXdzE', 60);
  const secretAccessKey = world.ids.next('', 40);
  for (const [id, session] of world.sessions) {
    if (session.expiresAt + KEPT_AFTER_EXPIRY_MS < now) world.sessions.delete(id);
  }
  const place = { account: account.id, roleName: role.name.toLowerCase(), roleId: role.id };
  world.sessions.set(accessKeyId, {
    accessKeyId,
    secretAccessKey,
    token,
    ...place,
    name,
    policies,
    issuedAt: now,
    expiresAt,
    ...more,
  });
  noteUse(account, role, now);
  return {
    Credentials: {
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      SessionToken: token,
      Expiration: new Date(expiresAt),
    },
    AssumedRoleUser: { AssumedRoleId: `${role.id}:${name}`, Arn: sessionArn(account, role.name, name) },
    ...(request.Policy === undefined ? {} : { PackedPolicySize: packedSize(request.Policy) }),
  };
}

/** The role may have been changed since the replica that let the caller in. */
function noteUse(account: Account, { name, id }: RoleRecord, now: number): void {
  const latest = account.roles.get(name.toLowerCase());
  if (latest?.id === id) account.roles.set(name.toLowerCase(), { ...latest, lastUsedAt: now }, now);
}

function sessionSeconds(
  { maxSessionDuration }: RoleRecord,
  { DurationSeconds: seconds }: SessionRequest,
): number {
  if (seconds === undefined) return DEFAULT_SECONDS;
  if (seconds <= maxSessionDuration) return seconds;
  throw new ServiceError(
    'ValidationError',
    'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
  );
}

/** 2048 characters and ten managed policies at most (STS API reference, AssumeRole). */
function sessionPolicies(
  account: Account,
  { Policy: inline, PolicyArns: arns = [] }: SessionRequest,
): readonly string[] {
  if (arns.length > fixedQuotas.sessionPolicyArns || (inline?.length ?? 0) > fixedQuotas.sessionPolicy) {
    throw new ServiceError(
      'PackedPolicyTooLarge',
      'The size of the session policies exceeds the allowed maximum of 2048 characters and 10 managed policies.',
    );
  }
  if (inline !== undefined) readPolicy('identity', inline, account.partition);
  const managed = arns.map(({ arn = '' }) => {
    const document = policyDocument(account, arn);
    if (document === undefined) throw new ServiceError('ValidationError', `Policy ${arn} does not exist.`);
    return document;
  });
  return inline === undefined ? managed : [inline, ...managed];
}

function packedSize(policy: string): number {
  return Math.ceil((policy.length / fixedQuotas.sessionPolicy) * 100);
}
