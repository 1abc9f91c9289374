import * as z from 'zod';
import { parseAccountId } from '../domain/kernel/ids.ts';
import { partitions } from '../domain/kernel/arn.ts';
import { isRecord } from '../domain/kernel/json.ts';
import { parsePairedRole } from './coverage-schema.ts';
import { WHOLE_ORGANIZATION, type AccountListing } from '../domain/configuration/account-listing.ts';
import { ruled } from './field.ts';
import { account, accountIdText, externalId } from './organization-schema.ts';

const roleName = ruled((text) =>
  !text.includes(':') && parsePairedRole(text)
    ? undefined
    : 'is not the name of a role, with or without its path',
).exactOptional();

export const accountDefaults = z
  .strictObject({
    partition: z
      .enum(partitions)
      .exactOptional()
      .describe('Partition of accounts that name none: aws (the default), aws-us-gov, aws-cn or aws-eusc.'),
    assumeRole: roleName.describe(
      'Role that azfed assumes in each account: azfed-spoke, or team/azfed-spoke.',
    ),
    readRole: roleName.describe('Role that azfed assumes only to look, likewise.'),
    retireRole: roleName.describe('Role that azfed assumes to delete a role, likewise.'),
    externalId: externalId.describe('External id for the roles of each account.'),
  })
  .meta({
    title: 'Account defaults',
    description:
      'What an account has that does not say otherwise, so that one line names it: { id: "111122223333", name: payments-prod }.',
  });

const unitId = z
  .string()
  .regex(
    /^(?:ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}|r-[0-9a-z]{4,32})$/,
    'is not the id of an organizational unit or of a root',
  );

const units = z
  .strictObject({
    organizationalUnits: z
      .array(unitId)
      .min(1)
      .describe(
        'Ids of organizational units (ou-abcd-12345678) or of the root (r-abcd): every active account in them and in all units below.',
      ),
    except: z
      .array(accountIdText)
      .default([])
      .describe(
        'Ids of accounts that azfed leaves alone, such as that of the management account, to which StackSets deploy nothing.',
      ),
  })
  .meta({
    title: 'Organizational units',
    description:
      'Accounts that AWS Organizations lists: { organizationalUnits: [ou-abcd-12345678], except: ["111122223333"] }. An account that has an entry of its own keeps to that.',
  });

const organization = z.literal(WHOLE_ORGANIZATION);

/** Single accounts, and those that AWS Organizations lists. */
export const accounts = z.union([organization, z.array(z.union([account, units, organization]))]);

type Accounts = z.infer<typeof accounts>;

const listEntries = (given: Accounts) => (given === WHOLE_ORGANIZATION ? [given] : given);

/** Those that the file names one by one. */
export const selectSingles = (given: Accounts): readonly z.infer<typeof account>[] =>
  listEntries(given).filter((entry) => entry !== WHOLE_ORGANIZATION && 'id' in entry);

/** What the file says of accounts that AWS Organizations lists; `undefined`: it names all of its accounts. */
export function toListing(
  given: Accounts,
  { partition = 'aws', externalId: id, ...names }: z.infer<typeof accountDefaults> = {},
): AccountListing | undefined {
  const entries = listEntries(given).flatMap((entry) => {
    if (entry === WHOLE_ORGANIZATION) return [{ units: [entry], except: [] }];
    return 'id' in entry ? [] : [{ units: entry.organizationalUnits, except: entry.except }];
  });
  if (entries.length === 0) return undefined;
  const placed = roles.flatMap((key) => {
    const role = parsePairedRole(names[key] ?? '');
    return role ? [[key, `${role.path}${role.name}`] as const] : [];
  });
  return {
    entries,
    partition,
    ...Object.fromEntries(placed),
    ...(id === undefined ? {} : { externalId: id }),
  };
}

/** Whether a file as it is written, right or not, has accounts that it does not name. */
export const hasListing = (given: unknown): boolean =>
  given === WHOLE_ORGANIZATION ||
  (Array.isArray(given) &&
    given.some(
      (entry: unknown) =>
        entry === WHOLE_ORGANIZATION || (isRecord(entry) && entry['organizationalUnits'] !== undefined),
    ));

const roles = ['assumeRole', 'readRole', 'retireRole'] as const;

/** The file with what each account gets from the defaults written into it. What is wrong in a default is left to the schema. */
export function expandAccounts(file: unknown): unknown {
  if (!isRecord(file)) return file;
  const { accountDefaults: given, accounts } = file;
  const defaults = accountDefaults.safeParse(given);
  if (given === undefined || !defaults.success || !Array.isArray(accounts)) return file;
  return { ...file, accounts: accounts.map((account: unknown) => expandAccount(account, defaults.data)) };
}

function expandAccount(account: unknown, defaults: z.infer<typeof accountDefaults>): unknown {
  const id = isRecord(account) ? parseAccountId(String(account['id'])) : undefined;
  if (!isRecord(account) || id === undefined) return account;
  const own = account['partition'];
  const partition = typeof own === 'string' ? own : (defaults.partition ?? 'aws');
  const named = roles.flatMap((key) => {
    const role = parsePairedRole(defaults[key] ?? '');
    return role ? [[key, `arn:${partition}:iam::${id}:role${role.path}${role.name}`] as const] : [];
  });
  return {
    ...(defaults.partition === undefined ? {} : { partition: defaults.partition }),
    ...Object.fromEntries(named),
    ...(defaults.externalId === undefined || named.length === 0 ? {} : { externalId: defaults.externalId }),
    ...account,
  };
}

/** The same for whoever knows no defaults: functions, of this release and the one before. Accounts that are not named need them. */
export function resolveAccountDefaults(file: object): object {
  const { accountDefaults: defaults, ...rest } = expandAccounts(file) as Readonly<Record<string, unknown>>;
  return defaults !== undefined && hasListing(rest['accounts'])
    ? { ...rest, accountDefaults: defaults }
    : rest;
}
