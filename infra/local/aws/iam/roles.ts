import {
  CreateRole$,
  DeleteRole$,
  GetRole$,
  ListRoles$,
  UpdateAssumeRolePolicy$,
  UpdateRole$,
  UpdateRoleDescription$,
  type CreateRoleRequest,
  type CreateRoleResponse,
  type DeleteRoleRequest,
  type GetRoleRequest,
  type GetRoleResponse,
  type ListRolesRequest,
  type ListRolesResponse,
  type UpdateAssumeRolePolicyRequest,
  type UpdateRoleDescriptionRequest,
  type UpdateRoleDescriptionResponse,
  type UpdateRoleRequest,
  type UpdateRoleResponse,
} from '@aws-sdk/client-iam';
import { isPathOfAws } from '../../../../shared/domain/kernel/arn.ts';
import { toList, type Statement } from '../../../../shared/domain/policy/policy-document.ts';
import { policySize } from '../../../../shared/domain/policy/policy-grammar.ts';
import { anything, iamRead, iamWrite, type Call, type Operation } from '../protocol/operation.ts';
import { paginate } from '../protocol/pages.ts';
import { checkBoundary } from './policy-existence.ts';
import { malformed, readPolicy } from './policy-grammar.ts';
import { checkQuota } from './quotas.ts';
import {
  changeRole,
  getModifiableRole,
  getRole,
  presentOnly,
  requestTags,
  roleTarget,
} from './role-store.ts';
import { fullRole, listedRole, listProfiles } from './role-views.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { RoleRecord } from '../state/state.ts';
import { withTags } from './tags.ts';
import { federatedPrincipals, storedTrust } from './trust-principals.ts';
import { iamArn } from '../state/world.ts';

const DEFAULT_SESSION_SECONDS = 3600;

const createRole = iamWrite<CreateRoleRequest, CreateRoleResponse>(CreateRole$, {
  target: (call, { Path = '/', RoleName = '', PermissionsBoundary, Tags }) => ({
    resource: iamArn(call.account, `role${Path}${RoleName}`),
    context: { ...requestTags(Tags), ...presentOnly('iam:PermissionsBoundary', PermissionsBoundary) },
  }),
  run(call, input) {
    const { account, now } = call;
    checkNewRole(call, input);
    const role = newRole(call, input);
    checkQuota('RolesPerAccount', account.roles.size + 1, account.quotas.roles);
    account.roles.set(role.name.toLowerCase(), role, now);
    // The answer may lack the description (observed by Ansible's iam_role); who needs it reads again.
    const { Description: _, ...shown } = fullRole(call, role);
    return { Role: shown };
  },
});

function checkNewRole({ account }: Call, { RoleName: name = '', Path: path = '/' }: CreateRoleRequest): void {
  if (isPathOfAws(path)) {
    throw new ServiceError('InvalidInput', `The path ${path} is reserved for roles of AWS.`);
  }
  if (account.roles.get(name.toLowerCase()) !== undefined) {
    throw new ServiceError('EntityAlreadyExists', `Role with name ${name} already exists.`);
  }
}

function newRole(call: Call, input: CreateRoleRequest): RoleRecord {
  const {
    RoleName: name = '',
    Path: path = '/',
    Description: description,
    PermissionsBoundary: boundary,
  } = input;
  if (boundary !== undefined) checkBoundary(call, boundary);
  return {
    arn: iamArn(call.account, `role${path}${name}`),
    id: call.world.ids.next('AROA'),
    name,
    path,
    createdAt: call.now,
    trust: checkedTrust(call, input.AssumeRolePolicyDocument),
    maxSessionDuration: input.MaxSessionDuration ?? DEFAULT_SESSION_SECONDS,
    tags: withTags([], input.Tags),
    attached: [],
    inline: [],
    ...(description === undefined ? {} : { description }),
    ...(boundary === undefined ? {} : { boundary }),
  };
}

function checkedTrust({ world, account, settings }: Call, text = ''): string {
  const document = readPolicy('trust', text);
  const isPlain = ({ Principal, NotPrincipal }: Statement) => (Principal ?? NotPrincipal) === '*';
  if (settings.refusesPlainEverybody && toList<Statement>(document.Statement).some(isPlain))
    throw malformed('Invalid principal in policy.');
  const trust = storedTrust(world, document);
  checkQuota('ACLSizePerRole', policySize(text), account.quotas.trustLength);
  // Whether a trust may name a provider that does not exist is not documented, so both can be had.
  if (settings.refusesTrustOfMissingProvider) {
    const impostor = federatedPrincipals(document).find((arn) => account.providers.get(arn) === undefined);
    if (impostor !== undefined) throw malformed(`Invalid principal in policy: "Federated":"${impostor}"`);
  }
  return trust;
}

const getRoleOperation = iamRead<GetRoleRequest, GetRoleResponse>(GetRole$, {
  target: (call, { RoleName }) => roleTarget(call, RoleName),
  run: (call, { RoleName }) => ({ Role: fullRole(call, getRole(call, RoleName)) }),
});

const listRoles = iamRead<ListRolesRequest, ListRolesResponse>(ListRoles$, {
  target: anything,
  run(call, { PathPrefix: prefix = '/', ...page }) {
    const matching = call.account.roles.list(call.asOf).filter(({ path }) => path.startsWith(prefix));
    const { items, rest } = paginate(call, matching, ({ id }) => id, page);
    return { Roles: items.map((role) => listedRole(call, role)), ...rest };
  },
});

const updateRole = iamWrite<UpdateRoleRequest, UpdateRoleResponse>(UpdateRole$, {
  target: (call, { RoleName }) => roleTarget(call, RoleName),
  run(call, { RoleName, Description: description, MaxSessionDuration }) {
    changeRole(call, RoleName, (role) => ({
      ...role,
      ...(description === undefined ? {} : { description }),
      // Not given means one hour, not "as it was" (IAM API reference, UpdateRole).
      maxSessionDuration: MaxSessionDuration ?? DEFAULT_SESSION_SECONDS,
    }));
    return {};
  },
});

const updateRoleDescription = iamWrite<UpdateRoleDescriptionRequest, UpdateRoleDescriptionResponse>(
  UpdateRoleDescription$,
  {
    target: (call, { RoleName }) => roleTarget(call, RoleName),
    run(call, { RoleName, Description: description = '' }) {
      changeRole(call, RoleName, (role) => ({ ...role, description }));
      return { Role: fullRole(call, getRole(call, RoleName)) };
    },
  },
);

const updateAssumeRolePolicy = iamWrite<UpdateAssumeRolePolicyRequest>(UpdateAssumeRolePolicy$, {
  target: (call, { RoleName }) => roleTarget(call, RoleName),
  run(call, { RoleName, PolicyDocument }) {
    changeRole(call, RoleName, (role) => ({ ...role, trust: checkedTrust(call, PolicyDocument) }));
    return undefined;
  },
});

const deleteRole = iamWrite<DeleteRoleRequest>(DeleteRole$, {
  target: (call, { RoleName }) => roleTarget(call, RoleName),
  run(call, { RoleName }) {
    const role = getModifiableRole(call, RoleName);
    if (role.attached.length > 0) {
      throw new ServiceError('DeleteConflict', 'Cannot delete entity, must detach all policies first.');
    }
    if (role.inline.length > 0) {
      throw new ServiceError('DeleteConflict', 'Cannot delete entity, must delete policies first.');
    }
    if (listProfiles(call, role).length > 0) {
      throw new ServiceError(
        'DeleteConflict',
        'Cannot delete entity, must remove roles from instance profile first.',
      );
    }
    call.account.roles.set(role.name.toLowerCase(), undefined, call.now);
    return undefined;
  },
});

export const roleOperations: readonly Operation[] = [
  createRole,
  getRoleOperation,
  listRoles,
  updateRole,
  updateRoleDescription,
  updateAssumeRolePolicy,
  deleteRole,
];
