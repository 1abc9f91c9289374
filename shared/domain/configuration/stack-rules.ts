import { splitRoleArn } from '../kernel/arn.ts';
import type { AccountId } from '../kernel/ids.ts';
import type { Account, Configuration, Grant } from './configuration.ts';
import { listAccountPatterns, listAssumedRoles } from './account-list.ts';
import { coversRole } from './grant-coverage.ts';
import { listPersonKinds, listPrincipals, openedTo } from './people.ts';
import { listIf } from '../kernel/group-by.ts';

/** How the stack was deployed, as far as a configuration has to fit to it. */
export interface StackSettings {
  readonly mode: 'small' | 'organization';
  readonly partition: string;
  /** Path of azfed's own roles in the hub, and their names. */
  readonly rolePath: string;
  readonly ownRoles: readonly string[];
}

/**
 * What a configuration may say on somebody's own machine but not in the stack: functions have no secrets in their
 * environment, and work in every account through a role, so that each session is narrowed and ends with the lease.
 */
export function listStackProblems(configuration: Configuration, settings: StackSettings): readonly string[] {
  const { organizations, accounts, listing, webhooks, grants } = configuration;
  return [
    ...organizations
      .filter(({ credential }) => 'env' in credential)
      .map(({ name }) => describeVariable(`The credential of organization ${name}`)),
    ...webhooks
      .filter((webhook) => 'secret' in webhook && 'env' in webhook.secret)
      .map(({ name }) => describeVariable(`The secret of webhook ${name}`)),
    ...accounts.flatMap((account) => listAccountProblems(account, settings)),
    ...listPeopleProblems(configuration, settings),
    ...grants.flatMap((grant) => listGrantProblems(grant, settings)),
    ...(settings.mode === 'small' && (listing !== undefined || accounts.length > 1)
      ? [
          `Mode small is for one account; ${listing ? 'those of AWS Organizations' : accounts.length} are configured. Choose mode organization.`,
        ]
      : []),
    ...(listing && listing.partition !== settings.partition
      ? [
          `Accounts of AWS Organizations lie in ${listing.partition}; roles cannot be assumed from ${settings.partition}.`,
        ]
      : []),
  ];
}

/** Roles cannot be assumed across partitions, and a role that writes is opened to nobody who is only to look. */
function listPeopleProblems(
  { people, ...configuration }: Configuration,
  { partition }: StackSettings,
): readonly string[] {
  const strange = listPersonKinds.flatMap((kind) =>
    (people?.[kind] ?? [])
      .filter((pattern) => !pattern.startsWith(`arn:${partition}:`))
      .map(
        (pattern) => `${pattern} (people.${kind}) is not of ${partition}, from where the roles are assumed.`,
      ),
  );
  const needs = [
    ['readRole', listPrincipals(people, openedTo.look), '-read'],
    ['retireRole', listPrincipals(people, openedTo.retire), '-retire'],
  ] as const;
  const missing = listAccountPatterns(configuration).flatMap((account) =>
    needs.flatMap(([key, principals, ending]) =>
      principals.length === 0 || account[key] !== undefined || account.assumeRole === undefined
        ? []
        : [
            `${account.id === '*' ? '`accountDefaults`' : `Account ${account.id}`} has no ${key}, which people are to use. Write ${key}: ${account.id === '*' ? nameRole(account.assumeRole) : account.assumeRole}${ending}.`,
          ],
    ),
  );
  return [...strange, ...missing];
}

/** Of no account. */
const UNNAMED = '000000000000' as AccountId;

const nameRole = (arn: string) => arn.split(':role/').at(-1);

/** A connection that may have the role of a function may have everything that the function may do. */
function listGrantProblems(grant: Grant, { rolePath, ownRoles }: StackSettings): readonly string[] {
  const { name } = grant;
  // The hub may be any of the accounts that are not named.
  const accounts = grant.allAccounts ? [...grant.accounts, UNNAMED] : grant.accounts;
  const covered = ownRoles.find((own) =>
    accounts.some((account) => coversRole({ ...grant, accounts }, { account, path: rolePath, name: own })),
  );
  return listIf(
    covered !== undefined,
    `Grant ${name} covers role${rolePath}${covered}, which azfed itself works with: no connection may have that role. Grant a path of its own, such as /azure-devops/<team>/.`,
  );
}

const describeVariable = (what: string) =>
  `${what} is read from an environment variable. Put it into Secrets Manager and write { secret: <ARN> }.`;

function listAccountProblems(
  account: Account,
  { mode, partition, rolePath }: StackSettings,
): readonly string[] {
  const { id, assumeRole } = account;
  const missing = `Account ${id} has no assumeRole. Write assumeRole: arn:${account.partition}:iam::${id}:role${rolePath}azfed-spoke.`;
  const paths = new Set(listAssumedRoles(account).map((arn) => splitRoleArn(arn).path));
  return [
    ...(assumeRole === undefined ? [missing] : []),
    ...(account.partition === partition
      ? []
      : [`Account ${id} lies in ${account.partition}; roles cannot be assumed from ${partition}.`]),
    ...listIf(
      mode === 'small' && paths.size > 1,
      `The roles of account ${id} lie on several paths (${[...paths].join(', ')}); azfed makes them on one.`,
    ),
  ];
}

/**
 * What the stack of the hub has to have been deployed for, one text each: schedules of organizations, rights to secrets, to
 * buses and topics, to roles in accounts. A configuration that needs no more than the deployed one needs no deployment.
 */
export function listStackNeeds({
  organizations,
  webhooks,
  people,
  ...configuration
}: Configuration): readonly string[] {
  const needs = [
    ...organizations.flatMap(({ id, auditLog, credential }) => [
      `the schedule of organization ${id}`,
      ...(auditLog ? [`the schedule of the audit log of organization ${id}`] : []),
      ...('secret' in credential ? [`the right to read secret ${credential.secret}`] : []),
      ...('audience' in credential ? [`the right to a token for ${credential.audience}`] : []),
    ]),
    ...webhooks.flatMap((webhook) => [
      ...('secret' in webhook && 'secret' in webhook.secret
        ? [`the right to read secret ${webhook.secret.secret}`]
        : []),
      ...('bus' in webhook ? [`the right to send to ${webhook.bus}`] : []),
      ...('topic' in webhook ? [`the right to send to ${webhook.topic}`] : []),
    ]),
    ...(configuration.listing ? ['the right to read accounts of AWS Organizations'] : []),
    ...listAccountPatterns(configuration)
      .flatMap(listAssumedRoles)
      .map((role) => `the right to assume ${role}`),
    ...listPersonKinds.flatMap((kind) =>
      (people?.[kind] ?? []).map((pattern) => `the roles and policies of ${kind} for ${pattern}`),
    ),
  ];
  return [...new Set(needs)];
}
