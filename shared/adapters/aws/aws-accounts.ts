import type { STSClient } from '@aws-sdk/client-sts';
import type { Account } from '../../domain/configuration/configuration.ts';
import { PermissionError } from '../../domain/kernel/errors.ts';
import type { AccountId } from '../../domain/kernel/ids.ts';
import type { AccountObservation } from '../../domain/iam/role.ts';
import type { WriteStep } from '../../domain/iam/iam-operation.ts';
import type {
  AccountReader,
  AccountWriter,
  AccountWriterSource,
  LastAccessedSource,
  ObservationScope,
  PolicyReader,
  RoleReread,
} from '../../ports/accounts.ts';
import type { Clock, IdSource } from '../../ports/clock.ts';
import type { RateStore } from '../../ports/rates.ts';
import { createAccountReader, createPolicyReader, LARGEST_PAGE, type ReadAccess } from './account-reader.ts';
import { createSessionSource, computeSessionSeconds, type Spoke } from './account-session.ts';
import { createAccountWriter } from './account-writer.ts';
import type { ConnectionOptions, Credentials, IamRequests, RetryBudget } from './iam-client.ts';
import { createIamClient, createStsClient, createIamRequests } from './iam-client.ts';
import { createLastAccessedSource } from './last-accessed.ts';
import { createLimiter, type Limiter } from './limiter.ts';
import { readRolesTogether } from './role-reads.ts';
import { guardOwnCredentials, openWriteSessions, type WritingDuty } from './write-sessions.ts';

export interface AwsAccountsOptions extends ConnectionOptions {
  readonly clock: Clock;
  readonly ids: IdSource;
  /** Where the rates of accounts are remembered from one process to the next; left out: nowhere. */
  readonly rates?: RateStore;
  /** The embedded IAM has no limits to find out. */
  readonly isUnpaced?: boolean;
  /** Items asked for in one page of a bulk list; IAM may give fewer. */
  readonly pageSize?: number;
}

export interface AwsAccounts extends AccountReader, AccountWriterSource, PolicyReader, LastAccessedSource {
  /** Of the session that looks are made with, for what else is to be read there; `undefined`: azfed's own. */
  getCredentials(account: Account): Promise<Credentials | undefined>;
  /** Closes the connections. */
  close(): void;
}

/**
 * IAM in many accounts. Where an account has a role to assume, a look gets a session that can only read, and a writer
 * one session or several that can do just their steps until their end; what is beyond is refused by AWS itself. Roles to
 * look with and to delete with are used for that alone.
 * Where it has none, azfed's own credentials are used, which no session policy can narrow: there the writer itself
 * refuses what is not in its steps or comes too late, by the clock of this machine.
 */
export function createAwsAccounts(options: AwsAccountsOptions): AwsAccounts {
  const { clock, ids, endpoint } = options;
  const sessions = createSessionSource(clock, ids, 'azfed-');
  const hubs = new Map<string, STSClient>();
  const limiters = new Map<string, Limiter>();
  const getHubClient = ({ partition }: Account) =>
    held(hubs, partition, () => createStsClient(partition, options));
  const getLimiter = ({ id }: Account) => held(limiters, id, () => createLimiter(id, options));

  function createRequests(
    account: Account,
    credentials: Credentials | undefined,
    retryBudget: RetryBudget,
    onRequest?: () => void,
  ): IamRequests {
    const client = createIamClient(
      getHubClient(account),
      account.partition,
      credentials,
      endpoint,
      onRequest,
    );
    return createIamRequests(client, getLimiter(account), retryBudget);
  }

  async function getCredentials(account: Account): Promise<Credentials | undefined> {
    const spoke = findSpokes(account)?.look;
    const session = spoke && (await sessions.assumeForReading(getHubClient(account), account, spoke));
    return session?.credentials;
  }

  const openForReading: ReadAccess = async (account, onRequest, until = Infinity) =>
    createRequests(account, await getCredentials(account), { clock, until }, onRequest);

  const reader = createSizedReader(openForReading, options.pageSize ?? LARGEST_PAGE);

  async function open(account: Account, steps: readonly WriteStep[], until: number): Promise<AccountWriter> {
    const spokes = findSpokes(account);
    const retryBudget = { clock, until };
    if (!spokes) {
      const own = createRequests(account, undefined, retryBudget);
      return createAccountWriter(guardOwnCredentials(own, steps, until, clock), reader.readTogether(account));
    }
    const assume = async (duty: WritingDuty, policy: string) => {
      const seconds = computeSessionSeconds(until, clock.now());
      const request = { spoke: spokes[duty], policy, seconds };
      const session = sessions.assume(getHubClient(account), request);
      const isForRetirers = duty === 'retire' && account.retireRole !== undefined;
      const { credentials } = await (isForRetirers ? session.catch(explainRefusal) : session);
      return createRequests(account, credentials, retryBudget);
    };
    return createAccountWriter(await openWriteSessions(assume, steps, until), reader.readTogether(account));
  }

  return {
    observe: reader.observe,
    ...createPolicyReader(openForReading),
    ...createLastAccessedSource(openForReading, clock),
    open,
    getCredentials,
    close() {
      for (const hub of hubs.values()) hub.destroy();
    },
  };
}

/** Reads accounts in bulk, and knows how many roles each had when it was read last. */
function createSizedReader(openSession: ReadAccess, pageSize: number) {
  const sizes = new Map<AccountId, number>();
  const reader = createAccountReader(openSession, pageSize);
  return {
    observe: async (account: Account, scope: ObservationScope): Promise<AccountObservation> => {
      const observation = await reader.observe(account, scope);
      const { quotas } = observation;
      if (quotas.state === 'complete') sizes.set(account.id, quotas.value.rolesUsed);
      return observation;
    },
    /** As a look reads them: the sessions of a writer can read single roles alone. */
    readTogether: (account: Account) => async (requests: readonly RoleReread[]) => {
      const iam = await openSession(account, () => undefined);
      const size = { roles: sizes.get(account.id) ?? Infinity, pageSize };
      const read = await readRolesTogether(iam, requests, size);
      if (read) sizes.set(account.id, read.roles);
      return read && new Map(read.found.map((role) => [role.arn, role]));
    },
  };
}

/** `undefined` for an account that is worked in with azfed's own credentials. */
export function findSpokes(account: Account): Readonly<Record<'look' | WritingDuty, Spoke>> | undefined {
  const { assumeRole, readRole, retireRole, externalId } = account;
  if (assumeRole === undefined) return undefined;
  return {
    look: { role: readRole ?? assumeRole, externalId },
    write: { role: assumeRole, externalId },
    retire: { role: retireRole ?? assumeRole, externalId },
  };
}

/** AWS names the role that was refused, and not whom it is for. */
function explainRefusal(error: unknown): never {
  if (!(error instanceof PermissionError)) throw error;
  const said = error.message.replace(/\.$/, '');
  throw new PermissionError(
    error.action,
    `${said}. The role that deletes is for retirers: let one of them apply this, or list yourself in people.retirers, and deploy the stack and the StackSet.`,
    { cause: error },
  );
}

function held<Value>(values: Map<string, Value>, key: string, make: () => Value): Value {
  const value = values.get(key) ?? make();
  values.set(key, value);
  return value;
}
