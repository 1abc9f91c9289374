import type { Account, Configuration } from '../../../shared/domain/configuration/configuration.ts';
import { ConfigError } from '../../../shared/domain/kernel/errors.ts';
import { fixOfName } from './connection-choice.ts';

/** All accounts, or the one that `--account` names. Throws ConfigError where there is none. */
export function chooseAccounts({ accounts }: Configuration, id: string | undefined): readonly Account[] {
  const chosen = id === undefined ? accounts : accounts.filter((account) => account.id === id);
  if (chosen.length > 0) return chosen;
  throw new ConfigError({
    where: id === undefined ? 'accounts' : `--account ${id}`,
    what: 'No such account is configured.',
    fix: fixOfName(
      id ?? '',
      accounts.map((account) => account.id),
      'federation.yaml',
    ),
  });
}
