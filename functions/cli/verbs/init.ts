import { existsSync } from 'node:fs';
import { createAzureDevOpsSource } from '../../../shared/adapters/azure-devops/azure-devops-source.ts';
import { systemClock } from '../../../shared/adapters/system/system-clock.ts';
import { secretFromEnvironment } from '../../../shared/config/environment.ts';
import { renderConfiguration } from '../../../shared/config/template.ts';
import type { FoundConnection } from '../../../shared/config/template.ts';
import type { Organization } from '../../../shared/domain/configuration.ts';
import { ConfigError } from '../../../shared/domain/errors.ts';
import type { OrganizationId } from '../../../shared/domain/ids.ts';
import { viewConnections } from '../../../shared/domain/inventory.ts';
import { isAwsConnection } from '../../../shared/domain/service-connection.ts';
import type { ServiceConnection } from '../../../shared/domain/service-connection.ts';
import type { ServiceConnectionSource } from '../../../shared/ports/service-connections.ts';
import { requireCoordinates } from '../local.ts';
import { inert, jsonText } from '../render/inert.ts';
import { writeText } from '../text-file.ts';
import { counted } from '../render/counted.ts';
import type { ExitCode, Invocation, Verb } from '../verb.ts';

interface InitOptions {
  readonly organization?: string;
  readonly credential: string;
  readonly account: readonly string[];
}

const collect = (value: string, all: readonly string[]): readonly string[] => [...all, value];

export const initVerb: Verb = (command, run) => {
  command
    .option('--organization <name or url>', 'contoso, or https://dev.azure.com/contoso')
    .option(
      '--credential <variable>',
      'environment variable that holds a token with Service Connections (read)',
      'AZURE_DEVOPS_PAT',
    )
    .option('--account <id>', 'AWS account to list beside those of the roles found; repeatable', collect, [])
    .action((options: InitOptions) => run((invocation) => init(invocation, options)));
};

async function init({ options, terminal }: Invocation, typed: InitOptions): Promise<ExitCode> {
  if (existsSync(options.config)) {
    throw new ConfigError([
      {
        where: options.config,
        what: 'This file exists already; it is not overwritten.',
        mend: 'Move it away, or write elsewhere with --config FILE.',
      },
    ]);
  }
  const local = options.local ? requireCoordinates() : undefined;
  const target = targetOf(
    typed.organization ?? (local ? `${local.azureDevOps}/${local.projectAdmin.organization}` : undefined),
  );
  const token = local?.secrets[typed.credential] ?? tokenFromEnvironment(typed.credential);
  const source = createAzureDevOpsSource({
    clock: systemClock,
    credentialOf: () => Promise.resolve({ type: 'pat', token }),
  });
  const found = await lookAround(source, { ...target, credential: { type: 'pat', env: typed.credential } });
  const text = renderConfiguration({
    organization: { name: target.name, id: found.id, url: target.url },
    credentialEnv: typed.credential,
    connections: found.connections,
    accounts: typed.account,
  });
  writeText(options.config, text, 'wx');
  terminal.result(
    options.json
      ? jsonText({ written: options.config, organizationId: found.id, connections: found.connections })
      : `Wrote ${options.config}: ${target.name} is ${found.id}, with ${counted(found.connections.length, 'AWS connection')}. Every grant only observes.`,
  );
  for (const { name, message } of found.unread)
    terminal.problem(`Left out, could not be read: ${inert(name)}: ${inert(message)}`);
  terminal.note('Next: read it, then azfed validate, then azfed plan.');
  return found.unread.length > 0 ? 3 : 0;
}

/** There is no configuration yet that could say what the variable is for. */
function tokenFromEnvironment(name: string): string {
  try {
    return secretFromEnvironment(name);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const mend =
      'Set it to a personal access token with Service Connections (read) and Project and Team (read).';
    throw new ConfigError(error.problems.map((problem) => ({ ...problem, mend })));
  }
}

function targetOf(typed: string | undefined): Pick<Organization, 'name' | 'url'> {
  if (typed === undefined) {
    throw new ConfigError([
      { where: 'azfed init', what: 'Which organization?', mend: 'Add --organization NAME, or its URL.' },
    ]);
  }
  const url = typed.includes('://') ? typed.replace(/\/+$/, '') : `https://dev.azure.com/${typed}`;
  return { name: url.split('/').at(-1) ?? typed, url };
}

/** The GUID is what is to be found out: the first look asks who answers, the second reads what they have. */
async function lookAround(source: ServiceConnectionSource, target: Omit<Organization, 'id'>) {
  const { identity } = await source.readInventory({ ...target, id: NO_ORGANIZATION });
  if (identity.state === 'unknown') throw unreadable(target.url, identity.message);
  const inventory = await source.readInventory({ ...target, id: identity.value.id });
  if (inventory.projects.state === 'unknown') throw unreadable(target.url, inventory.projects.message);
  const unread = inventory.projects.value.flatMap(({ name, connections }) =>
    connections.state === 'unknown' ? [{ name, message: connections.message }] : [],
  );
  return {
    id: identity.value.id,
    connections: [...viewConnections(inventory).connections.values()]
      .filter(isAwsConnection)
      .flatMap(foundConnections),
    unread,
  };
}

const NO_ORGANIZATION = '00000000-0000-0000-0000-000000000000' as OrganizationId;

function foundConnections({
  references,
  requestedRoleArn,
  oidc,
}: ServiceConnection): readonly FoundConnection[] {
  return references.map(({ projectName, name }) => ({
    project: projectName,
    name,
    roleArn: requestedRoleArn,
    oidc,
  }));
}

function unreadable(url: string, message: string): ConfigError {
  const mend = 'Nothing was written. Look at the name of the organization, and at the token.';
  return new ConfigError([{ where: url, what: message, mend }]);
}
