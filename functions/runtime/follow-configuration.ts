import { parseShippedConfiguration } from '../../shared/config/shipped-configuration.ts';
import { resolveAccounts } from '../../shared/domain/configuration/account-list.ts';
import type { StoredAccountList } from '../../shared/domain/configuration/account-listing.ts';
import { canonicalJson, digest } from '../../shared/domain/kernel/digest.ts';
import type { AccountListStore } from '../../shared/ports/account-lists.ts';
import type { Configuration } from '../../shared/domain/configuration/configuration.ts';
import type { ConfigurationOrigin } from '../../shared/domain/configuration/published-version.ts';
import { TransientError, describeFailure } from '../../shared/domain/kernel/errors.ts';
import { metrics } from '../../shared/contract/metrics.ts';
import type { ConfigurationVersions } from '../../shared/ports/configurations.ts';
import type { Clock, Telemetry } from '../../shared/ports/clock.ts';

/** A configuration, and which one it is. */
export interface ConfigurationInForce {
  readonly configuration: Configuration;
  readonly origin: ConfigurationOrigin;
  /** Digest of the list of AWS Organizations, once its accounts are among the others. */
  readonly accounts?: string;
}

interface FollowerParts {
  /** The configuration that was deployed with the stack: what is in force where nothing is published. */
  readonly deployed: ConfigurationInForce;
  /** Left out: nothing can be published. */
  readonly versions?: ConfigurationVersions | undefined;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  /** How long the answer of the last look is good enough. */
  readonly maxAgeMs?: number;
}

/**
 * The configuration in force, looked for at each invocation: the newest published version that this release can use.
 *
 *     newest version   at the cold start                       later
 *     usable           taken                                   taken
 *     unusable         the newest usable one before it, or     the one in force stays
 *                      the deployed one; it is refused        it is refused
 *     S3 unreachable   the function does not start: an older   the one in force stays
 *                      version may let in more
 */
export function followConfiguration(parts: FollowerParts): () => Promise<ConfigurationInForce> {
  const { deployed, versions, telemetry, clock, maxAgeMs = 0 } = parts;
  if (!versions) return () => Promise.resolve(deployed);
  let held: ConfigurationInForce | undefined;
  let lookedAt = -Infinity;
  return async () => {
    if (held && clock.now() < lookedAt + maxAgeMs) return held;
    const base = held ?? deployed;
    try {
      const numbers = await versions.list(base.origin.version);
      held = await chooseVersion(versions, [...numbers].reverse(), base);
      lookedAt = clock.now();
    } catch (error) {
      if (!held) throw error;
      telemetry.warn('The published configurations cannot be read; the one in force stays.', {
        reason: describeFailure(error).code,
        version: held.origin.version,
      });
    }
    if (held.origin.refused) reportRefusal(telemetry, held.origin);
    return held;
  };
}

function reportRefusal(telemetry: Telemetry, { version, refused }: ConfigurationOrigin): void {
  telemetry.add(metrics.configurationsRefused);
  telemetry.warn('The newest published configuration cannot be used; an earlier one is in force.', {
    version,
    refused: String(refused?.version),
    reason: refused?.reason,
  });
}

/** `numbers`: newest first. Throws TransientError: what cannot be read now may be fine. */
async function chooseVersion(
  versions: ConfigurationVersions,
  numbers: readonly number[],
  { configuration, origin: { refused: _, ...origin } }: ConfigurationInForce,
): Promise<ConfigurationInForce> {
  let refused: ConfigurationOrigin['refused'];
  for (const version of numbers) {
    try {
      const { text, sha256, by, at } = await versions.read(version);
      const usable = parseShippedConfiguration(text);
      return {
        configuration: usable,
        origin: { version, sha256, published: { by, at }, ...(refused && { refused }) },
      };
    } catch (error) {
      if (error instanceof TransientError) throw error;
      refused ??= { version, reason: describeFailure(error).message };
    }
  }
  return { configuration, origin: { ...origin, ...(refused && { refused }) } };
}

interface AccountParts {
  readonly store: Pick<AccountListStore, 'read'>;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  readonly maxAgeMs?: number;
}

/**
 * The same with the accounts that AWS Organizations lists, as discovery has stored them. Where they cannot be read now, those of
 * the last look stay; at the cold start the function does not start.
 */
export function followAccounts(
  follow: () => Promise<ConfigurationInForce>,
  { store, telemetry, clock, maxAgeMs = 0 }: AccountParts,
): () => Promise<ConfigurationInForce> {
  let held: StoredAccountList | undefined;
  let lookedAt = -Infinity;
  return async () => {
    const inForce = await follow();
    if (!inForce.configuration.listing) return inForce;
    if (!held || clock.now() >= lookedAt + maxAgeMs)
      try {
        held = await store.read();
        lookedAt = clock.now();
      } catch (error) {
        if (!held) throw error;
        telemetry.warn('The list of accounts cannot be read; the one of the last look stays.', {
          reason: describeFailure(error).code,
        });
      }
    const configuration = resolveAccounts(inForce.configuration, held);
    return { ...inForce, configuration, accounts: digest(canonicalJson(held)) };
  };
}
