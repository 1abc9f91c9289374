import * as z from 'zod';
import { hasListing } from './account-defaults.ts';
import type { FieldPath } from './field.ts';
import { isRecord } from '../domain/kernel/json.ts';

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
const pattern = z
  .object({ organization: texts, project: texts, name: texts })
  .catch({ organization: [], project: [], name: [] });
const role = z.object({ path: text, name: texts }).catch({ name: [] });
const pair = z
  .object({ organization: text, project: text, connection: text, role: text, type: text })
  .catch({});
const trust = z
  .object({ statements: z.unknown(), conditions: z.unknown(), expectDeny: z.unknown() })
  .partial()
  .catch({});

const credential = z
  .object({ type: text, env: z.unknown(), secret: z.unknown(), authority: text, tenantId: text })
  .partial()
  .optional()
  .catch(undefined);
const entra = z.object({ tenantId: text, issuer: text }).optional().catch({});
const organization = z
  .object({
    ...{ name: text, id: text, url: text, credential, issuer: text, entra },
    ...{ auditLog: flag, trustedAutomation: z.unknown().optional() },
  })
  .partial()
  .catch({});
const account = z
  .object({
    id: identifier,
    name: text,
    partition: text,
    assumeRole: text,
    readRole: text,
    retireRole: text,
    externalId: text,
  })
  .catch({});
const inlinePolicy = z
  .object({ file: z.unknown(), document: z.unknown() })
  .partial()
  .optional()
  .catch(undefined);
const webhook = z
  .object({
    name: text,
    format: text,
    url: z.unknown().optional(),
    bus: text,
    topic: text,
    secret,
    events: z.array(text).catch([]),
  })
  .catch({ events: [] });

const denyWindow = z
  .object({
    name: text,
    from: text,
    until: z.unknown(),
    days: z.unknown(),
    to: z.unknown(),
    timeZone: z.unknown(),
  })
  .partial()
  .catch({});

const grantFields = z
  .object({
    name: text,
    mode: text,
    connections: pattern,
    accounts: z.array(identifier).catch([]),
    role,
    roles: z.array(pair).catch([]),
    issuer: text,
    permissions: text,
    boundary: text,
    managedPolicies: z.array(text).catch([]),
    inlinePolicies: z.record(z.string(), inlinePolicy).catch({}),
    tags: z.record(z.string(), z.unknown()).catch({}),
    retire: text,
    revokeSessions: flag,
    quarantine: flag,
    shareRole: flag,
    trust,
  })
  .catch({
    connections: { organization: [], project: [], name: [] },
    accounts: [],
    role: { name: [] },
    roles: [],
    managedPolicies: [],
    inlinePolicies: {},
    tags: {},
    trust: {},
  });

/** `given`: the keys that are written there, whatever they hold; none of something that is no map. */
const grant = z.unknown().transform((value) => ({
  ...grantFields.parse(value),
  isEverywhere: isRecord(value) && value['accounts'] === 'all',
  given:
    typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : undefined,
}));

const principals = textList.default([]);
const people = z
  .object({ readers: principals, operators: principals, approvers: principals, retirers: principals })
  .catch({ readers: [], operators: [], approvers: [], retirers: [] });

const accountDefaults = z
  .object({ partition: text, assumeRole: text, readRole: text, retireRole: text })
  .catch({});

const outline = z
  .object({
    people,
    accountDefaults,
    organizations: z.array(organization).catch([]),
    accounts: z.array(account).catch([]),
    grants: z.array(grant).catch([]),
    denyWindows: z.array(denyWindow).catch([]),
    webhooks: z.array(webhook).catch([]),
    hooks: z.object({ url: text }).catch({}),
    report: z.object({ url: text }).catch({}),
  })
  .catch({
    people: { readers: [], operators: [], approvers: [], retirers: [] },
    accountDefaults: {},
    organizations: [],
    accounts: [],
    grants: [],
    denyWindows: [],
    webhooks: [],
    hooks: {},
    report: {},
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
