import { ServiceError } from '../protocol/service-error.ts';
import type { Account } from '../state/world.ts';

/** Quotas that nobody can have raised (IAM User Guide, IAM and STS quotas). */
export const fixedQuotas = {
  inlinePolicies: 10_240,
  managedPolicy: 6144,
  policyVersions: 5,
  clientIds: 100,
  thumbprints: 5,
  sessionPolicy: 2048,
  sessionPolicyArns: 10,
  instanceProfiles: 1000,
} as const;

/** `name` as the message of IAM spells it. Throws LimitExceeded. */
export function checkQuota(name: string, used: number, quota: number): void {
  if (used > quota) throw new ServiceError('LimitExceeded', `Cannot exceed quota for ${name}: ${quota}`);
}

/** The live numbers of an account (IAM API reference, GetAccountSummary). */
export function accountSummary(
  { quotas, roles, policies, providers, instanceProfiles }: Account,
  asOf: number,
): Record<string, number> {
  return {
    AccountMFAEnabled: 0,
    AssumeRolePolicySizeQuota: quotas.trustLength,
    AttachedPoliciesPerRoleQuota: quotas.managedPoliciesPerRole,
    InstanceProfiles: instanceProfiles.list(asOf).length,
    InstanceProfilesQuota: fixedQuotas.instanceProfiles,
    Policies: policies.list(asOf).length,
    PoliciesQuota: quotas.policies,
    PolicySizeQuota: fixedQuotas.managedPolicy,
    Providers: providers.list(asOf).length,
    RolePolicySizeQuota: fixedQuotas.inlinePolicies,
    Roles: roles.list(asOf).length,
    RolesQuota: quotas.roles,
    Users: 1,
    VersionsPerPolicyQuota: fixedQuotas.policyVersions,
  };
}
