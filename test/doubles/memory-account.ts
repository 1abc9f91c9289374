import type { Partition } from '../../shared/domain/kernel/arn.ts';
import type { AccountId, ProviderArn, RoleArn } from '../../shared/domain/kernel/ids.ts';
import type { Unknown } from '../../shared/domain/kernel/result.ts';
import type { AccountQuotas, ObservedProvider, ObservedRole } from '../../shared/domain/iam/role.ts';
import type { WriteStep } from '../../shared/domain/iam/iam-operation.ts';

/** An account, open to whoever plays the other people who work in it. */
export interface MemoryAccount {
  readonly id: AccountId;
  readonly partition: Partition;
  readonly roles: Map<RoleArn, ObservedRole>;
  readonly providers: Map<ProviderArn, ObservedProvider>;
  /** `rolesUsed` follows from the roles. */
  quotas: Omit<AccountQuotas, 'rolesUsed'>;
  /** ARNs of policies that do not exist; all others do. */
  readonly missingPolicies: Set<string>;
  /** What a look cannot see, and why. */
  unknown: Partial<Record<'roles' | 'providers' | 'quotas', Unknown>>;
  /** Every write that was carried out, oldest first. */
  readonly writes: WriteStep[];
}

// IAM User Guide, IAM and STS quotas.
const defaultQuotas = { trustLength: 2_048, roles: 1_000, managedPoliciesPerRole: 10 };

export function createMemoryAccount(id: AccountId, partition: Partition): MemoryAccount {
  return {
    id,
    partition,
    roles: new Map(),
    providers: new Map(),
    quotas: defaultQuotas,
    missingPolicies: new Set(),
    unknown: {},
    writes: [],
  };
}
