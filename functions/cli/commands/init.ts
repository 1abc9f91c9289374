import { existsSync } from 'node:fs';
import { parseOrganizationAddress } from '../../../shared/adapters/azure-devops/address.ts';
import { createAzureDevOpsSource } from '../../../shared/adapters/azure-devops/azure-devops-source.ts';
import { systemClock } from '../../../shared/adapters/system/system-clock.ts';
import { problemOfSecretVariable } from '../../../shared/config/environment.ts';
import { countAtRoot, renderConfiguration, type FoundConnection } from '../../../shared/config/template.ts';
import { problemOfOrganizationUrl } from '../../../shared/config/url-rules.ts';
import type { Organization } from '../../../shared/domain/configuration/configuration.ts';
import { isOrganizationName } from '../../../shared/domain/issuers/issuer.ts';
import { ConfigError } from '../../../shared/domain/kernel/errors.ts';
import type { OrganizationId } from '../../../shared/domain/kernel/ids.ts';
import type { OrganizationInventory } from '../../../shared/domain/azure-devops/inventory.ts';
import { viewConnections } from '../../../shared/domain/azure-devops/inventory.ts';
import {
  hidesParameters,
  isAwsConnection,
  displayName,
} from '../../../shared/domain/azure-devops/service-connection.ts';
import type { ServiceConnection } from '../../../shared/domain/azure-devops/service-connection.ts';
import type { ServiceConnectionSource } from '../../../shared/ports/service-connections.ts';
import { collectRepeated } from '../arguments/repeated.ts';
import { connectPersonalCredentials } from '../composition/personal-credentials.ts';
import { requireCoordinates, type ExitCode, type Invocation, type Verb } from '../command-line/command.ts';
import { inert, printResult } from '../output/sanitize.ts';
import { requireWritable, writeText } from '../command-line/text-file.ts';
import { counted } from '../../../shared/domain/kernel/counted.ts';
import { listIf } from '../../../shared/domain/kernel/group-by.ts';

interface InitOptions {
  readonly organization?: string;
  readonly credential: string;
  readonly account: readonly string[];
}

/** The variable whose token is taken where none is named. */
export const USUAL_CREDENTIAL = 'AZURE_DEVOPS_PAT';

export const initVerb: Verb = (command, run) => {
  command
    .option('--organization <name or url>', 'contoso, or https://dev.azure.com/contoso')
    .option(
      '--credential <variable>',
      'environment variable with a token that has the scope Service Connections (read)',
      USUAL_CREDENTIAL,
    )
    .option(
      '--account <id>',
      'further AWS account to list; repeatable; the accounts of the roles are always listed',
      collectRepeated,
      [],
    )
    .action(run(init));
};

async function init({ options, terminal }: Invocation, typed: InitOptions): Promise<ExitCode> {
  if (existsSync(options.config)) {
    throw new ConfigError({
      where: options.config,
      what: 'This file exists already; it is not overwritten.',
      fix: 'Move it away, or write elsewhere with --config FILE.',
    });
  }
  requireWritable(options.config);
  const { found, organization } = await findOrganization({ options }, typed);
  const text = renderConfiguration({
    organization,
    credentialEnv: typed.credential,
    connections: found.connections,
    accounts: typed.account,
  });
  writeText(options.config, text, 'wx');
  printResult(
    { terminal, options },
    {
      written: options.config,
      organizationId: found.id,
      organizationName: found.name,
      connections: found.connections,
    },
    () =>
      `Wrote ${options.config}: ${found.name} is ${found.id}, with ${counted(found.connections.length, 'AWS connection')}. Every grant only observes.`,
  );
  const isWhole = showProblems(terminal, found);
  const atRoot = countAtRoot(found.connections);
  if (atRoot > 0)
    terminal.note(
      `${counted(atRoot, 'connection')} with a role at the root path: left out. Such roles exist already; azfed import writes grants that keep them as they are.`,
    );
  terminal.note('Next: read it, then azfed validate, then azfed plan. You have roles already: azfed import.');
  return isWhole ? 0 : 3;
}

/** The organization that is meant, as it answers to the token in the variable. Throws ConfigError. */
export async function findOrganization(
  { options }: Pick<Invocation, 'options'>,
  typed: Pick<InitOptions, 'organization' | 'credential'>,
) {
  const local = options.local ? requireCoordinates() : undefined;
  const target = parseTarget(
    typed.organization ?? (local ? `${local.azureDevOps}/${local.projectAdmin.organization}` : undefined),
  );
  refuseUnsafe(target.url, typed.credential);
  const asked = { ...target, credential: { type: 'pat', env: typed.credential } } as const;
  const credential = await connectPersonalCredentials(systemClock, local).getCredential({
    ...asked,
    id: NO_ORGANIZATION,
  });
  const source = createAzureDevOpsSource({
    clock: systemClock,
    getCredential: () => Promise.resolve(credential),
  });
  const found = await observeOrganization(source, asked);
  return { found, organization: { name: found.name, id: found.id, url: buildUrl(target, found.name) } };
}

function showProblems(
  terminal: Invocation['terminal'],
  { name: ownName, nameProblem, unread }: Awaited<ReturnType<typeof observeOrganization>>,
): boolean {
  for (const { name, message } of unread)
    terminal.problem(`Left out, could not be read: ${inert(name)}: ${inert(message)}`);
  const isUnsure = nameProblem !== undefined && !(nameProblem.code === 'no-capitals' && isLower(ownName));
  if (isUnsure)
    terminal.problem(
      `Whether the organization is spelled ${ownName} is not known: ${inert(nameProblem.message)} Tokens hold its name, and trusts compare it with case: look under Organization settings, Overview.`,
    );
  return unread.length === 0 && !isUnsure;
}

const isLower = (text: string) => text === text.toLowerCase();

/** What no configuration may say is not tried either: the token would be sent there. Throws ConfigError. */
function refuseUnsafe(url: string, variable: string): void {
  const host = problemOfOrganizationUrl(url);
  const name = problemOfSecretVariable(variable);
  const problems = [
    ...listIf(host !== undefined, {
      where: '--organization',
      what: `The address ${host}.`,
      fix: 'Give the name of the organization, or https://dev.azure.com/<name>.',
    }),
    ...listIf(name !== undefined, {
      where: `--credential ${variable}`,
      what: `It ${name}.`,
      fix: 'Put the token into a variable such as AZURE_DEVOPS_PAT or AZFED_PAT.',
    }),
  ];
  if (problems.length > 0) throw new ConfigError(problems);
}

export function parseTarget(typed: string | undefined): Pick<Organization, 'name' | 'url'> {
  if (typed === undefined) {
    throw new ConfigError({
      where: 'azfed init',
      what: 'Which organization?',
      fix: 'Add --organization NAME, or its URL.',
    });
  }
  if (isOrganizationName(typed)) return { name: typed, url: `https://dev.azure.com/${typed}` };
  const address = parseAddress(typed.includes('://') ? typed : `https://${typed}`);
  const named = address === undefined ? undefined : parseOrganizationAddress(address);
  if (address !== undefined && named) return { name: named.name, url: address };
  throw new ConfigError({
    where: '--organization',
    what: 'This is neither the name of an organization nor its address.',
    fix: 'Use the name alone, https://dev.azure.com/NAME or https://NAME.visualstudio.com.',
  });
}

/** The organization's own address, without what people copy along with it: a user name, a project, a page. */
function parseAddress(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, host, hostname, pathname } = new URL(text);
  // From the text: a host is lower-cased, and a legacy one may hold the organization's own capitals.
  if (hostname.endsWith('.visualstudio.com'))
    return text.replace(/^(\w+:\/\/)(?:[^@/]*@)?([^/?#]+).*$/, '$1$2');
  return `${protocol}//${host}/${pathname.split('/').find((part) => part !== '') ?? ''}`;
}

/** The address that was typed, with the name as the organization spells it. */
function buildUrl(target: Pick<Organization, 'name' | 'url'>, name: string): string {
  const { name: typed, url } = target;
  if (typed.toLowerCase() !== name.toLowerCase()) return `https://dev.azure.com/${name}`;
  const at = url.toLowerCase().lastIndexOf(typed.toLowerCase());
  return at < 0 ? url : `${url.slice(0, at)}${name}${url.slice(at + typed.length)}`;
}

/** The GUID is what is to be found out: the first look asks who answers, the second reads what they have. */
async function observeOrganization(source: ServiceConnectionSource, target: Omit<Organization, 'id'>) {
  const { identity } = await source.readInventory({ ...target, id: NO_ORGANIZATION });
  if (identity.state === 'unknown') throw unreadable(target.url, identity.message);
  const inventory = await source.readInventory({ ...target, id: identity.value.id });
  if (inventory.projects.state === 'unknown') throw unreadable(target.url, inventory.projects.message);
  const unread = inventory.projects.value.flatMap(({ name, connections }) =>
    connections.state === 'unknown' ? [{ name, message: connections.message }] : [],
  );
  if (inventory.identity.state === 'unknown') throw unreadable(target.url, inventory.identity.message);
  const seen = [...viewConnections(inventory).connections.values()];
  const hidden = seen.filter(
    (connection) => connection.type === null || (isAwsConnection(connection) && hidesParameters(connection)),
  );
  return {
    ...inventory.identity.value,
    connections: seen.filter(isAwsConnection).flatMap(foundConnections),
    unread: [...unread, ...listUnreadable(inventory), ...hidden.map(hiddenConnection)],
  };
}

const listUnreadable = ({ organizationName, unreadable = [], projects }: OrganizationInventory) => [
  ...unreadable.map(({ message }) => ({ name: organizationName, message })),
  ...(projects.state === 'complete' ? projects.value : []).flatMap(({ name, unreadable: entries = [] }) =>
    entries.map(({ message }) => ({ name, message })),
  ),
];

const hiddenConnection = ({ id, references }: ServiceConnection) => ({
  name: references.length === 0 ? id : displayName(references),
  message: 'it is listed, but not shown: the token needs the role User on it (ViewAuthorization).',
});

const NO_ORGANIZATION = '00000000-0000-0000-0000-000000000000' as OrganizationId;

function foundConnections(connection: ServiceConnection): readonly FoundConnection[] {
  const { references, requestedRoleArn, oidc } = connection;
  return references.map(({ projectName, name }) => ({
    project: projectName,
    name,
    roleArn: requestedRoleArn ?? '',
    oidc: oidc ?? 'unclear',
  }));
}

function unreadable(url: string, message: string): ConfigError {
  const fix = 'Nothing was written. Look at the name of the organization, and at the token.';
  return new ConfigError({ where: url, what: message, fix });
}
