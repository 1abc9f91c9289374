import type { AccountId, ProviderArn, RoleArn, RoleId } from '../kernel/ids.ts';
import type { PolicyDocument } from '../policy/policy-document.ts';

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
export interface ObservedRole extends RoleState {
  readonly arn: RoleArn;
  readonly id: RoleId;
  readonly account: AccountId;
  readonly path: string;
  readonly name: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** Epoch milliseconds; 0: not within the last 400 days, which is all that IAM remembers. Left out: not known. */
  readonly lastUsedAt?: number;
  /** Names of the instance profiles that hold it: such a role cannot be deleted. */
  readonly instanceProfiles?: readonly string[];
  /** Roles made from an AWS role template are not managed. */
  readonly isFromTemplate: boolean;
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
