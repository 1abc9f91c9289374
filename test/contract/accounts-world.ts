import { IAM } from '@aws-sdk/client-iam';
import type { LocalAws, LocalAwsOptions } from '../../infra/local/aws/local-aws.ts';
import { startLocalAws } from '../../infra/local/aws/local-aws.ts';
import type { AwsAccounts, AwsAccountsOptions } from '../../shared/adapters/aws/aws-accounts.ts';
import { createAwsAccounts } from '../../shared/adapters/aws/aws-accounts.ts';
import { randomIds } from '../../shared/adapters/system/system-clock.ts';
import { joinRoleArn, providerArn, parseRoleArn, splitRoleArn } from '../../shared/domain/kernel/arn.ts';
import type { Account } from '../../shared/domain/configuration/configuration.ts';
import type { AccountId, ProviderArn, RoleArn } from '../../shared/domain/kernel/ids.ts';
import { parseAccountId } from '../../shared/domain/kernel/ids.ts';
import type { PolicyDocument } from '../../shared/domain/policy/policy-document.ts';
import type { NamedRole, ObservedRole } from '../../shared/domain/iam/role.ts';
import type { WriteStep } from '../../shared/domain/iam/iam-operation.ts';
import type { AccountReader, AccountWriterSource } from '../../shared/ports/accounts.ts';
import type { VirtualClock } from '../builders/virtual-clock.ts';
import { createVirtualClock } from '../builders/virtual-clock.ts';

type Accounts = AccountReader & AccountWriterSource;

export const MINUTE = 60_000;
/** Policies of AWS that every implementation knows. */
export const policies = {
  boundary: 'arn:aws:iam::aws:policy/PowerUserAccess',
  otherBoundary: 'arn:aws:iam::aws:policy/ReadOnlyAccess',
  first: 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess',
  second: 'arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess',
};

let given = 0;

export function freshAccountId(): AccountId {
  const id = parseAccountId(`22${String(++given).padStart(10, '0')}`);
  if (!id) throw new Error('An account id has twelve digits.');
  return id;
}

export function roleArn(account: Account, pathAndName: string): RoleArn {
  const parsed = parseRoleArn(`arn:${account.partition}:iam::${account.id}:role${pathAndName}`);
  if (!parsed) throw new Error(`${pathAndName} is not the path and name of a role.`);
  return parsed.arn;
}

const ISSUER = 'vstoken.dev.azure.com/11111111-2222-3333-4444-555555555555';

export function ourProvider(account: Account, issuer = ISSUER): ProviderArn {
  return providerArn(account.partition, account.id, issuer);
}

export function makeTrust(account: Account, ...subjects: readonly string[]): PolicyDocument {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: ourProvider(account) },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: { [`${ISSUER}:aud`]: 'api://AzureADTokenExchange', [`${ISSUER}:sub`]: [...subjects] },
        },
      },
    ],
  };
}

export function allowing(...actions: readonly string[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: [...actions], Resource: '*' }] };
}

export type CreateRole = Extract<WriteStep, { action: 'createRole' }>;

export function creation(account: Account, role: RoleArn, changes: Partial<CreateRole> = {}): CreateRole {
  return {
    action: 'createRole',
    role,
    trust: makeTrust(account, 'closed'),
    boundary: policies.boundary,
    maxSessionDuration: 7_200,
    description: 'Made by a test',
    tags: { 'azfed:connection': 'c1', team: 'shop' },
    ...changes,
  };
}

/** Writes the steps with a session for just them. */
export async function executeSteps(
  { accounts, account, clock }: Pick<World, 'accounts' | 'account' | 'clock'>,
  ...steps: readonly WriteStep[]
): Promise<void> {
  const writer = await accounts.open(account, steps, clock.now() + 10 * MINUTE);
  for (const step of steps) await writer.write(step);
}

/** Puts a role into a new instance profile, as somebody else would. */
export async function holdInProfile(iam: IAM, role: RoleArn, InstanceProfileName: string): Promise<void> {
  await iam.createInstanceProfile({ InstanceProfileName });
  await iam.addRoleToInstanceProfile({ InstanceProfileName, RoleName: splitRoleArn(role).name });
}

/** The roles of a look that has to be complete. */
export async function readRolesByPath(
  { accounts, account }: Pick<World, 'accounts' | 'account'>,
  ...paths: readonly string[]
): Promise<{ inScope: readonly ObservedRole[]; elsewhere: readonly NamedRole[] }> {
  const { roles } = await accounts.observe(account, { paths, providers: [] });
  if (roles.state === 'unknown') throw new Error(`${roles.code}: ${roles.message}`);
  return roles.value;
}

export interface World {
  readonly accounts: Accounts;
  readonly account: Account;
  readonly clock: VirtualClock;
  /** Somebody else in the account makes an instance profile that holds the role. */
  holdInProfile(role: RoleArn, profile: string): Promise<void>;
}

/** The embedded AWS, and the real adapter that talks to it. Both go by one clock, which the test owns. */
export interface LocalWorld {
  readonly aws: LocalAws;
  readonly accounts: AwsAccounts;
  readonly clock: VirtualClock;
  /** An account with a spoke role. */
  newAccount(): Account;
  /** As its administrator. */
  openIam(account: Pick<Account, 'id'>): IAM;
  /** Another adapter with its own sessions, and possibly its own clock. */
  connect(options: Partial<AwsAccountsOptions>): AwsAccounts;
  close(): Promise<void>;
}

export async function openLocalWorld(awsOptions: LocalAwsOptions = {}): Promise<LocalWorld> {
  const clock = createVirtualClock();
  const aws = await startLocalAws({ now: () => clock.now(), ...awsOptions });
  const opened: Pick<AwsAccounts, 'close'>[] = [];
  const connect = (more: Partial<AwsAccountsOptions>) => {
    const defaults = { clock, ids: randomIds, endpoint: aws.url, credentials: aws.hubCredentials };
    const accounts = createAwsAccounts({ ...defaults, ...more });
    opened.push(accounts);
    return accounts;
  };
  return {
    aws,
    clock,
    accounts: connect({}),
    connect,
    newAccount() {
      const id = freshAccountId();
      const externalId = 'azfed-test';
      const { partition } = aws.addAccount({ id, spoke: { externalId } });
      return { id, partition, assumeRole: joinRoleArn(partition, id, '/azfed-spoke'), externalId };
    },
    openIam({ id }) {
      const { credentials } = aws.addAccount({ id });
      const iam = new IAM({ endpoint: aws.url, region: 'us-east-1', credentials });
      opened.push({
        close: () => {
          iam.destroy();
        },
      });
      return iam;
    },
    async close() {
      for (const accounts of opened) accounts.close();
      await aws.close();
    },
  };
}
