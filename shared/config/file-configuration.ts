import type {
  Configuration,
  Grant,
  Hub,
  Organization,
  SecretReference,
  Webhook,
  AcceptedFinding,
} from '../domain/configuration/configuration.ts';
import type { EntraIssuer } from '../domain/issuers/issuer.ts';
import type { DenyWindow } from '../domain/configuration/deny-window.ts';
import type { PolicyDocuments } from './inline-policies.ts';
import type { ConfigurationFile } from './schema.ts';

/** A file that was found to be right, and the documents of its inline policies, grant by grant. */
export function toConfiguration(
  file: ConfigurationFile,
  policies: readonly PolicyDocuments[],
): Configuration {
  const { limits, webhooks, hooks, report, hub, lint } = file;
  return {
    ...(hub === undefined ? {} : { hub: toHub(hub) }),
    organizations: file.organizations.map(toOrganization),
    accounts: file.accounts.map(({ id, partition, assumeRole, readRole, retireRole, externalId }) => ({
      id,
      partition,
      ...(assumeRole === undefined ? {} : { assumeRole }),
      ...(readRole === undefined ? {} : { readRole }),
      ...(retireRole === undefined ? {} : { retireRole }),
      ...(externalId === undefined ? {} : { externalId }),
    })),
    grants: file.grants.map(({ issuer, ...grant }, index): Grant => ({
      ...grant,
      ...(issuer === undefined ? {} : { issuer }),
      inlinePolicies: policies[index] ?? {},
    })),
    limits,
    denyWindows: file.denyWindows.map(toDenyWindow),
    webhooks: webhooks.map(toWebhook),
    ...(report === undefined ? {} : { report }),
    ...(hooks === undefined ? {} : { hooks }),
    ...(lint === undefined ? {} : { acceptedFindings: lint.accepted.map(toAcceptedFinding) }),
  };
}

function toHub({ account, region, table }: NonNullable<ConfigurationFile['hub']>): Hub {
  return {
    ...(account === undefined ? {} : { account }),
    ...(region === undefined ? {} : { region }),
    ...(table === undefined ? {} : { table }),
  };
}

/** It has an address if it is to have one: that has been checked. */
function toWebhook({ name, format, url = '', secret, events }: FileWebhook): Webhook {
  const common = { name, secret: toSecretReference(secret), events };
  return format === 'cloudevents' ? { ...common, url } : { ...common, format };
}

type FileFinding = NonNullable<ConfigurationFile['lint']>['accepted'][number];

function toAcceptedFinding({ severity, ...finding }: FileFinding): AcceptedFinding {
  return severity === undefined ? finding : { ...finding, severity };
}

type FileWebhook = ConfigurationFile['webhooks'][number];

/** It has all the fields of its kind: that has been checked. */
function toDenyWindow({ name, from, until, days = [], to = '', timeZone = '' }: FileWindow): DenyWindow {
  return until === undefined ? { name, days, from, to, timeZone } : { name, from, until };
}

type FileWindow = ConfigurationFile['denyWindows'][number];

type FileOrganization = ConfigurationFile['organizations'][number];

function toOrganization({
  name,
  id,
  url,
  credential,
  auditLog,
  issuer,
  entra,
}: FileOrganization): Organization {
  return {
    name,
    id,
    url: (url ?? `https://dev.azure.com/${name}`).replace(/\/+$/, ''),
    credential:
      credential.type === 'pat'
        ? { type: 'pat', ...toSecretReference(credential) }
        : { ...credential, authority: new URL(credential.authority).origin },
    ...(auditLog ? { auditLog } : {}),
    ...(issuer === 'vstoken' ? {} : { issuer }),
    ...(entra === undefined ? {} : { entra: toEntraIssuer(entra) }),
  };
}

function toEntraIssuer({ tenantId, ...given }: NonNullable<FileOrganization['entra']>): EntraIssuer {
  const { issuer, audience, prefix } = given;
  return {
    tenantId,
    ...(issuer === undefined ? {} : { issuer }),
    ...(audience === undefined ? {} : { audience }),
    ...(prefix === undefined ? {} : { prefix }),
  };
}

/** Exactly one of the two is there: that has been checked. */
function toSecretReference({
  env,
  secret,
}: {
  readonly env?: string | undefined;
  readonly secret?: string | undefined;
}): SecretReference {
  return env === undefined ? { secret: secret ?? '' } : { env };
}
