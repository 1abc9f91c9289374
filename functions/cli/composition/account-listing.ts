import { systemClock } from '../../../shared/adapters/system/system-clock.ts';
import { findAccounts } from '../../../shared/application/discovery/list-accounts.ts';
import { findAccountListGap } from '../../../shared/domain/configuration/account-list.ts';
import type { Configuration } from '../../../shared/domain/configuration/configuration.ts';
import { localFlag, type Invocation } from '../command-line/command.ts';
import { inert } from '../output/sanitize.ts';

/**
 * The configuration with the accounts of AWS Organizations. Says what of them is not known, unless the verb does, with its
 * findings.
 */
export async function resolveListing(
  { terminal, options }: Pick<Invocation, 'terminal' | 'options'>,
  lists: Parameters<typeof findAccounts>[0],
  configuration: Configuration,
  isSaid = false,
): Promise<Configuration> {
  const resolved = await findAccounts(lists, configuration, systemClock.now());
  const gap = findAccountListGap(resolved);
  if (gap && !isSaid)
    terminal.problem(`${inert(gap.message)} Check it: azfed doctor${localFlag(options)}`, gap.message);
  return resolved;
}
