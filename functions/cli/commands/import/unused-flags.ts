import type { Terminal } from '../../console/terminal.ts';
import type { Account, Configuration } from '../../../../shared/domain/configuration/configuration.ts';
import { ConfigError } from '../../../../shared/domain/kernel/errors.ts';
import type { RoleArn } from '../../../../shared/domain/kernel/ids.ts';
import { inert } from '../../output/sanitize.ts';
import { parseTarget } from '../init.ts';

/** A configuration that is there names its organizations itself. Throws ConfigError for one that it does not name. */
export function refuseOtherOrganization(
  path: string,
  { organizations }: Pick<Configuration, 'organizations'>,
  typed: string | undefined,
): void {
  if (typed === undefined) return;
  const target = parseTarget(typed).name.toLowerCase();
  const names = organizations.map(({ name }) => name);
  if (names.some((name) => name.toLowerCase() === target)) return;
  throw new ConfigError({
    where: `--organization ${typed}`,
    what: `${path} is there already, and names the organizations whose roles are imported: ${names.join(', ')}.`,
    fix: 'Leave out --organization, add the organization to the file, or write another file with --config FILE.',
  });
}

/**
 * The role that was typed is for accounts that have none in the configuration. Throws ConfigError where each of them has
 * another one.
 */
export function reportOtherRoles(
  terminal: Pick<Terminal, 'problem'>,
  accounts: readonly Account[],
  typed: string | undefined,
  buildRoleArn: (account: Account, path: string) => RoleArn,
): void {
  if (typed === undefined) return;
  const others = accounts.filter((one) => one.assumeRole !== buildRoleArn(one, typed));
  if (others.length === 0) return;
  const what = `The configuration has another role for: ${others.map(({ id }) => id).join(', ')}.`;
  if (others.length === accounts.length)
    throw new ConfigError({
      where: `--assume-role ${typed}`,
      what,
      fix: 'Leave it out, or correct `assumeRole` of these accounts.',
    });
  terminal.problem(inert(`--assume-role ${typed} was not used everywhere. ${what}`));
}
