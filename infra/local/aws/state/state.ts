import type { Partition } from '../../../../shared/domain/kernel/arn.ts';

/** Everything that outlives a restart, as plain JSON. Times are epoch milliseconds. */
export interface LocalAwsState {
  /** How many ids were given out, so that none is given twice. */
  readonly issued: number;
  readonly accounts: readonly AccountState[];
  readonly sessions: readonly SessionRecord[];
  /** Not in what an older version has written. */
  readonly organization?: OrganizationState;
}

/** AWS Organizations. Accounts that nothing was said of are active, and lie in the root. */
export interface OrganizationState {
  /** Id of the management account. */
  readonly management: string;
  /** Ids of delegated administrators. */
  readonly delegated: readonly string[];
  readonly units: readonly UnitRecord[];
  readonly members: readonly MemberRecord[];
}

interface UnitRecord {
  readonly id: string;
  readonly name: string;
  /** Id of a unit or of the root. */
  readonly parent: string;
}

export interface MemberRecord {
  readonly account: string;
  readonly name: string;
  /** Absent: it is in no organization. */
  readonly parent?: string;
  readonly state: string;
}

export interface AccountState {
  readonly id: string;
  readonly partition: Partition;
  readonly quotas: Quotas;
  readonly admin: AdminRecord;
  readonly roles: readonly RoleRecord[];
  readonly policies: readonly PolicyRecord[];
  readonly providers: readonly ProviderRecord[];
  /** Not in what an older version has written. */
  readonly instanceProfiles?: readonly InstanceProfileRecord[];
  /** Identifier of the account's issuer of outbound tokens, once that feature is enabled. */
  readonly outboundIssuer?: string;
}

export interface Quotas {
  /** Non-whitespace characters of a trust policy. */
  readonly trustLength: number;
  readonly roles: number;
  readonly managedPoliciesPerRole: number;
  readonly providers: number;
  readonly policies: number;
}

/** The user whose keys may do everything in their account. */
export interface AdminRecord {
  readonly id: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface TagRecord {
  readonly key: string;
  readonly value: string;
}

export interface InlinePolicyRecord {
  readonly name: string;
  readonly document: string;
}

export interface RoleRecord {
  readonly arn: string;
  readonly id: string;
  readonly name: string;
  readonly path: string;
  readonly createdAt: number;
  /** JSON; principals of roles and users stand in it as their unique ids. */
  readonly trust: string;
  readonly description?: string;
  /** Seconds. */
  readonly maxSessionDuration: number;
  readonly boundary?: string;
  readonly tags: readonly TagRecord[];
  /** ARNs. */
  readonly attached: readonly string[];
  readonly inline: readonly InlinePolicyRecord[];
  readonly lastUsedAt?: number;
  /** Calls of services with sessions of the role, the last of each action, as `s3:CreateBucket`. */
  readonly attempts?: readonly { readonly action: string; readonly at: number }[];
  readonly template?: { readonly arn: string; readonly minorVersion: number };
}

export interface PolicyVersionRecord {
  readonly id: string;
  readonly document: string;
  readonly createdAt: number;
}

export interface PolicyRecord {
  readonly arn: string;
  readonly id: string;
  readonly name: string;
  readonly path: string;
  readonly description?: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly defaultVersion: string;
  /** Numbers of versions are never used again. */
  readonly latestVersion: number;
  readonly versions: readonly PolicyVersionRecord[];
  readonly tags: readonly TagRecord[];
}

export interface ProviderRecord {
  readonly arn: string;
  /** Without `https://`. */
  readonly issuer: string;
  readonly clientIds: readonly string[];
  readonly thumbprints: readonly string[];
  readonly createdAt: number;
  readonly tags: readonly TagRecord[];
}

export interface InstanceProfileRecord {
  readonly arn: string;
  readonly id: string;
  readonly name: string;
  readonly path: string;
  readonly createdAt: number;
  /** Name of the one role that it holds. */
  readonly role?: string;
}

export interface SessionRecord {
  readonly accessKeyId: string;
  /** Absent where an earlier version opened the session. */
  readonly secretAccessKey?: string;
  readonly token: string;
  readonly account: string;
  readonly roleName: string;
  readonly roleId: string;
  readonly name: string;
  /** Session policies: none means no limit beside the role's own. */
  readonly policies: readonly string[];
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly sourceIdentity?: string;
  /** Session tags, which stand before those of the role. */
  readonly tags?: readonly TagRecord[];
  readonly federation?: { readonly provider: string; readonly attributes: Readonly<Record<string, string>> };
}
