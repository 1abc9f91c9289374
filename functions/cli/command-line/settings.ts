import { basename } from 'node:path';
import type { Coordinates } from '../../../infra/local/coordinates.ts';
import type { Allowance } from '../../../shared/config/environment.ts';
import { loadConfiguration } from '../../../shared/config/load-configuration.ts';
import type { Configuration } from '../../../shared/domain/configuration/configuration.ts';
import { requireCoordinates } from './local-mode.ts';
import { nearestFile } from './nearest-file.ts';
import { inert } from '../output/sanitize.ts';
import type { Invocation } from './command.ts';

interface Settings {
  readonly path: string;
  readonly local: Coordinates | undefined;
}

/**
 * Which configuration is meant, and with --local where the cloud is: it brings its own unless another one is named. A
 * verb works from any folder below the one with the configuration in it, as long as no path is named.
 */
export function settingsOf({ options, environment, terminal }: Invocation): Settings {
  const local = options.local ? requireCoordinates() : undefined;
  const isNamed = options.config !== environment.configuration;
  if (local && !isNamed) return { path: local.configuration, local };
  const path = isBareName(options.config) ? (nearestFile(options.config) ?? options.config) : options.config;
  if (path !== options.config) terminal.note(`Configuration: ${inert(path)}`);
  return { path, local };
}

/** The same, read. With --local it may name this machine: that is where the embedded cloud is. Throws ConfigError. */
export function loadSettings(invocation: Invocation): Settings & { readonly configuration: Configuration } {
  const settings = settingsOf(invocation);
  return { ...settings, configuration: loadConfiguration(settings.path, allowanceOf(invocation)) };
}

/** What the configuration may name: as the environment says, and with --local this machine. */
export function allowanceOf({
  options,
  environment,
}: Pick<Invocation, 'options' | 'environment'>): Allowance {
  const { allowance } = environment;
  return options.local ? { ...allowance, loopback: true } : allowance;
}

const isBareName = (path: string) => basename(path) === path;
