import { AssumeRole$, GetCallerIdentity$ } from '@aws-sdk/client-sts';
import type {
  AssumeRoleRequest,
  AssumeRoleResponse,
  GetCallerIdentityRequest,
  GetCallerIdentityResponse,
} from '@aws-sdk/client-sts';
import type { Json, Statement } from '../../../../shared/domain/policy/policy-document.ts';
import { isObject, toList } from '../../../../shared/domain/policy/policy-document.ts';
import { authorize, buildContext, identityVerdict } from '../iam/authorization.ts';
import type { Caller } from '../protocol/caller.ts';
import { stsSession, type Call, type Operation } from '../protocol/operation.ts';
import { evaluatePolicies, type AccessRequest } from '../iam/policy-verdict.ts';
import { withTags } from '../iam/tags.ts';
import { openSession } from './role-sessions.ts';
import { findRoleByArn, presentOnly, requestTags, tagContext, type FoundRole } from '../iam/role-store.ts';
import { ServiceError } from '../protocol/service-error.ts';
import { AWS_ORGANIZATION, type Account, type World } from '../state/world.ts';
import { isMember } from '../state/organization.ts';

const CHAINED_SECONDS = 3600;

const getCallerIdentity = stsSession<GetCallerIdentityRequest, GetCallerIdentityResponse>(
  GetCallerIdentity$,
  {
    run({ caller }) {
      return { UserId: caller?.id, Account: caller?.account.id, Arn: caller?.arn };
    },
  },
);

const assumeRole = stsSession<AssumeRoleRequest, AssumeRoleResponse>(AssumeRole$, {
  run(call, input) {
    const { caller } = call;
    if (caller === undefined) {
      throw new ServiceError('MissingAuthenticationToken', 'Request is missing Authentication Token');
    }
    const { RoleArn: arn = '', SourceIdentity: sourceIdentity } = input;
    const found = findRoleByArn(call.world, arn, call.asOf);
    for (const action of neededActions(input)) checkTrusted(call, caller, found, action, input);
    if (found === undefined) throw notAuthorized(caller, 'sts:AssumeRole', arn);
    checkChaining(caller, input);
    const more = {
      ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
      tags: withTags([], input.Tags),
    };
    return { ...openSession(call, found.account, found.role, input, more), SourceIdentity: sourceIdentity };
  },
});

function neededActions({ Tags: tags = [], SourceIdentity: identity }: AssumeRoleRequest): readonly string[] {
  return [
    'sts:AssumeRole',
    ...(tags.length > 0 ? ['sts:TagSession'] : []),
    ...(identity === undefined ? [] : ['sts:SetSourceIdentity']),
  ];
}

/** A session that was opened from a session lasts an hour at most (IAM User Guide, role chaining). */
function checkChaining(caller: Caller, { DurationSeconds: seconds = 0 }: AssumeRoleRequest): void {
  if (caller.kind !== 'session' || seconds <= CHAINED_SECONDS) return;
  throw new ServiceError(
    'ValidationError',
    'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
  );
}

/**
 * Both sides have to agree: the role's trust, and the caller's own policies. Only inside one account is it enough that
 * the trust names the caller itself (IAM User Guide, cross-account policy evaluation logic). Throws AccessDenied.
 */
function checkTrusted(
  { now, asOf, world }: Call,
  caller: Caller,
  found: FoundRole | undefined,
  action: string,
  input: AssumeRoleRequest,
): void {
  const arn = input.RoleArn ?? '';
  const context = {
    ...(found ? describeOwner(world, found.account) : {}),
    ...presentOnly('sts:ExternalId', input.ExternalId),
    ...presentOnly('sts:RoleSessionName', input.RoleSessionName),
    ...presentOnly('sts:SourceIdentity', input.SourceIdentity),
    ...requestTags(input.Tags),
    ...tagContext('aws:ResourceTag', found?.role.tags ?? []),
  };
  const request = { action, resource: arn, lookup: buildContext(caller, context, now) };
  const trust = found && trustVerdict(caller, found, request);
  if (trust === undefined) throw notAuthorized(caller, action, arn);
  if (trust === 'direct' && identityVerdict(caller, request, asOf) === 'says nothing') return;
  authorize(caller, action, { resource: arn, context }, now, asOf);
}

/** Whose the role is: of an organization only where its account is a member of one (IAM User Guide, global condition keys). */
const describeOwner = (world: World, { id }: Account) => ({
  ...presentOnly('aws:ResourceOrgID', isMember(world, id) ? AWS_ORGANIZATION : undefined),
  ...presentOnly('aws:ResourceAccount', id),
});

/** `direct`: the trust names the caller itself, in its own account. */
function trustVerdict(
  caller: Caller,
  { account, role }: FoundRole,
  request: AccessRequest,
): 'direct' | 'granted' | undefined {
  if (caller.account.partition !== account.partition) return undefined;
  const names = (members: readonly string[]) =>
    evaluatePolicies([role.trust], request, matchPrincipals(members));
  const own = [caller.arn, caller.id, caller.id.replace(/:.*/, '')];
  const root = `arn:${caller.account.partition}:iam::${caller.account.id}:root`;
  if (names([...own, root, '*']) !== 'allows') return undefined;
  return caller.account.id === account.id && names(own) === 'allows' ? 'direct' : 'granted';
}

function matchPrincipals(members: readonly string[]) {
  return ({ Principal: principal, NotPrincipal: others }: Statement): boolean => {
    const includesMember = (value: Json) =>
      isObject(value)
        ? toList<Json>(value['AWS']).some((member) => typeof member === 'string' && members.includes(member))
        : value === '*' && members.includes('*');
    return principal === undefined
      ? others !== undefined && !includesMember(others)
      : includesMember(principal);
  };
}

function notAuthorized(caller: Caller, action: string, arn: string): ServiceError {
  return new ServiceError(
    'AccessDenied',
    `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${arn}`,
  );
}

export const assumeRoleOperations: readonly Operation[] = [getCallerIdentity, assumeRole];
