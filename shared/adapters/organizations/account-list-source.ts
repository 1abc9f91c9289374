import * as z from 'zod';
import type { AccountListing, SeenAccount } from '../../domain/configuration/account-listing.ts';
import { WHOLE_ORGANIZATION } from '../../domain/configuration/account-listing.ts';
import { listUnits } from '../../domain/configuration/account-list.ts';
import { getEndpointDomain, type Partition } from '../../domain/kernel/arn.ts';
import { classifyCommonFailure } from '../../domain/kernel/aws-common-errors.ts';
import { PermissionError, TransientError, UpstreamError } from '../../domain/kernel/errors.ts';
import { parseAccountId, type AccountId } from '../../domain/kernel/ids.ts';
import { parseJson } from '../../domain/kernel/json.ts';
import { complete, unreadBecause } from '../../domain/kernel/result.ts';
import type { AccountListSource } from '../../ports/account-lists.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SigningClient } from '../signed-requests/signed-request.ts';
import {
  makeJsonRequest,
  readServiceError,
  retryTransient,
  sendSigned,
} from '../signed-requests/signed-request.ts';

export interface AccountListOptions {
  readonly client: SigningClient;
  readonly clock: Clock;
  /** Instead of that of AWS Organizations. */
  readonly endpoint?: string | undefined;
}

/** AWS Organizations has one endpoint in each partition (endpoint rules of its service model). */
const regions: Readonly<Record<Partition, string>> = {
  aws: 'us-east-1',
  'aws-us-gov': 'us-gov-west-1',
  'aws-cn': 'cn-northwest-1',
  'aws-eusc': 'eusc-de-east-1',
};

/** A page holds 20 accounts, and an account may ask a few times a second (Organizations User Guide, quotas). */
const ATTEMPTS = 6;

type Operation = 'ListAccounts' | 'ListAccountsForParent' | 'ListOrganizationalUnitsForParent';

interface Asked extends AccountListOptions {
  readonly partition: Partition;
  requests: number;
}

export function createAccountListSource(options: AccountListOptions): AccountListSource {
  return {
    async list(listing) {
      const asked: Asked = { ...options, partition: listing.partition, requests: 0 };
      try {
        return { accounts: complete(await listAll(asked, listing)), requests: asked.requests };
      } catch (error) {
        return { accounts: unreadBecause(error), requests: asked.requests };
      }
    },
  };
}

/** Each account once, with the units that it lies in. An organization has an account at least: its management account. */
async function listAll(asked: Asked, listing: AccountListing): Promise<readonly SeenAccount[]> {
  const found = new Map<AccountId, SeenAccount>();
  for (const unit of listUnits(listing))
    for (const account of await listUnit(asked, unit))
      found.set(account.id, {
        ...account,
        units: [...new Set([...(found.get(account.id)?.units ?? []), unit])],
      });
  if (found.size > 0) return [...found.values()];
  throw new UpstreamError('organizations.empty-list', 'AWS Organizations listed no account at all.');
}

const account = z.object({
  Id: z.string(),
  Name: z.string().nullish(),
  // `Status` is what `State` was called until 2026-09 (Organizations API Reference, Account).
  State: z.string().nullish(),
  Status: z.string().nullish(),
});
const accountPage = z.object({ Accounts: z.array(account), NextToken: z.string().nullish() });
const unitPage = z.object({
  OrganizationalUnits: z.array(z.object({ Id: z.string() })),
  NextToken: z.string().nullish(),
});

type Listed = Omit<SeenAccount, 'units'>;

async function listUnit(asked: Asked, unit: string): Promise<readonly Listed[]> {
  if (unit === WHOLE_ORGANIZATION) {
    const pages = await readPages(asked, 'ListAccounts', {}, accountPage);
    return pages.flatMap(({ Accounts }) => Accounts.map(toAccount));
  }
  const listed: Listed[] = [];
  const parents = [unit];
  for (const parent of parents) {
    const input = { ParentId: parent };
    for (const { Accounts } of await readPages(asked, 'ListAccountsForParent', input, accountPage))
      listed.push(...Accounts.map(toAccount));
    for (const page of await readPages(asked, 'ListOrganizationalUnitsForParent', input, unitPage))
      parents.push(...page.OrganizationalUnits.map(({ Id }) => Id).filter((id) => !parents.includes(id)));
  }
  return listed;
}

/** A text that is no state (AccountState, Organizations service model) is one all the same: nothing is active but ACTIVE. */
function toAccount({ Id, Name, State, Status }: z.output<typeof account>): Listed {
  const [id, state] = [parseAccountId(Id), State ?? Status];
  if (id === undefined || state === undefined || state === null)
    throw new UpstreamError(
      'organizations.unreadable',
      'AWS Organizations listed an account without its id or its state.',
    );
  return { id, name: Name ?? '', state: state.replace(/[^A-Z_]/g, '?').slice(0, 40) };
}

/** Every page, or an error. A page may be empty and not the last one (Organizations API Reference, ListAccounts). */
async function readPages<Page extends { readonly NextToken?: string | null | undefined }>(
  asked: Asked,
  operation: Operation,
  input: object,
  schema: z.ZodType<Page>,
): Promise<readonly Page[]> {
  const pages: Page[] = [];
  const tokens = new Set<string>();
  for (let token: string | undefined; ;) {
    const given = { ...input, ...(token === undefined ? {} : { NextToken: token }) };
    const text = await retryTransient(asked.clock, () => ask(asked, operation, given), ATTEMPTS);
    const { data: page } = schema.safeParse(parseJson(text));
    if (!page)
      throw new UpstreamError('organizations.unreadable', `${operation} gave no answer that can be read.`);
    pages.push(page);
    token = page.NextToken ?? undefined;
    if (token === undefined) return pages;
    if (tokens.has(token))
      throw new UpstreamError('organizations.endless-pages', `The pages of ${operation} come round again.`);
    tokens.add(token);
  }
}

async function ask(asked: Asked, operation: Operation, input: object): Promise<string> {
  asked.requests += 1;
  const region = regions[asked.partition];
  const { status, text, cause } = await sendSigned(asked.client, {
    service: 'organizations',
    region,
    url: new URL('/', asked.endpoint ?? `https://organizations.${region}.${getEndpointDomain(region)}`),
    ...makeJsonRequest(`AWSOrganizationsV20161128.${operation}`, input),
  });
  if (status === 200) return text;
  if (status === 0)
    throw new TransientError('organizations.unreachable', `AWS Organizations cannot be reached: ${text}.`, {
      cause,
    });
  throw makeRefusal(operation, status, text);
}

function makeRefusal(operation: Operation, status: number, body: string): Error {
  const { code, message } = readServiceError(body);
  const text = `organizations:${operation}: ${code} (HTTP ${status}). ${message}`.trim();
  const kind = classifyCommonFailure(code, message);
  if (kind === 'refused') return new PermissionError(`organizations:${operation}`, text);
  const isPassing = kind !== undefined || code === 'ServiceException' || status >= 500 || status === 429;
  return isPassing
    ? new TransientError('organizations.unavailable', text)
    : new UpstreamError('organizations.refused', text);
}
