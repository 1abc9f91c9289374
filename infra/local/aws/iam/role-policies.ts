import {
  AttachRolePolicy$,
  DeleteRolePermissionsBoundary$,
  DeleteRolePolicy$,
  DetachRolePolicy$,
  GetRolePolicy$,
  ListAttachedRolePolicies$,
  ListRolePolicies$,
  PutRolePermissionsBoundary$,
  PutRolePolicy$,
  type AttachRolePolicyRequest,
  type DeleteRolePermissionsBoundaryRequest,
  type DeleteRolePolicyRequest,
  type DetachRolePolicyRequest,
  type GetRolePolicyRequest,
  type GetRolePolicyResponse,
  type ListAttachedRolePoliciesRequest,
  type ListAttachedRolePoliciesResponse,
  type ListRolePoliciesRequest,
  type ListRolePoliciesResponse,
  type PutRolePermissionsBoundaryRequest,
  type PutRolePolicyRequest,
} from '@aws-sdk/client-iam';
import { policySize } from '../../../../shared/domain/policy/policy-grammar.ts';
import { iamRead, iamWrite, type Operation, type OperationParts } from '../protocol/operation.ts';
import { paginate } from '../protocol/pages.ts';
import { checkBoundary, checkPolicy } from './policy-existence.ts';
import { readPolicy } from './policy-grammar.ts';
import { checkQuota, fixedQuotas } from './quotas.ts';
import { changeRole, getRole, presentOnly, roleTarget } from './role-store.ts';
import { attachedPolicies, shown } from './role-views.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { InlinePolicyRecord, RoleRecord } from '../state/state.ts';

interface NamesRole {
  RoleName: string | undefined;
}

interface NamesRoleAndPolicy extends NamesRole {
  PolicyArn: string | undefined;
}

const onRole: NonNullable<OperationParts<NamesRole, undefined>['target']> = (call, { RoleName }) =>
  roleTarget(call, RoleName);

const onRoleAndPolicy: NonNullable<OperationParts<NamesRoleAndPolicy, undefined>['target']> = (
  call,
  { RoleName, PolicyArn },
) => {
  const { resource, context } = roleTarget(call, RoleName);
  return { resource, context: { ...context, ...presentOnly('iam:PolicyARN', PolicyArn) } };
};

const attachRolePolicy = iamWrite<AttachRolePolicyRequest>(AttachRolePolicy$, {
  target: onRoleAndPolicy,
  run(call, { RoleName, PolicyArn = '' }) {
    checkPolicy(call, PolicyArn);
    changeRole(call, RoleName, (role) => {
      const attached = [...new Set([...role.attached, PolicyArn])];
      checkQuota('PoliciesPerRole', attached.length, call.account.quotas.managedPoliciesPerRole);
      return { ...role, attached };
    });
    return undefined;
  },
});

const detachRolePolicy = iamWrite<DetachRolePolicyRequest>(DetachRolePolicy$, {
  target: onRoleAndPolicy,
  run(call, { RoleName, PolicyArn = '' }) {
    changeRole(call, RoleName, (role) => {
      if (!role.attached.includes(PolicyArn)) {
        throw new ServiceError('NoSuchEntity', `Policy ${PolicyArn} was not found.`);
      }
      return { ...role, attached: role.attached.filter((arn) => arn !== PolicyArn) };
    });
    return undefined;
  },
});

const listAttachedRolePolicies = iamRead<ListAttachedRolePoliciesRequest, ListAttachedRolePoliciesResponse>(
  ListAttachedRolePolicies$,
  {
    target: onRole,
    run(call, { RoleName, ...page }) {
      const policies = attachedPolicies(getRole(call, RoleName));
      const { items, rest } = paginate(call, policies, ({ PolicyArn: arn = '' }) => arn, page);
      return { AttachedPolicies: [...items], ...rest };
    },
  },
);

const putRolePolicy = iamWrite<PutRolePolicyRequest>(PutRolePolicy$, {
  target: onRole,
  run(call, { RoleName, PolicyName = '', PolicyDocument = '' }) {
    readPolicy('identity', PolicyDocument, call.account.partition);
    changeRole(call, RoleName, (role) => {
      const others = role.inline.filter(({ name }) => name !== PolicyName);
      const inline = [...others, { name: PolicyName, document: PolicyDocument }];
      checkInlineSize(role, inline);
      return { ...role, inline };
    });
    return undefined;
  },
});

/** The inline policies of a role share one size. */
function checkInlineSize({ name }: RoleRecord, inline: readonly InlinePolicyRecord[]): void {
  const size = inline.reduce((sum, { document }) => sum + policySize(document), 0);
  if (size <= fixedQuotas.inlinePolicies) return;
  throw new ServiceError(
    'LimitExceeded',
    `Maximum policy size of ${fixedQuotas.inlinePolicies} bytes exceeded for role ${name}`,
  );
}

const deleteRolePolicy = iamWrite<DeleteRolePolicyRequest>(DeleteRolePolicy$, {
  target: onRole,
  run(call, { RoleName, PolicyName }) {
    changeRole(call, RoleName, (role) => {
      inlinePolicy(role, PolicyName);
      return { ...role, inline: role.inline.filter(({ name }) => name !== PolicyName) };
    });
    return undefined;
  },
});

const getRolePolicy = iamRead<GetRolePolicyRequest, GetRolePolicyResponse>(GetRolePolicy$, {
  target: onRole,
  run(call, { RoleName, PolicyName }) {
    const role = getRole(call, RoleName);
    const { name, document } = inlinePolicy(role, PolicyName);
    return { RoleName: role.name, PolicyName: name, PolicyDocument: shown(call, role, document) };
  },
});

const listRolePolicies = iamRead<ListRolePoliciesRequest, ListRolePoliciesResponse>(ListRolePolicies$, {
  target: onRole,
  run(call, { RoleName, ...page }) {
    const names = getRole(call, RoleName).inline.map(({ name }) => name);
    const { items, rest } = paginate(call, names, (name) => name, page);
    return { PolicyNames: [...items], ...rest };
  },
});

function inlinePolicy({ inline }: RoleRecord, policyName: string | undefined): InlinePolicyRecord {
  const policy = inline.find(({ name }) => name === policyName);
  if (policy !== undefined) return policy;
  throw new ServiceError('NoSuchEntity', `The role policy with name ${String(policyName)} cannot be found.`);
}

const putRolePermissionsBoundary = iamWrite<PutRolePermissionsBoundaryRequest>(PutRolePermissionsBoundary$, {
  target: (call, { RoleName, PermissionsBoundary }) => roleTarget(call, RoleName, PermissionsBoundary),
  run(call, { RoleName, PermissionsBoundary: boundary = '' }) {
    checkBoundary(call, boundary);
    changeRole(call, RoleName, (role) => ({ ...role, boundary }));
    return undefined;
  },
});

const deleteRolePermissionsBoundary = iamWrite<DeleteRolePermissionsBoundaryRequest>(
  DeleteRolePermissionsBoundary$,
  {
    target: onRole,
    run(call, { RoleName }) {
      changeRole(call, RoleName, ({ boundary, ...role }) => {
        if (boundary === undefined) {
          throw new ServiceError('NoSuchEntity', `The role ${role.name} has no permissions boundary.`);
        }
        return role;
      });
      return undefined;
    },
  },
);

export const rolePolicyOperations: readonly Operation[] = [
  attachRolePolicy,
  detachRolePolicy,
  listAttachedRolePolicies,
  putRolePolicy,
  deleteRolePolicy,
  getRolePolicy,
  listRolePolicies,
  putRolePermissionsBoundary,
  deleteRolePermissionsBoundary,
];
