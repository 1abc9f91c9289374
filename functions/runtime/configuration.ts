import { createHash } from 'node:crypto';
import { parseShippedConfiguration } from '../../shared/config/shipped-configuration.ts';
import type { Configuration } from '../../shared/domain/configuration/configuration.ts';
import { ConfigError } from '../../shared/domain/kernel/errors.ts';
import type { ConfigurationSource } from '../../shared/ports/configuration-source.ts';

/** The configuration that was deployed together with this function, and no other. Throws ConfigError. */
export async function readConfiguration(
  source: ConfigurationSource,
  expectedHash: string,
): Promise<Configuration> {
  const text = await source.read();
  const hash = createHash('sha256').update(text).digest('hex');
  if (hash === expectedHash) return parseShippedConfiguration(text);
  throw new ConfigError([
    {
      where: 'The deployed configuration',
      what: `Its SHA-256 is ${hash}, where this function was deployed with ${expectedHash}.`,
      fix: 'Deploy azfed again.',
    },
  ]);
}
