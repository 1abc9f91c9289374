import type { Partition } from '../../../../shared/domain/kernel/arn.ts';
import type { Quotas, RoleRecord } from './state.ts';
import { HUB_ACCOUNT, iamArn, openAccount, type Account, type World } from './world.ts';

export { HUB_ACCOUNT };

export interface StaticCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A role in the account that the hub may assume. */
export interface SpokeRole {
  /** Default `azfed-spoke`. */
  readonly name?: string;
  /** Default `/`. */
  readonly path?: string;
  readonly externalId?: string;
  /** Inline policies, by name: JSON text. */
  readonly policies?: Readonly<Record<string, string>>;
  /** Default IAMFullAccess and AWSCloudTrail_ReadOnlyAccess, unless there are inline policies. */
  readonly managedPolicies?: readonly string[];
}

export interface NewAccount {
  readonly id: string;
  /** Default `aws`. */
  readonly partition?: Partition;
  readonly quotas?: Partial<Quotas>;
  readonly spoke?: SpokeRole;
  /** Roles that belong to AWS services, by name. */
  readonly serviceLinkedRoles?: readonly string[];
}

export interface LocalAccount {
  readonly id: string;
  readonly partition: Partition;
  /** Keys of a user who may do everything in the account. */
  readonly credentials: StaticCredentials;
  readonly spokeRoleArn: string;
}

/** Makes an account. One that is there already is left as it is. */
export function addAccount(world: World, account: NewAccount, now: number): LocalAccount {
  const held = world.accounts.get(account.id) ?? newAccount(world, account, now);
  return describeAccount(held, account.spoke);
}

export function describeAccount(
  account: Account,
  { name = 'azfed-spoke', path = '/' }: SpokeRole = {},
): LocalAccount {
  const { accessKeyId, secretAccessKey } = account.admin;
  return {
    id: account.id,
    partition: account.partition,
    credentials: { accessKeyId, secretAccessKey },
    spokeRoleArn: iamArn(account, `role${path}${name}`),
  };
}

/** IAM reports attempts, allowed or not (IAM API Reference, GenerateServiceLastAccessedDetails). */
export function noteAttempt({ accounts }: World, roleArn: string, action: string, now: number): void {
  const [, , , , id = ''] = roleArn.split(':');
  const roles = accounts.get(id)?.roles;
  const role = roles?.list().find(({ arn }) => arn === roleArn);
  if (!roles || !role) throw new Error(`There is no role ${roleArn}.`);
  const others = (role.attempts ?? []).filter((one) => one.action !== action);
  const attempts = [...others, { action, at: now }];
  roles.set(role.name.toLowerCase(), { ...role, attempts, lastUsedAt: now }, now);
}

/** IAM User Guide, IAM and STS quotas. */
const defaultQuotas: Quotas = {
  trustLength: 2048,
  roles: 1000,
  managedPoliciesPerRole: 10,
  providers: 100,
  policies: 1500,
};

function newAccount(world: World, input: NewAccount, now: number): Account {
  if (!/^\d{12}$/.test(input.id))
    throw new Error(`${input.id} is not the id of an account: it takes twelve digits.`);
  const { ids } = world;
  const account = openAccount(
    {
      id: input.id,
      partition: input.partition ?? 'aws',
      quotas: { ...defaultQuotas, ...input.quotas },
      admin: { id: ids.next('AIDA'), accessKeyId: ids.next('AKIA', 16), secretAccessKey: ids.next('', 40) },
      roles: [],
      policies: [],
      providers: [],
    },
    world.historyMs,
  );
  world.accounts.set(account.id, account);
  const seeded = [
    ...(input.id === HUB_ACCOUNT ? [] : [spokeRole(world, account, input.spoke ?? {}, now)]),
    ...(input.serviceLinkedRoles ?? []).map((name) => serviceLinkedRole(world, account, name, now)),
  ];
  // They have always been there: a new account is visible at once, however late changes are seen.
  for (const role of seeded) account.roles.set(role.name.toLowerCase(), role, -Infinity);
  return account;
}

/** A role of the hub on a path that no caller of IAM can make one on, such as those of IAM Identity Center. */
export function addHubRole(world: World, role: SpokeRole, now: number): void {
  const hub = world.accounts.get(HUB_ACCOUNT);
  if (!hub) throw new Error('There is no hub.');
  const made = spokeRole(world, hub, role, now);
  hub.roles.set(made.name.toLowerCase(), made, -Infinity);
}

/** Trusts the hub's account as a whole, as a spoke role should: a role's ARN would be pinned to its unique id. */
function spokeRole(world: World, account: Account, spoke: SpokeRole, now: number): RoleRecord {
  const { name = 'azfed-spoke', path = '/', externalId, policies = {} } = spoke;
  const inline = Object.entries(policies).map(([policyName, document]) => ({ name: policyName, document }));
  const whole = ['IAMFullAccess', 'AWSCloudTrail_ReadOnlyAccess'].map(
    (policy) => `arn:${account.partition}:iam::aws:policy/${policy}`,
  );
  const condition =
    externalId === undefined ? {} : { Condition: { StringEquals: { 'sts:ExternalId': externalId } } };
  return {
    ...emptyRole(world, account, path, name, now),
    trust: formatTrust({ AWS: `arn:${account.partition}:iam::${HUB_ACCOUNT}:root` }, condition),
    attached: spoke.managedPolicies ?? (inline.length === 0 ? whole : []),
    inline,
  };
}

function serviceLinkedRole(world: World, account: Account, name: string, now: number): RoleRecord {
  const service = 'support.amazonaws.com';
  return {
    ...emptyRole(world, account, `/aws-service-role/${service}/`, name, now),
    trust: formatTrust({ Service: service }),
  };
}

function emptyRole(world: World, account: Account, path: string, name: string, now: number) {
  return {
    arn: iamArn(account, `role${path}${name}`),
    id: world.ids.next('AROA'),
    name,
    path,
    createdAt: now,
    maxSessionDuration: 3600,
    tags: [],
    attached: [],
    inline: [],
  };
}

function formatTrust(principal: object, condition: object = {}): string {
  const statement = { Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole', ...condition };
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
}
