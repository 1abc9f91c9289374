import type { Coordinates } from '../../infra/local/coordinates.ts';
import { requireCoordinates } from './local.ts';
import type { Invocation } from './verb.ts';

/** Which configuration is meant, and with --local where the cloud is: it brings its own unless another one is named. */
export function settingsOf({ options, environment }: Pick<Invocation, 'options' | 'environment'>): {
  readonly path: string;
  readonly local: Coordinates | undefined;
} {
  const local = options.local ? requireCoordinates() : undefined;
  const isNamed = options.config !== environment.configuration;
  return { path: local && !isNamed ? local.configuration : options.config, local };
}
