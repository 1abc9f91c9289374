import { loadConfiguration } from '../../../shared/config/load-configuration.ts';
import type { Configuration } from '../../../shared/domain/configuration/configuration.ts';
import type { ReviewItem } from '../../../shared/domain/configuration/configuration-review.ts';
import {
  reviewCatalogue,
  reviewConfiguration,
} from '../../../shared/domain/configuration/configuration-review.ts';
import { inert } from '../output/sanitize.ts';
import { resolveAllowance, type Invocation } from '../command-line/command.ts';

/** What a reviewer has to look at, compared with the configuration in force; `undefined` where nobody asks. Throws ConfigError. */
export function reviewChanges(
  invocation: Invocation,
  base: string | undefined,
  proposed: Configuration,
): readonly ReviewItem[] | undefined {
  if (base === undefined) return undefined;
  return reviewConfiguration(loadConfiguration(base, resolveAllowance(invocation)), proposed);
}

/** For people: a line for each, with what it was and is. */
export function reviewText(items: readonly ReviewItem[]): string {
  if (items.length === 0)
    return 'Nothing is wider than before: no host, issuer, account, pattern or right is new.';
  const lines = items.flatMap(({ code, where, before, after }) => [
    `${code}  ${inert(where)}: ${reviewCatalogue[code]}`,
    `  before: ${inert(JSON.stringify(before))}`,
    `  after:  ${inert(JSON.stringify(after))}`,
  ]);
  return [`A reviewer has to look at ${items.length}:`, ...lines].join('\n');
}
