import * as z from 'zod';
import { hasListing } from './account-defaults.ts';
import type { FieldPath } from './field.ts';
import { isRecord, readFields } from '../domain/kernel/json.ts';

/**
 * A forgiving reading of the file: what is wrong in one field is `undefined`, so that it hides no other mistake.
 * Only for checks between fields; nothing is ever decided by it.
 */
const text = z.string().optional().catch(undefined);
/** An account id whose quotes (and so its leading zeros) were forgotten is still the one that is meant. */
const identifier = z
  .union([z.string(), z.number().transform((id) => String(id).padStart(12, '0'))])
  .optional()
  .catch(undefined);
const secret = z.object({ env: z.unknown(), secret: z.unknown() }).partial().optional().catch(undefined);
const flag = z.boolean().optional().catch(undefined);
const textList: z.ZodType<(string | undefined)[]> = z.array(text).catch([]);
/** One pattern, or a list of them. */
const texts = z.union([z.string(), textList]).default([]);
/** Of something that is no map all fields are left out. */
const map = <Shape extends z.core.$ZodLooseShape>(shape: Shape) => z.preprocess(readFields, z.object(shape));
const list = <Item extends z.ZodType>(item: Item) => z.array(item).catch([]);

const inlinePolicy = z
  .object({ file: z.unknown(), document: z.unknown() })
  .partial()
  .optional()
  .catch(undefined);
const credential = z
  .object({ type: text, env: z.unknown(), secret: z.unknown(), authority: text, tenantId: text })
  .partial()
  .optional()
  .catch(undefined);
const given = z.unknown().optional();

const organization = map({
  ...{ name: text, id: text, url: text, credential, issuer: text, auditLog: flag, trustedAutomation: given },
  entra: z.object({ tenantId: text, issuer: text }).optional().catch({}),
});
const rolesOfAccount = { assumeRole: text, readRole: text, retireRole: text };
const account = map({ id: identifier, name: text, partition: text, ...rolesOfAccount, externalId: text });
const webhook = map({
  ...{ name: text, format: text, url: given, bus: text, topic: text, secret },
  events: textList,
});
const denyWindow = map({ name: text, from: text, until: given, days: given, to: given, timeZone: given });

const grantFields = map({
  ...{ name: text, mode: text, issuer: text, permissions: text, boundary: text, retire: text },
  ...{ revokeSessions: flag, quarantine: flag, shareRole: flag },
  connections: map({ organization: texts, project: texts, name: texts }),
  accounts: list(identifier),
  role: map({ path: text, name: texts }),
  roles: list(map({ organization: text, project: text, connection: text, role: text, type: text })),
  managedPolicies: textList,
  inlinePolicies: z.record(z.string(), inlinePolicy).catch({}),
  tags: z.record(z.string(), z.unknown()).catch({}),
  trust: map({ statements: given, conditions: given, expectDeny: given }),
});

/** `given`: the keys that are written there, whatever they hold; none of something that is no map. */
const grant = z.unknown().transform((value) => ({
  ...grantFields.parse(value),
  isEverywhere: isRecord(value) && value['accounts'] === 'all',
  given: isRecord(value) ? Object.keys(value) : undefined,
}));

const principals = textList.default([]);

const outline = map({
  people: map({ readers: principals, operators: principals, approvers: principals, retirers: principals }),
  accountDefaults: map({ partition: text, ...rolesOfAccount }),
  organizations: list(organization),
  accounts: list(account),
  grants: list(grant),
  denyWindows: list(denyWindow),
  webhooks: list(webhook),
  hooks: map({ url: text }),
  report: map({ url: text }),
});

export type ConfigurationOutline = z.infer<typeof outline> & {
  /** AWS Organizations lists accounts beside those that the file names. */
  readonly hasListing: boolean;
};
export type GrantOutline = ConfigurationOutline['grants'][number];
export type InlinePolicyOutline = z.infer<typeof inlinePolicy>;

/** Each pattern that is written, with its place. */
export function listPatterns(
  written: GrantOutline['connections']['name'],
  path: FieldPath,
): readonly { readonly pattern: string; readonly path: FieldPath }[] {
  if (typeof written === 'string') return [{ pattern: written, path }];
  return written.flatMap((pattern, index) =>
    pattern === undefined ? [] : [{ pattern, path: [...path, index] }],
  );
}

/** In the place of accounts that the file does not name. */
const OTHERS = 'other accounts';

export function readOutline(value: unknown): ConfigurationOutline {
  const read = outline.parse(value);
  const lists = isRecord(value) && hasListing(value['accounts']);
  const every = [...read.accounts.map(({ id }) => id), ...(lists ? [OTHERS] : [])];
  const grants = read.grants.map((one) => (one.isEverywhere ? { ...one, accounts: every } : one));
  return { ...read, grants, hasListing: lists };
}

/** Partition of an account; of one that the file does not name, that of those that AWS Organizations lists. */
export function findPartition(
  { accounts, accountDefaults: defaults }: ConfigurationOutline,
  account: string,
): string {
  const named = accounts.find(({ id }) => id === account);
  return (named ? named.partition : defaults.partition) ?? 'aws';
}
