import { parseRoleArn } from '../domain/kernel/arn.ts';
import { eventCatalogue } from '../domain/records/event-catalogue.ts';
import { matchesPattern } from '../domain/kernel/glob.ts';
import { checkSharedPairs } from './pair-checks.ts';
import { checkSource, type Complaint, type FieldPath, refuseValue } from './field.ts';
import { checkGrant, listGrantAccounts } from './grant-checks.ts';
import { listPatterns, type ConfigurationOutline, type GrantOutline } from './outline.ts';
import { isUrlOfOrganization, problemOfOrganizationUrl } from './url-rules.ts';
import { isMoment, isWallTime } from './grant-schema.ts';
import { isLoopbackUrl } from '../domain/kernel/loopback.ts';
import {
  coversRoles,
  findPrincipalProblem,
  listPersonKinds,
  toPrincipalPattern,
} from '../domain/configuration/people.ts';
import { parsePairedRole } from './coverage-schema.ts';

/** How fields must fit together. Each check passes over what the schema has already complained about. */
export function checkTogether(outline: ConfigurationOutline): readonly Complaint[] {
  const { organizations, accounts, grants, denyWindows, webhooks, hooks } = outline;
  return [
    ...repeated('organizations', 'name', organizations),
    ...repeated('organizations', 'id', organizations),
    ...repeated('accounts', 'id', accounts),
    ...repeated('accounts', 'name', accounts),
    ...repeated('grants', 'name', grants),
    ...repeated('denyWindows', 'name', denyWindows),
    ...repeated('webhooks', 'name', webhooks),
    ...organizations.flatMap(checkOrganization),
    ...organizations.flatMap(checkAutomation),
    ...organizations.flatMap((organization, index) => checkIssuer(organization, index, grants)),
    ...accounts.flatMap(checkAccount),
    ...checkListing(outline),
    ...grants.flatMap((grant, index) => checkGrant(grant, ['grants', index], outline)),
    ...checkSharedPairs(outline),
    ...denyWindows.flatMap(checkWindow),
    ...webhooks.flatMap(checkWebhook),
    ...checkHooks(hooks, organizations),
    ...checkPeople(outline),
  ];
}

/** One complaint for each value that an earlier item of the list has, too, in whatever case. */
function repeated<Key extends string>(
  list: string,
  key: Key,
  items: readonly Partial<Readonly<Record<Key, string | undefined>>>[],
): readonly Complaint[] {
  const values = items.map((item) => item[key]?.toLowerCase());
  return values.flatMap((value, index): readonly Complaint[] => {
    const first = values.indexOf(value);
    if (value === undefined || first === index) return [];
    const what = `\`${key}\` is the same as in ${list}[${first}].`;
    return refuseValue([list, index, key], what, 'Give each its own.');
  });
}

/** Tokens of Entra are of a tenant: which one has to be said. */
function checkIssuer(
  { name = '', issuer, entra }: ConfigurationOutline['organizations'][number],
  index: number,
  grants: ConfigurationOutline['grants'],
): readonly Complaint[] {
  const needing = grants.filter(
    ({ connections, roles, issuer: chosen }) =>
      isOfEntra(chosen) &&
      (listPatterns(connections.organization, []).some(({ pattern }) => matchesPattern(pattern, name)) ||
        roles.some(({ organization }) => organization === undefined || organization === name)),
  );
  if (entra !== undefined || (!isOfEntra(issuer) && needing.length === 0)) return [];
  const who = isOfEntra(issuer)
    ? `\`issuer: ${issuer ?? ''}\``
    : `The issuer of grant ${needing[0]?.name ?? ''}`;
  return refuseValue(
    ['organizations', index, ...(isOfEntra(issuer) ? ['issuer'] : [])],
    `${who} asks for tokens of Entra, and \`entra\` is missing.`,
    'Write entra: { tenantId: <GUID of the tenant> }.',
  );
}

/** Nothing but the audit log says who replaced a connection. */
function checkAutomation(
  { trustedAutomation, auditLog }: ConfigurationOutline['organizations'][number],
  index: number,
): readonly Complaint[] {
  if (trustedAutomation === undefined || auditLog === true) return [];
  return refuseValue(
    ['organizations', index, 'trustedAutomation'],
    '`trustedAutomation` needs the audit log, which says who replaced a connection.',
    'Add `auditLog: true`, or remove `trustedAutomation`.',
  );
}

const isOfEntra = (choice: string | undefined): boolean => choice === 'entra' || choice === 'both';

function checkOrganization(
  { name, url, credential }: ConfigurationOutline['organizations'][number],
  index: number,
): readonly Complaint[] {
  const path = ['organizations', index];
  // Another type has its own keys; that it is not supported has been said.
  const isSupported = credential?.type === undefined || credential.type === 'pat';
  const complaints =
    credential && isSupported ? checkSource(credential, [...path, 'credential'], ['env', 'secret']) : [];
  if (name === undefined || url === undefined || problemOfOrganizationUrl(url) !== undefined)
    return complaints;
  if (isUrlOfOrganization(url, name)) return complaints;
  return [
    ...complaints,
    {
      path: [...path, 'url'],
      at: 'value',
      what: `\`url\` is not the address of the organization ${name}.`,
      fix: `Write https://dev.azure.com/${name}, or leave it out.`,
    },
  ];
}

/** What says more about the role that is assumed. */
const besideAssumeRole = ['readRole', 'retireRole', 'externalId'] as const;
const rolesOfAccount = ['assumeRole', 'readRole', 'retireRole'] as const;

function checkAccount(
  account: ConfigurationOutline['accounts'][number],
  index: number,
): readonly Complaint[] {
  const { id, partition = 'aws', assumeRole } = account;
  const path = ['accounts', index];
  const alone = besideAssumeRole.filter((key) => assumeRole === undefined && account[key] !== undefined);
  const strange = rolesOfAccount.filter((key) => {
    const role = parseRoleArn(account[key] ?? '');
    return role && id !== undefined && (role.account !== id || role.partition !== partition);
  });
  return [
    ...alone.map((key): Complaint => {
      const what = `\`${key}\` has no use without \`assumeRole\`.`;
      return { path: [...path, key], at: 'key', what, fix: 'Add that role, or take this out.' };
    }),
    ...strange.map((key): Complaint => {
      const what = `\`${key}\` is not a role of account ${id ?? ''} in partition ${partition}.`;
      const fix = `Its ARN begins with arn:${partition}:iam::${id ?? ''}:role/.`;
      return { path: [...path, key], at: 'value', what, fix };
    }),
  ];
}

/** azfed's own credentials are of the hub: in the accounts of an organization it works through a role. */
function checkListing({ hasListing, accountDefaults }: ConfigurationOutline): readonly Complaint[] {
  if (!hasListing || accountDefaults.assumeRole !== undefined) return [];
  return refuseValue(
    ['accounts'],
    'Accounts that AWS Organizations lists need `accountDefaults.assumeRole`, which is missing.',
    'Write accountDefaults: { assumeRole: azfed-spoke, readRole: azfed-spoke-read }.',
  );
}

function checkWebhook(webhook: WebhookOutline, index: number): readonly Complaint[] {
  const { secret, events } = webhook;
  const types = Object.keys(eventCatalogue);
  const path = ['webhooks', index];
  const idle = events.flatMap((pattern, position): readonly Complaint[] => {
    if (pattern === undefined || pattern === '' || types.some((type) => matchesPattern(pattern, type)))
      return [];
    const what = `${pattern} matches no event.`;
    const fix = `Events are ${types.join(', ')}.`;
    return refuseValue([...path, 'events', position], what, fix);
  });
  return [
    ...checkAddress(webhook, path),
    ...(secret ? checkSource(secret, [...path, 'secret'], ['env', 'secret']) : []),
    ...idle,
  ];
}

type WebhookOutline = ConfigurationOutline['webhooks'][number];

/** Where each format sends to; a webhook has the fields of its format and no others. */
const addresses: Readonly<Record<string, readonly ('url' | 'secret' | 'bus' | 'topic')[]>> = {
  cloudevents: ['url', 'secret'],
  slack: ['secret'],
  teams: ['secret'],
  eventbridge: ['bus'],
  sns: ['topic'],
};

const reasons = {
  url: 'its address is a secret',
  secret: 'the credentials of azfed itself may send there',
  bus: 'only `eventbridge` has one',
  topic: 'only `sns` has one',
} as const;

const needs = {
  url: 'Give the address that events are sent to, or another `format`.',
  secret:
    'Name where the signing secret, or the address of the chat, lies: { env: NAME } or { secret: <ARN> }.',
  bus: 'Give the ARN of the event bus: arn:aws:events:<region>:<account>:event-bus/<name>.',
  topic: 'Give the ARN of the topic: arn:aws:sns:<region>:<account>:<name>.',
} as const;

function checkAddress(webhook: WebhookOutline, path: FieldPath): readonly Complaint[] {
  const { format = 'cloudevents' } = webhook;
  const own = addresses[format];
  if (!own) return [];
  return (['url', 'secret', 'bus', 'topic'] as const).flatMap((field): readonly Complaint[] => {
    const isGiven = webhook[field] !== undefined;
    if (isGiven && !own.includes(field)) {
      const isSecretAddress = field === 'url' && own.includes('secret');
      const reason = field === 'url' && !isSecretAddress ? `it goes to a ${own.join('')}` : reasons[field];
      const what = `A webhook of ${format} has no \`${field}\`: ${reason}.`;
      const fix = isSecretAddress
        ? 'Take it out, put the address where secrets lie, and name that in `secret`.'
        : 'Take it out, or choose another `format`.';
      return [{ path: [...path, field], at: 'key', what, fix }];
    }
    if (isGiven || !own.includes(field)) return [];
    return refuseValue(path, `\`${field}\` is missing.`, needs[field]);
  });
}

/** What is on this machine is told by what is on this machine: Azure DevOps refuses loopback addresses. */
function checkHooks(
  { url }: ConfigurationOutline['hooks'],
  organizations: ConfigurationOutline['organizations'],
): readonly Complaint[] {
  const isOverridden = organizations.some((one) => one.url === undefined || !isLoopbackUrl(one.url));
  if (url === undefined || !isLoopbackUrl(url) || !isOverridden) return [];
  const what = '`url` is on this machine, where Azure DevOps posts nothing.';
  const fix = 'Write the address that the deployment has: its output HookUrl.';
  return refuseValue(['hooks', 'url'], what, fix);
}

type WindowOutline = ConfigurationOutline['denyWindows'][number];

const weekly = ['days', 'to', 'timeZone'] as const;

/** A window comes once or every week, and has all fields of its kind and none of the other. */
function checkWindow(window: WindowOutline, index: number): readonly Complaint[] {
  const path = ['denyWindows', index];
  const complain = (what: string, fix: string, ...key: readonly string[]): readonly Complaint[] =>
    refuseValue([...path, ...key], what, fix);
  const given = weekly.filter((key) => window[key] !== undefined);
  if (window.until !== undefined) {
    if (given.length > 0)
      return complain(
        `It has \`until\` and \`${given.join('`, `')}\`.`,
        'Give `until` for a window that comes once, or `days`, `to` and `timeZone` for a weekly one.',
      );
    return checkOnce(window, complain);
  }
  if (given.length === 0)
    return complain('It has no end.', 'Give `until`; or `days`, `to` and `timeZone` for a weekly window.');
  const missing = weekly.filter((key) => window[key] === undefined);
  if (missing.length > 0)
    return complain(
      `It has no \`${missing.join('` and no `')}\`.`,
      'A weekly window has `days`, `from`, `to` and `timeZone`.',
    );
  if (window.from === undefined || !isMoment(window.from)) return [];
  return complain('`from` is a moment, but the window is a weekly one.', 'Write HH:MM in quotes.', 'from');
}

function checkOnce(
  { from, until }: WindowOutline,
  complain: (what: string, fix: string, key: string) => readonly Complaint[],
): readonly Complaint[] {
  if (from === undefined || typeof until !== 'string') return [];
  if (isWallTime(from))
    return complain(
      '`from` is a time of the day, but the window comes once.',
      'Write a moment with its offset, such as 2026-12-20T00:00:00+01:00.',
      'from',
    );
  if (!isMoment(from) || !isMoment(until) || Date.parse(from) < Date.parse(until)) return [];
  return complain('`until` is not later than `from`.', 'Give a later one.', 'until');
}

/** A pipeline that gets a role of a grant must not be taken for a person. */
function checkPeople({ people: lists, grants }: ConfigurationOutline): readonly Complaint[] {
  return listPersonKinds.flatMap((kind) =>
    lists[kind].flatMap((written, index): readonly Complaint[] => {
      if (written === undefined || findPrincipalProblem(written) !== undefined) return [];
      const pattern = toPrincipalPattern(written);
      const grant = grants.find((one) => listGrantedRoles(one).some((role) => coversRoles(pattern, role)));
      if (!grant) return [];
      const what = `${written} could match a role of grant ${grant.name ?? ''}: a pipeline would count among the ${kind}.`;
      const fix = 'Name the roles of people exactly, or keep them on a path that no grant covers.';
      return refuseValue(['people', kind, index], what, fix);
    }),
  );
}

function listGrantedRoles(grant: GrantOutline) {
  const accounts = listGrantAccounts(grant);
  const { path } = grant.role;
  const patterns =
    path === undefined
      ? []
      : listPatterns(grant.role.name, []).map(({ pattern }) => ({ path, name: pattern }));
  const pairs = grant.roles.flatMap(({ role = '' }) => parsePairedRole(role) ?? []);
  return [...patterns, ...pairs].flatMap(({ path: place, name }) =>
    accounts.map((account) => ({ account, path: place, name })),
  );
}
