import type {
  Configuration,
  Grant,
  Organization,
  RolePair,
  SecretReference,
  TrustTerms,
  Webhook,
} from '../domain/configuration/configuration.ts';
import { NO_BOUNDARY } from '../domain/configuration/configuration.ts';
import { PLAIN_TRUST } from '../domain/configuration/trust-terms.ts';
import type { AccountId } from '../domain/kernel/ids.ts';
import type { DenyWindow } from '../domain/configuration/deny-window.ts';
import { selectSingles, toListing } from './account-defaults.ts';
import { parsePairedRole } from './coverage-schema.ts';
import { listOfOneOrMany } from './field.ts';
import type { PolicyDocuments } from './inline-policies.ts';
import type { ConfigurationFile } from './schema.ts';
import { toPeople } from './people-schema.ts';

/** What stands in other files, or is read more strictly than fields are, of one grant. */
export interface GrantDocuments {
  readonly inlinePolicies: PolicyDocuments;
  readonly trust: TrustTerms;
}

/** A file that was found to be right, and its documents, grant by grant. */
export function toConfiguration(
  file: ConfigurationFile,
  documents: readonly GrantDocuments[],
): Configuration {
  const { version: _, organizations, accounts, accountDefaults, grants, denyWindows, ...others } = file;
  const { webhooks, lint, people, ...asWritten } = others;
  const listing = toListing(accounts, accountDefaults);
  return {
    ...asWritten,
    organizations: organizations.map(toOrganization),
    accounts: selectSingles(accounts),
    ...(listing && { listing }),
    ...(people && { people: toPeople(people) }),
    grants: grants.map((grant, index) => toGrant(grant, file, documents[index])),
    denyWindows: denyWindows.map(toDenyWindow),
    webhooks: webhooks.map(toWebhook),
    ...(lint && { acceptedFindings: lint.accepted }),
  };
}

const NO_DOCUMENTS: GrantDocuments = { inlinePolicies: {}, trust: PLAIN_TRUST };

type FileGrant = ConfigurationFile['grants'][number];

function toGrant(
  { connections, role, roles, accounts: given, boundary = NO_BOUNDARY, ...grant }: FileGrant,
  file: ConfigurationFile,
  documents: GrantDocuments | undefined,
): Grant {
  const { accounts, ...everywhere } = toAccounts(given, file);
  const common = {
    ...grant,
    ...everywhere,
    boundary,
    ...(documents ?? NO_DOCUMENTS),
  };
  if (connections && role)
    return {
      ...common,
      accounts,
      connections: {
        organization: listOfOneOrMany(connections.organization),
        project: listOfOneOrMany(connections.project),
        name: listOfOneOrMany(connections.name),
      },
      role: { path: role.path, name: listOfOneOrMany(role.name) },
    };
  return { ...common, ...toPairs(roles ?? [], accounts, file.organizations[0]?.name ?? '') };
}

function toAccounts(
  given: FileGrant['accounts'] = [],
  file: ConfigurationFile,
): Pick<Grant, 'accounts' | 'allAccounts'> {
  if (given !== 'all') return { accounts: given };
  return { accounts: selectSingles(file.accounts).map(({ id }) => id), allAccounts: true };
}

/** Without accounts of its own, the grant has those of its roles. */
function toPairs(
  roles: NonNullable<FileGrant['roles']>,
  accounts: readonly AccountId[],
  only: string,
): Pick<Grant, 'accounts'> & { readonly roles: readonly RolePair[] } {
  const pairs = roles.flatMap((pair) => toPair(pair, accounts, only));
  const named = [...new Set(pairs.flatMap((pair) => pair.accounts))];
  return { accounts: accounts.length > 0 ? accounts : named, roles: pairs };
}

/** An organization that is left out is the only one: that has been checked. */
function toPair(
  { organization, project, connection, role: written, type }: NonNullable<FileGrant['roles']>[number],
  accounts: readonly AccountId[],
  only: string,
): readonly RolePair[] {
  const role = parsePairedRole(written);
  if (!role) return [];
  const { arn, path, name } = role;
  const places = arn ? [arn.account] : accounts;
  return [{ organization: organization ?? only, project, connection, accounts: places, path, name, type }];
}

/** It has an address if it is to have one: that has been checked. */
function toWebhook({ name, format, url = '', bus = '', topic = '', secret, events }: FileWebhook): Webhook {
  if (format === 'eventbridge') return { name, format, bus, events };
  if (format === 'sns') return { name, format, topic, events };
  const common = { name, secret: toSecretReference(secret ?? { env: '' }), events };
  return format === 'cloudevents' ? { ...common, url } : { ...common, format };
}

type FileWebhook = ConfigurationFile['webhooks'][number];

/** It has all the fields of its kind: that has been checked. */
function toDenyWindow({ name, from, until, days = [], to = '', timeZone = '' }: FileWindow): DenyWindow {
  return until === undefined ? { name, days, from, to, timeZone } : { name, from, until };
}

type FileWindow = ConfigurationFile['denyWindows'][number];

type FileOrganization = ConfigurationFile['organizations'][number];

function toOrganization({ url, credential, auditLog, issuer, ...own }: FileOrganization): Organization {
  return {
    ...own,
    url: (url ?? `https://dev.azure.com/${own.name}`).replace(/\/+$/, ''),
    credential:
      credential.type === 'pat'
        ? { type: 'pat', ...toSecretReference(credential) }
        : { ...credential, authority: new URL(credential.authority).origin },
    ...(auditLog && { auditLog }),
    ...(issuer !== 'vstoken' && { issuer }),
  };
}

/** Exactly one of the two is there: that has been checked. */
function toSecretReference(typed: {
  readonly env?: string | undefined;
  readonly secret?: string | undefined;
}): SecretReference {
  const { env, secret } = typed;
  return env === undefined ? { secret: secret ?? '' } : { env };
}
