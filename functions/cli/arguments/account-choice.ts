import { listAccountNames } from '../../../shared/application/reporting/selection.ts';
import type { Account, Configuration } from '../../../shared/domain/configuration/configuration.ts';
import { matchesAny } from '../../../shared/domain/configuration/grant-coverage.ts';
import { ConfigError } from '../../../shared/domain/kernel/errors.ts';
import { inert } from '../output/sanitize.ts';
import { fixOfName } from './connection-choice.ts';

/** All accounts, or those that `--account` selects by id, name or pattern. Throws ConfigError where one of them selects none. */
export function chooseAccounts(
  { accounts }: Pick<Configuration, 'accounts'>,
  typed: readonly string[] = [],
): readonly Account[] {
  const select = (patterns: readonly string[]) =>
    accounts.filter((account) => listAccountNames(account).some((name) => matchesAny(patterns, name)));
  const missing = typed.filter((pattern) => select([pattern]).length === 0);
  if (missing.length === 0 && accounts.length > 0) return typed.length === 0 ? accounts : select(typed);
  throw new ConfigError(
    (missing.length > 0 ? missing : [undefined]).map((pattern) => ({
      where: pattern === undefined ? 'accounts' : `--account ${inert(pattern)}`,
      what: 'No such account is configured.',
      fix: fixOfName(pattern ?? '', accounts.flatMap(listAccountNames), 'federation.yaml'),
    })),
  );
}
