import { readConfigurationText, type ConfigurationText } from '../../../shared/config/configuration-text.ts';
import { parseShippedConfiguration } from '../../../shared/config/shipped-configuration.ts';
import { examineDeployability, type Deployability } from '../../../shared/application/checks/deployable.ts';
import type { Configuration } from '../../../shared/domain/configuration/configuration.ts';
import type { PublishedVersion } from '../../../shared/domain/configuration/published-version.ts';
import { ConfigError } from '../../../shared/domain/kernel/errors.ts';
import type { DeployedStack } from '../../../shared/domain/records/deployed-stack.ts';
import type { ConfigurationVersions } from '../../../shared/ports/configurations.ts';
import { resolveAllowance, resolveSettings, type Invocation } from '../command-line/command.ts';
import type { Deployment } from './deployment.ts';

export type UsableVersion = PublishedVersion & { readonly configuration: Configuration };

/** The published versions of a deployment. */
export interface DeployedVersions {
  readonly stack: DeployedStack;
  readonly versions: ConfigurationVersions;
  /** Of all of them, ascending. */
  readonly numbers: readonly number[];
  /** Throws ConfigError for one that this release cannot use. */
  readonly readUsable: (version: number) => Promise<UsableVersion>;
  /** What stands between a configuration and this deployment. */
  readonly examine: (configuration: Configuration) => Promise<Deployability>;
}

/** Throws ConfigError where no function would take what is published. */
export async function openVersions({ publication, resolve }: Deployment): Promise<DeployedVersions> {
  const stack = await publication.stack.read();
  if (!stack)
    throw new ConfigError({
      where: 'The deployment',
      what: 'No function of this release has run there yet, so that nobody would take what is published.',
      fix: 'Deploy this release (docs/deploy.md), wait for its first run, then publish. On the embedded cloud: azfed local serve.',
    });
  const versions = publication.getVersions(stack.configurationBucket);
  return {
    stack,
    versions,
    numbers: await versions.list(0),
    readUsable: async (version) => {
      const published = await versions.read(version);
      return { ...published, configuration: parseShippedConfiguration(published.text) };
    },
    examine: async (configuration) =>
      examineDeployability(publication.accountExaminer, configuration, stack, await resolve(configuration)),
  };
}

/** The newest version, and the newest usable one; 0 where there is none. */
export async function readPublished({ numbers, readUsable }: DeployedVersions) {
  const latest = numbers.at(-1) ?? 0;
  for (const version of [...numbers].reverse())
    try {
      return { latest, base: await readUsable(version) };
    } catch (error) {
      // As the functions do: the one before it is in force.
      if (!(error instanceof ConfigError)) throw error;
    }
  return { latest, base: undefined };
}

/** The configuration file as it is published: one text that needs no other file. Throws ConfigError. */
export function readLocalConfiguration(invocation: Invocation): ConfigurationText {
  return readConfigurationText(resolveSettings(invocation).path, resolveAllowance(invocation));
}
