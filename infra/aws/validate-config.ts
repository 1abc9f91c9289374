import type { Configuration } from './configuration-text.ts';
import type { Settings } from './settings.ts';
import { assumedRoles, pathAndName } from './spoke-roles.ts';

/**
 * What a configuration may say on somebody's own machine but not here: functions have no secrets in their environment,
 * and work in every account through a role, so that each session is narrowed and ends with the lease.
 */
export function problemsOfConfiguration(configuration: Configuration, settings: Settings): readonly string[] {
  const { organizations, accounts, webhooks } = configuration;
  return [
    ...organizations
      .filter(({ credential }) => 'env' in credential)
      .map(({ name }) => secretInEnvironment(`The credential of organization ${name}`)),
    ...webhooks
      .filter(({ secret }) => 'env' in secret)
      .map(({ name }) => secretInEnvironment(`The secret of webhook ${name}`)),
    ...accounts.flatMap((account) => problemsOfAccount(account, settings)),
    ...(settings.mode === 'small' && accounts.length > 1
      ? [`Mode small is for one account; ${accounts.length} are configured. Choose mode organization.`]
      : []),
  ];
}

function secretInEnvironment(what: string): string {
  return `${what} is read from an environment variable. Put it into Secrets Manager and write { secret: <ARN> }.`;
}

function problemsOfAccount(
  account: Configuration['accounts'][number],
  { mode, partition, rolePath }: Settings,
): readonly string[] {
  const { id, assumeRole } = account;
  const missing = `Account ${id} has no assumeRole. Write assumeRole: arn:${account.partition}:iam::${id}:role${rolePath}azfed-spoke.`;
  const paths = new Set(assumedRoles(account).map((arn) => pathAndName(arn).path));
  return [
    ...(assumeRole === undefined ? [missing] : []),
    ...(account.partition === partition
      ? []
      : [`Account ${id} lies in ${account.partition}; roles cannot be assumed from ${partition}.`]),
    ...(mode === 'small' && paths.size > 1
      ? [
          `The roles of account ${id} lie on several paths (${[...paths].join(', ')}); azfed makes them on one.`,
        ]
      : []),
  ];
}
