import { basename } from 'node:path';
import type { Coordinates } from '../../infra/local/coordinates.ts';
import { requireCoordinates } from './local.ts';
import { nearestFile } from './nearest-file.ts';
import { inert } from './render/inert.ts';
import type { Invocation } from './verb.ts';

/**
 * Which configuration is meant, and with --local where the cloud is: it brings its own unless another one is named. A
 * verb works from any folder below the one with the configuration in it, as long as no path is named.
 */
export function settingsOf({ options, environment, terminal }: Invocation): {
  readonly path: string;
  readonly local: Coordinates | undefined;
} {
  const local = options.local ? requireCoordinates() : undefined;
  const isNamed = options.config !== environment.configuration;
  if (local && !isNamed) return { path: local.configuration, local };
  const path = isBareName(options.config) ? (nearestFile(options.config) ?? options.config) : options.config;
  if (path !== options.config) terminal.note(`Configuration: ${inert(path)}`);
  return { path, local };
}

const isBareName = (path: string) => basename(path) === path;
