import type { Partition } from '../../../../shared/domain/kernel/arn.ts';
import { createCollection, type Collection } from './collection.ts';
import { createIdSequence, type IdSequence } from './id-sequence.ts';
import type {
  AccountState,
  AdminRecord,
  InstanceProfileRecord,
  LocalAwsState,
  OrganizationState,
  PolicyRecord,
  ProviderRecord,
  Quotas,
  RoleRecord,
  SessionRecord,
} from './state.ts';

export interface Account {
  readonly id: string;
  readonly partition: Partition;
  readonly quotas: Quotas;
  readonly admin: AdminRecord;
  /** By name in lower case: names are unique without regard to case (IAM User Guide, IAM and STS quotas). */
  readonly roles: Collection<RoleRecord>;
  /** By ARN. */
  readonly policies: Collection<PolicyRecord>;
  /** By ARN. */
  readonly providers: Collection<ProviderRecord>;
  /** By name in lower case. */
  readonly instanceProfiles: Collection<InstanceProfileRecord>;
  outboundIssuer: string | undefined;
}

/** All accounts of this cloud. */
export interface World {
  readonly ids: IdSequence;
  readonly accounts: Map<string, Account>;
  /** By access key id. */
  readonly sessions: Map<string, SessionRecord>;
  organization: OrganizationState;
  readonly seed: number;
  readonly historyMs: number;
}

export interface WorldOptions {
  readonly seed: number;
  readonly historyMs: number;
  readonly state?: LocalAwsState | undefined;
}

export function createWorld({ seed, historyMs, state }: WorldOptions): World {
  return {
    ids: createIdSequence(seed, state?.issued),
    accounts: new Map(
      (state?.accounts ?? []).map((account) => [account.id, openAccount(account, historyMs)]),
    ),
    sessions: new Map((state?.sessions ?? []).map((session) => [session.accessKeyId, session])),
    organization: state?.organization ?? { management: HUB_ACCOUNT, delegated: [], units: [], members: [] },
    seed,
    historyMs,
  };
}

export function openAccount(state: AccountState, historyMs: number): Account {
  const { roles, policies, providers, instanceProfiles = [], outboundIssuer, ...rest } = state;
  return {
    ...rest,
    roles: createCollection(
      roles.map((role) => [role.name.toLowerCase(), role]),
      historyMs,
    ),
    policies: createCollection(
      policies.map((policy) => [policy.arn, policy]),
      historyMs,
    ),
    providers: createCollection(
      providers.map((provider) => [provider.arn, provider]),
      historyMs,
    ),
    instanceProfiles: createCollection(
      instanceProfiles.map((profile) => [profile.name.toLowerCase(), profile]),
      historyMs,
    ),
    outboundIssuer,
  };
}

export function captureState({ ids, accounts, sessions, organization }: World): LocalAwsState {
  return {
    organization,
    issued: ids.issued,
    accounts: [...accounts.values()].map(accountState),
    sessions: [...sessions.values()],
  };
}

function accountState({
  roles,
  policies,
  providers,
  instanceProfiles,
  outboundIssuer,
  ...rest
}: Account): AccountState {
  return {
    ...rest,
    roles: roles.list(),
    policies: policies.list(),
    providers: providers.list(),
    instanceProfiles: instanceProfiles.list(),
    ...(outboundIssuer === undefined ? {} : { outboundIssuer }),
  };
}

export function iamArn(account: Account, resource: string): string {
  return `arn:${account.partition}:iam::${account.id}:${resource}`;
}

export function adminArn(account: Account): string {
  return iamArn(account, 'user/admin');
}

/** Of which the accounts of this cloud are members. */
export const AWS_ORGANIZATION = 'o-azfedlocal0';

/** Account of azfed itself. */
export const HUB_ACCOUNT = '111122223333';
