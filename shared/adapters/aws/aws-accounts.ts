import type { STSClient } from '@aws-sdk/client-sts';
import type { Account } from '../../domain/configuration/configuration.ts';
import type { WriteStep } from '../../domain/iam/iam-operation.ts';
import type {
  AccountReader,
  AccountWriter,
  AccountWriterSource,
  LastAccessedSource,
  PolicyReader,
} from '../../ports/accounts.ts';
import type { Clock, IdSource } from '../../ports/clock.ts';
import type { RateStore } from '../../ports/rates.ts';
import type { ReadAccess } from './account-reader.ts';
import { createAccountReader, createPolicyReader, LARGEST_PAGE } from './account-reader.ts';
import type { Spoke } from './account-session.ts';
import { createSessionSource, computeSessionSeconds } from './account-session.ts';
import { createAccountWriter } from './account-writer.ts';
import type { ConnectionOptions, Credentials, IamRequests, RetryBudget } from './iam-client.ts';
import { createIamClient, createStsClient, createIamRequests } from './iam-client.ts';
import { createLastAccessedSource } from './last-accessed.ts';
import type { Limiter } from './limiter.ts';
import { createLimiter } from './limiter.ts';
import type { Duty } from './write-sessions.ts';
import { guardOwnCredentials, openWriteSessions } from './write-sessions.ts';

export interface AwsAccountsOptions extends ConnectionOptions {
  readonly clock: Clock;
  readonly ids: IdSource;
  /** Where the rates of accounts are remembered from one process to the next; left out: nowhere. */
  readonly rates?: RateStore;
  /** The embedded IAM has no limits to find out. */
  readonly isUnpaced?: boolean;
  /** Items asked for in one page of a bulk list; IAM may give fewer. */
  readonly pageSize?: number;
  /** Begins the name of every session, by which CloudTrail shows what azfed did. */
  readonly sessionPrefix?: string;
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
  const sessions = createSessionSource(clock, ids, options.sessionPrefix ?? 'azfed-');
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

  async function open(account: Account, steps: readonly WriteStep[], until: number): Promise<AccountWriter> {
    const spokes = findSpokes(account);
    const retryBudget = { clock, until };
    if (!spokes) {
      const own = createRequests(account, undefined, retryBudget);
      return createAccountWriter(guardOwnCredentials(own, steps, until, clock));
    }
    const assume = async (duty: Duty, policy: string) => {
      const seconds = computeSessionSeconds(until, clock.now());
      const request = { spoke: spokes[duty], policy, seconds };
      const { credentials } = await sessions.assume(getHubClient(account), request);
      return createRequests(account, credentials, retryBudget);
    };
    return createAccountWriter(await openWriteSessions(assume, steps, until));
  }

  return {
    ...createAccountReader(openForReading, options.pageSize ?? LARGEST_PAGE),
    ...createPolicyReader(openForReading),
    ...createLastAccessedSource(openForReading, clock),
    open,
    getCredentials,
    close() {
      for (const hub of hubs.values()) hub.destroy();
    },
  };
}

/** `undefined` for an account that is worked in with azfed's own credentials. */
export function findSpokes({
  assumeRole,
  readRole,
  retireRole,
  externalId,
}: Account): Readonly<Record<'look' | Duty, Spoke>> | undefined {
  if (assumeRole === undefined) return undefined;
  return {
    look: { role: readRole ?? assumeRole, externalId },
    write: { role: assumeRole, externalId },
    retire: { role: retireRole ?? assumeRole, externalId },
  };
}

function held<Value>(values: Map<string, Value>, key: string, make: () => Value): Value {
  const value = values.get(key) ?? make();
  values.set(key, value);
  return value;
}
