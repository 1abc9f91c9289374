import { isListOpen, listAccountNames } from '../../../shared/domain/configuration/account-list.ts';
import type { Account, Configuration } from '../../../shared/domain/configuration/configuration.ts';
import { matchesAny } from '../../../shared/domain/configuration/grant-coverage.ts';
import { ConfigError } from '../../../shared/domain/kernel/errors.ts';
import { inert } from '../output/sanitize.ts';
import { fixOfName } from './connection-choice.ts';

type KnownAccounts = Pick<Configuration, 'accounts' | 'listed'>;

/** All accounts, or those that `--account` selects by id, name or pattern. Throws ConfigError where one of them selects none. */
export function chooseAccounts(
  configuration: KnownAccounts,
  typed: readonly string[] = [],
): readonly Account[] {
  const { accounts } = configuration;
  const missing = typed.filter((pattern) => selectAccounts(accounts, [pattern]).length === 0);
  if (missing.length === 0 && accounts.length > 0)
    return typed.length === 0 ? accounts : selectAccounts(accounts, typed);
  const isOpen = isListOpen(configuration);
  throw new ConfigError(
    (missing.length > 0 ? missing : [undefined]).map((pattern) => ({
      where: pattern === undefined ? 'accounts' : `--account ${inert(pattern)}`,
      what: isOpen
        ? 'federation.yaml does not name it, and the list of AWS Organizations could not be read.'
        : 'No such account is configured.',
      fix: isOpen
        ? 'See why: azfed doctor'
        : fixOfName(pattern ?? '', accounts.flatMap(listAccountNames), 'federation.yaml'),
    })),
  );
}

/** The same for who only reads, and says that accounts may be missing: none of them is refused while the list is not known. */
export function chooseKnownAccounts(
  configuration: KnownAccounts,
  typed: readonly string[] | undefined,
): readonly Account[] {
  if (!isListOpen(configuration)) return chooseAccounts(configuration, typed);
  return typed ? selectAccounts(configuration.accounts, typed) : configuration.accounts;
}

const selectAccounts = (accounts: readonly Account[], patterns: readonly string[]) =>
  accounts.filter((account) => listAccountNames(account).some((name) => matchesAny(patterns, name)));
