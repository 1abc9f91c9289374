import type { ParsedRoleArn } from '../kernel/arn.ts';
import type { AccountId, ProviderArn, RoleId } from '../kernel/ids.ts';
import type { PolicyDocument } from '../policy/policy-document.ts';
import type { Reading } from '../kernel/result.ts';

/** Everything about a role that azfed decides. One type for what should be and for what is, so that they compare. */
export interface RoleState {
  readonly trust: PolicyDocument;
  /** ARN of the permissions boundary. */
  readonly boundary: string | undefined;
  /** ARNs of attached policies. */
  readonly managedPolicies: readonly string[];
  readonly inlinePolicies: Readonly<Record<string, PolicyDocument>>;
  /** Seconds. */
  readonly maxSessionDuration: number;
  readonly description: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** What a role may do. */
export type RolePolicies = Pick<RoleState, 'managedPolicies' | 'inlinePolicies'>;

/**
 * A role as IAM tells it, documents decoded. A document that cannot be read (duplicate keys, not JSON) is kept as
 * `{ Unreadable: <text> }`: it equals nothing that azfed would write.
 */
export interface ObservedRole extends RoleState, Omit<ParsedRoleArn, 'partition'> {
  readonly id: RoleId;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** Epoch milliseconds; 0: not within the last 400 days, which is all that IAM remembers. Left out: not known. */
  readonly lastUsedAt?: number;
  /** Names of the instance profiles that hold it: such a role cannot be deleted. */
  readonly instanceProfiles?: readonly string[];
  /** Roles made from an AWS role template are not managed. */
  readonly isFromTemplate: boolean;
}

/** A role that nobody asked for, as IAM lists it: its ARN may be one that azfed cannot read. */
export interface NamedRole {
  readonly arn: string;
  readonly name: string;
}

/** An OIDC provider as IAM tells it. */
export interface ObservedProvider {
  readonly arn: ProviderArn;
  /** Host and path, without `https://`, exactly as IAM has it: it is case-sensitive and a slash makes another provider. */
  readonly issuer: string;
  readonly audiences: readonly string[];
}

/** Live quotas and counts of an account (iam:GetAccountSummary). */
export interface AccountQuotas {
  /** Non-whitespace characters of a trust policy. */
  readonly trustLength: number;
  readonly roles: number;
  readonly rolesUsed: number;
  readonly managedPoliciesPerRole: number;
}

/** Digest of each field of a role, by the field's path: enough to tell who moved, and small. */
export type FieldDigests = Readonly<Record<string, string>>;

/** What one look at an account gave. */
export interface AccountObservation {
  readonly account: AccountId;
  readonly roles: Reading<{
    /** Every role that lies on a path that was asked for (or, in a scoped look, that was asked for by name). */
    readonly inScope: readonly ObservedRole[];
    /** The roles elsewhere: role names are unique in an account, whatever their path and case. */
    readonly elsewhere: readonly NamedRole[];
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

/** The roles that were seen; none where the account could not be read, which whoever asks has to say. */
export const listSeenRoles = ({ roles }: Pick<AccountObservation, 'roles'>): readonly ObservedRole[] =>
  roles.state === 'complete' ? roles.value.inScope : [];
