import type { Terminal } from '../../console/terminal.ts';
import type { Account, Configuration } from '../../../../shared/domain/configuration/configuration.ts';
import { ConfigError } from '../../../../shared/domain/kernel/errors.ts';
import { listIf } from '../../../../shared/domain/kernel/group-by.ts';
import type { RoleArn } from '../../../../shared/domain/kernel/ids.ts';
import { inert } from '../../output/sanitize.ts';
import { parseTarget, USUAL_CREDENTIAL } from '../init.ts';

/** A configuration that is there names organizations and credentials itself. Throws ConfigError for others than those. */
export function refuseOtherOrganization(
  path: string,
  { organizations }: Pick<Configuration, 'organizations'>,
  { organization, credential }: { readonly organization?: string; readonly credential: string },
): void {
  const target = organization === undefined ? undefined : parseTarget(organization).name.toLowerCase();
  const names = organizations.map(({ name }) => name);
  const isOther = target !== undefined && !names.some((name) => name.toLowerCase() === target);
  const isOtherToken =
    credential !== USUAL_CREDENTIAL &&
    !organizations.some((one) => 'env' in one.credential && one.credential.env === credential);
  const problems = [
    ...listIf(isOther, {
      where: `--organization ${organization ?? ''}`,
      what: `${path} is there already, and names the organizations whose roles are imported: ${names.join(', ')}.`,
      fix: 'Leave out --organization, add the organization to the file, or write another file with --config FILE.',
    }),
    ...listIf(isOtherToken, {
      where: `--credential ${credential}`,
      what: `${path} is there already, and names the credentials itself.`,
      fix: 'Leave out --credential, or change `credential` in the file.',
    }),
  ];
  if (problems.length > 0) throw new ConfigError(problems);
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
