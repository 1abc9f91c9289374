import * as z from 'zod';
import { parseAccountId } from '../domain/kernel/ids.ts';
import { partitions } from '../domain/kernel/arn.ts';
import { isRecord } from '../domain/kernel/json.ts';
import { parsePairedRole } from './coverage-schema.ts';
import { ruled } from './field.ts';
import { externalId } from './organization-schema.ts';

const roleName = ruled((text) =>
  !text.includes(':') && parsePairedRole(text)
    ? undefined
    : 'is not the name of a role, with or without its path',
).optional();

export const accountDefaults = z
  .strictObject({
    partition: z
      .enum(partitions)
      .optional()
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

/** The same for whoever knows no defaults: functions, of this release and the one before. */
export function resolveAccountDefaults(file: object): object {
  const { accountDefaults: _, ...rest } = expandAccounts(file) as Readonly<Record<string, unknown>>;
  return rest;
}
