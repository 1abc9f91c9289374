import type { AccountId, ProviderArn, RoleArn } from '../kernel/ids.ts';
import type { Reading } from '../kernel/result.ts';
import type { AccountQuotas, ObservedProvider, ObservedRole } from './role.ts';

/** What one look at an account gave. */
export interface AccountObservation {
  readonly account: AccountId;
  readonly roles: Reading<{
    /** Every role that lies on a path that was asked for (or, in a scoped look, that was asked for by name). */
    readonly inScope: readonly ObservedRole[];
    /** ARNs of the roles elsewhere: role names are unique in an account, whatever their path and case. */
    readonly elsewhere: readonly RoleArn[];
  }>;
  /** ARNs of all OIDC providers of the account; those that are ours, with their audiences. */
  readonly providers: Reading<{
    readonly arns: readonly ProviderArn[];
    readonly ours: readonly ObservedProvider[];
  }>;
  readonly quotas: Reading<AccountQuotas>;
  /**
   * ARNs of wanted boundaries and managed policies that surely do not exist. One that could not be read is not among them.
   * Left out: none.
   */
  readonly missingPolicies?: readonly string[];
  /** Calls to IAM for this look: they are the cost. */
  readonly calls: number;
}
