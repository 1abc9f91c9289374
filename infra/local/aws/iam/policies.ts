import {
  CreatePolicy$,
  CreatePolicyVersion$,
  DeletePolicy$,
  DeletePolicyVersion$,
  GetPolicy$,
  GetPolicyVersion$,
  ListPolicies$,
  ListPolicyVersions$,
  SetDefaultPolicyVersion$,
  type CreatePolicyRequest,
  type CreatePolicyResponse,
  type CreatePolicyVersionRequest,
  type CreatePolicyVersionResponse,
  type DeletePolicyRequest,
  type DeletePolicyVersionRequest,
  type GetPolicyRequest,
  type GetPolicyResponse,
  type GetPolicyVersionRequest,
  type GetPolicyVersionResponse,
  type ListPoliciesRequest,
  type ListPoliciesResponse,
  type ListPolicyVersionsRequest,
  type ListPolicyVersionsResponse,
  type SetDefaultPolicyVersionRequest,
} from '@aws-sdk/client-iam';
import { policySize } from '../../../../shared/domain/policy/policy-grammar.ts';
import type { Call, Operation, Target } from '../protocol/operation.ts';
import { anything, iamRead, iamWrite } from '../protocol/operation.ts';
import { paginate } from '../protocol/pages.ts';
import { readPolicy } from './policy-grammar.ts';
import {
  changePolicy,
  getOwnPolicy,
  getPolicy,
  knownPolicies,
  newVersion,
  countUsers,
} from './policy-store.ts';
import { showPolicy, showVersion } from './policy-views.ts';
import { checkQuota, fixedQuotas } from './quotas.ts';
import { requestTags } from './role-store.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { PolicyRecord } from '../state/state.ts';
import { withTags } from './tags.ts';
import { iamArn } from '../state/world.ts';

const onPolicy = (_call: Call, { PolicyArn: arn = '' }: { PolicyArn: string | undefined }): Target => ({
  resource: arn,
});

function checkDocument({ account }: Call, document: string): void {
  readPolicy('managed', document, account.partition);
  checkQuota('PolicySize', policySize(document), fixedQuotas.managedPolicy);
}

const createPolicy = iamWrite<CreatePolicyRequest, CreatePolicyResponse>(CreatePolicy$, {
  target: (call, { Path: path = '/', PolicyName: name = '', Tags }) => ({
    resource: iamArn(call.account, `policy${path}${name}`),
    context: requestTags(Tags),
  }),
  run(call, { PolicyName: name = '', Path: path = '/', PolicyDocument: document = '', Description, Tags }) {
    const { account, world, now } = call;
    checkDocument(call, document);
    if (account.policies.list().some((known) => known.name.toLowerCase() === name.toLowerCase())) {
      throw new ServiceError(
        'EntityAlreadyExists',
        `A policy called ${name} already exists. Duplicate names are not allowed.`,
      );
    }
    checkQuota('PoliciesPerAccount', account.policies.size + 1, account.quotas.policies);
    const policy: PolicyRecord = {
      arn: iamArn(account, `policy${path}${name}`),
      id: world.ids.next('ANPA'),
      name,
      path,
      ...(Description === undefined ? {} : { description: Description }),
      createdAt: now,
      updatedAt: now,
      defaultVersion: 'v1',
      latestVersion: 1,
      versions: [{ id: 'v1', document, createdAt: now }],
      tags: withTags([], Tags),
    };
    account.policies.set(policy.arn, policy, now);
    return { Policy: showPolicy(call, policy) };
  },
});

const getPolicyOperation = iamRead<GetPolicyRequest, GetPolicyResponse>(GetPolicy$, {
  target: onPolicy,
  run: (call, { PolicyArn }) => ({ Policy: showPolicy(call, getPolicy(call, PolicyArn)) }),
});

const getPolicyVersion = iamRead<GetPolicyVersionRequest, GetPolicyVersionResponse>(GetPolicyVersion$, {
  target: onPolicy,
  run(call, { PolicyArn, VersionId }) {
    const policy = getPolicy(call, PolicyArn);
    return { PolicyVersion: showVersion(call, policy, getVersion(policy, VersionId)) };
  },
});

const listPolicyVersions = iamRead<ListPolicyVersionsRequest, ListPolicyVersionsResponse>(
  ListPolicyVersions$,
  {
    target: onPolicy,
    run(call, { PolicyArn, ...page }) {
      const policy = getPolicy(call, PolicyArn);
      const { items, rest } = paginate(call, policy.versions, ({ id }) => id, page);
      return {
        Versions: items.map((version) => {
          const { Document: _, ...shown } = showVersion(call, policy, version);
          return shown;
        }),
        ...rest,
      };
    },
  },
);

function getVersion({ arn, versions }: PolicyRecord, id: string | undefined) {
  const version = versions.find((known) => known.id === id);
  if (version !== undefined) return version;
  throw new ServiceError(
    'NoSuchEntity',
    `Policy ${arn} version ${String(id)} does not exist or is not attachable.`,
  );
}

const listPolicies = iamRead<ListPoliciesRequest, ListPoliciesResponse>(ListPolicies$, {
  target: anything,
  run(call, { Scope: scope = 'All', OnlyAttached: onlyAttached = false, PathPrefix: prefix = '/', ...page }) {
    const matching = knownPolicies(call, scope)
      .filter(({ path }) => path.startsWith(prefix))
      .filter(({ arn }) => !onlyAttached || countUsers(call, arn).attached > 0);
    const { items, rest } = paginate(call, matching, ({ id }) => id, page);
    return { Policies: items.map((policy) => showPolicy(call, policy)), ...rest };
  },
});

const createPolicyVersion = iamWrite<CreatePolicyVersionRequest, CreatePolicyVersionResponse>(
  CreatePolicyVersion$,
  {
    target: onPolicy,
    run(call, { PolicyArn, PolicyDocument: document = '', SetAsDefault: isDefault = false }) {
      checkDocument(call, document);
      const policy = newVersion(getOwnPolicy(call, PolicyArn), document, isDefault, call.now);
      changePolicy(call, policy);
      const version = getVersion(policy, `v${policy.latestVersion}`);
      const { Document: _, ...shown } = showVersion(call, policy, version);
      return { PolicyVersion: shown };
    },
  },
);

const setDefaultPolicyVersion = iamWrite<SetDefaultPolicyVersionRequest>(SetDefaultPolicyVersion$, {
  target: onPolicy,
  run(call, { PolicyArn, VersionId }) {
    const policy = getOwnPolicy(call, PolicyArn);
    changePolicy(call, { ...policy, defaultVersion: getVersion(policy, VersionId).id });
    return undefined;
  },
});

const deletePolicyVersion = iamWrite<DeletePolicyVersionRequest>(DeletePolicyVersion$, {
  target: onPolicy,
  run(call, { PolicyArn, VersionId }) {
    const policy = getOwnPolicy(call, PolicyArn);
    const { id } = getVersion(policy, VersionId);
    if (id === policy.defaultVersion) {
      throw new ServiceError('DeleteConflict', 'Cannot delete the default version of a policy.');
    }
    changePolicy(call, { ...policy, versions: policy.versions.filter((version) => version.id !== id) });
    return undefined;
  },
});

const deletePolicy = iamWrite<DeletePolicyRequest>(DeletePolicy$, {
  target: onPolicy,
  run(call, { PolicyArn }) {
    const policy = getOwnPolicy(call, PolicyArn);
    const { attached, bounded } = countUsers(call, policy.arn);
    if (attached + bounded > 0) {
      throw new ServiceError('DeleteConflict', 'Cannot delete a policy attached to entities.');
    }
    if (policy.versions.length > 1) {
      throw new ServiceError(
        'DeleteConflict',
        "This policy has more than one version. Before you delete a policy, you must delete the policy's versions.",
      );
    }
    call.account.policies.set(policy.arn, undefined, call.now);
    return undefined;
  },
});

export const policyOperations: readonly Operation[] = [
  createPolicy,
  getPolicyOperation,
  getPolicyVersion,
  listPolicyVersions,
  listPolicies,
  createPolicyVersion,
  setDefaultPolicyVersion,
  deletePolicyVersion,
  deletePolicy,
];
