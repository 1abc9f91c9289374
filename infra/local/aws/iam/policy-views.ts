import type { ManagedPolicyDetail, Policy, PolicyVersion } from '@aws-sdk/client-iam';
import type { Call } from '../protocol/operation.ts';
import { countUsers } from './policy-store.ts';
import { respelledDocument } from '../protocol/respelling.ts';
import type { PolicyRecord, PolicyVersionRecord } from '../state/state.ts';
import { tagList } from './tags.ts';

export function showPolicy(call: Call, policy: PolicyRecord): Policy {
  const { attached, bounded } = countUsers(call, policy.arn);
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: policy.defaultVersion,
    AttachmentCount: attached,
    PermissionsBoundaryUsageCount: bounded,
    IsAttachable: true,
    Description: policy.description,
    CreateDate: new Date(policy.createdAt),
    UpdateDate: new Date(policy.updatedAt),
    Tags: tagList(policy.tags),
  };
}

export function showVersion(
  { world, operation }: Call,
  policy: PolicyRecord,
  { id, document, createdAt }: PolicyVersionRecord,
): PolicyVersion {
  return {
    Document: respelledDocument(document, `${world.seed} ${operation} ${policy.id}`),
    VersionId: id,
    IsDefaultVersion: id === policy.defaultVersion,
    CreateDate: new Date(createdAt),
  };
}

/** A policy as GetAccountAuthorizationDetails tells it: with the documents of all versions. */
export function policyDetail(call: Call, policy: PolicyRecord): ManagedPolicyDetail {
  const { Description: description, Tags: _, ...rest } = showPolicy(call, policy);
  return {
    ...rest,
    Description: description,
    PolicyVersionList: policy.versions.map((version) => showVersion(call, policy, version)),
  };
}
