import { listSeenRoles, type AccountObservation } from '../iam/role.ts';
import type { Account, Configuration, Organization } from '../configuration/configuration.ts';
import { listAssumedRoles } from '../configuration/account-list.ts';
import { homeRegions, splitRoleArn, splitArn } from '../kernel/arn.ts';
import { counted } from '../kernel/counted.ts';
import { timeText } from '../kernel/durations.ts';
import { listIf } from '../kernel/group-by.ts';
import type { AccountId, OrganizationId, RoleArn } from '../kernel/ids.ts';
import type { Reading, Unknown } from '../kernel/result.ts';
import type { RecordedControls } from '../records/deployment-record.ts';
import type { DeployedStack } from '../records/deployed-stack.ts';
import type { RecordedHooks } from '../records/hook-records.ts';

/** What azfed has made, as far as it can be read. */
export interface UninstallFacts {
  /** Beginning of the names of everything in the hub, and the name of the table. */
  readonly name: string;
  readonly region: string | undefined;
  /** Left out: the table does not say whether it is protected. */
  readonly isTableProtected?: boolean;
  readonly hasTable: boolean;
  /** Records are signed with a key of KMS. */
  readonly isSigned: boolean;
  readonly stack: Reading<DeployedStack | undefined>;
  readonly controls: Reading<RecordedControls>;
  readonly hooks: ReadonlyMap<OrganizationId, Reading<RecordedHooks>>;
  /** Roles and providers of azfed's records, by account. */
  readonly recorded: Reading<ReadonlyMap<AccountId, RecordedBelongings>>;
  readonly observations: readonly AccountObservation[];
}

export interface RecordedBelongings {
  readonly roles: readonly RoleArn[];
  readonly providers: number;
}

export const uninstallSteps = [
  'Stop writes',
  'Azure DevOps',
  'The hub',
  'The accounts',
  'Entra',
  'Left on purpose',
] as const;

/** goes: with the commands of its step. stays: until somebody deletes it with the command, if it has one. */
export interface UninstallItem {
  readonly step: (typeof uninstallSteps)[number];
  readonly what: string;
  readonly fate: 'goes' | 'stays';
  readonly detail: string;
  readonly commands: readonly string[];
  /** Why it is not known how much there is of it. */
  readonly unread?: string;
}

/** Everything that azfed has made, in the order in which it is taken away. */
export function planUninstall(
  facts: UninstallFacts,
  configuration: Configuration,
  now: number,
): readonly UninstallItem[] {
  return [
    planStop(facts, now),
    ...configuration.organizations.flatMap((organization) => planAzureDevOps(facts, organization)),
    planHub(facts, configuration),
    ...planAccounts(facts, configuration),
    ...planEntra(configuration),
    ...planLeft(facts, configuration),
  ];
}

const toUnread = (reading: Reading<unknown>): Pick<UninstallItem, 'unread'> =>
  reading.state === 'unknown' ? { unread: reading.message } : {};

function planStop({ controls }: UninstallFacts, now: number): UninstallItem {
  const { pauses = [], bootstrapped } = controls.state === 'complete' ? controls.value : {};
  const whole = pauses.find(({ scope, until }) => scope.of === 'everything' && until > now);
  const state = whole
    ? `Suspended until ${timeText(whole.until)}.`
    : bootstrapped || controls.state === 'unknown'
      ? 'Suspended first, so that nothing is written while parts are gone.'
      : 'No person has let automatic runs write: they only observe.';
  const kept = pauses.length > 0 ? ` ${counted(pauses.length, 'suspension')} in the table.` : '';
  return {
    step: 'Stop writes',
    what: 'Automatic writes',
    fate: 'goes',
    detail: `${state}${kept}`,
    commands: listIf(whole === undefined, 'azfed suspend everything --until 7d --reason "uninstall"'),
    ...toUnread(controls),
  };
}

function planAzureDevOps(
  { hooks }: UninstallFacts,
  { id, name, credential }: Organization,
): readonly UninstallItem[] {
  const { made, unread } = countSubscriptions(hooks.get(id));
  const step = 'Azure DevOps' as const;
  return [
    ...listIf<UninstallItem>(made > 0 || unread !== undefined, {
      step,
      what: `Service hook subscriptions of ${name}`,
      fate: 'goes',
      detail: unread === undefined ? `${made} that azfed has made.` : 'How many is not known.',
      commands: ['azfed hooks remove'],
      ...(unread === undefined ? {} : { unread }),
    }),
    ...listIf<UninstallItem>(credential.type === 'entra', {
      step,
      what: `Access of the service to ${name}`,
      fate: 'goes',
      detail: 'Its role on service connections, in each project.',
      commands: ['azfed access revoke'],
    }),
    ...listIf<UninstallItem>(credential.type === 'entra', {
      step,
      what: `The service among the users of ${name}`,
      fate: 'stays',
      detail: 'With an access level, and in groups of projects. Remove it: Organization settings, Users.',
      commands: [],
    }),
  ];
}

function countSubscriptions(reading: Reading<RecordedHooks> | undefined): {
  readonly made: number;
  readonly unread?: string;
} {
  if (reading === undefined) return { made: 0 };
  if (reading.state === 'unknown') return { made: 0, unread: reading.message };
  const { passwords, unreadable } = reading.value;
  return { made: passwords.length, ...(unreadable ? { unread: unreadable.reason } : {}) };
}

function planHub({ name, stack }: UninstallFacts, { people }: Configuration): UninstallItem {
  const release =
    stack.state === 'complete' && stack.value
      ? `Release ${stack.value.release}`
      : 'No release is noted in the table';
  return {
    step: 'The hub',
    what: `Stack ${name}`,
    fate: 'goes',
    detail: `${release}. Functions, queues, schedules, alarms, the address and the secret of the hooks, the event bus.${people ? ' Policies of people: take them off the permission sets first, attached ones cannot be deleted.' : ''} Without the CDK: aws cloudformation delete-stack --stack-name ${name}, or terraform destroy.`,
    commands: ['npx cdk destroy --all'],
    ...toUnread(stack),
  };
}

/** Named after the account, where it has a name. */
const describeAccount = ({ id, name }: Account): string => (name === undefined ? id : `${name} (${id})`);

function planAccounts(facts: UninstallFacts, { accounts }: Configuration): readonly UninstallItem[] {
  const isOrganization = hasStackSet(facts, accounts);
  const region = homeRegions[accounts[0]?.partition ?? 'aws'];
  const stackSet = (operation: string, ...more: readonly string[]) =>
    [`aws cloudformation ${operation} --stack-set-name azfed-spoke --call-as DELEGATED_ADMIN`]
      .concat(`--region ${region}`, more)
      .join(' ');
  return [
    ...listIf<UninstallItem>(isOrganization, {
      step: 'The accounts',
      what: 'StackSet azfed-spoke',
      fate: 'goes',
      detail: `The roles that azfed assumes, in ${counted(accounts.length, 'account')}.`,
      commands: [
        stackSet('describe-stack-set', '--query StackSet.OrganizationalUnitIds'),
        stackSet(
          'delete-stack-instances',
          `--regions ${region} --no-retain-stacks --deployment-targets OrganizationalUnitIds=<each of these units>`,
        ),
        stackSet('list-stack-set-operations', "--query 'Summaries[0].Status' # until it is SUCCEEDED"),
        stackSet('delete-stack-set'),
      ],
    }),
    ...accounts.flatMap((account) => planAccount(facts, account, isOrganization)),
  ];
}

/** Which mode the hub has, as far as it is known. */
function hasStackSet({ stack }: UninstallFacts, accounts: readonly Account[]): boolean {
  const mode = stack.state === 'complete' ? stack.value?.settings?.mode : undefined;
  return mode === undefined ? accounts.length > 1 : mode === 'organization';
}

function planAccount(
  facts: UninstallFacts,
  account: Account,
  isOrganization: boolean,
): readonly UninstallItem[] {
  const { recorded, observations, name } = facts;
  const observation = observations.find((one) => one.account === account.id);
  const belongings = recorded.state === 'complete' ? recorded.value.get(account.id) : undefined;
  const unread = findUnread(recorded, observation);
  const known = new Set<string>(belongings?.roles ?? []);
  const seen = observation ? listSeenRoles(observation) : [];
  const live = seen.filter(({ arn }) => known.has(arn));
  const own = `arn:${account.partition}:iam::${account.id}:policy/${name}-boundary`;
  const boundaries = new Set([own, ...live.flatMap(({ boundary }) => boundary ?? [])]);
  const where = describeAccount(account);
  const step = 'The accounts' as const;
  const reason = unread ? { unread: unread.message } : {};
  const names = listAssumedRoles(account).map((arn) => splitRoleArn(arn).name);
  return [
    ...listIf<UninstallItem>(names.length > 0, {
      step,
      what: `Roles of azfed in ${where}`,
      fate: 'goes',
      detail: `${names.join(', ')}: with the ${isOrganization ? 'StackSet' : 'stack of the hub'}.`,
      commands: [],
    }),
    ...[...boundaries].map((boundary): UninstallItem => {
      const users = seen.filter((role) => role.boundary === boundary).length;
      return {
        step,
        what: `Boundary ${boundary}`,
        fate: 'stays',
        detail: describeBoundary(users, unread),
        commands: listIf(
          users === 0 && unread === undefined,
          `aws iam delete-policy --policy-arn ${boundary}`,
        ),
        ...reason,
      };
    }),
    {
      step,
      what: `Federated roles in ${where}`,
      fate: 'stays',
      detail: `${describeRoles(known.size, live.length, unread)} and ${counted(belongings?.providers ?? 0, 'OIDC provider')}. Pipelines go on; nobody repairs them any more.`,
      commands: [],
      ...reason,
    },
  ];
}

function describeBoundary(users: number, unread: Unknown | undefined): string {
  if (unread) return 'Who has it is not known. A role whose boundary is gone may do nothing: keep it.';
  return users === 0
    ? 'No role has it. It stays when its stack goes; delete it then.'
    : `${counted(users, 'role')} ${users === 1 ? 'has' : 'have'} it, and could do nothing without it: keep it.`;
}

function findUnread(
  recorded: UninstallFacts['recorded'],
  observation: AccountObservation | undefined,
): Unknown | undefined {
  if (recorded.state === 'unknown') return recorded;
  return observation?.roles.state === 'unknown' ? observation.roles : undefined;
}

function describeRoles(recorded: number, live: number, unread: Unknown | undefined): string {
  if (unread) return `${counted(recorded, 'role')} by the records`;
  const gone = recorded - live;
  return `${counted(live, 'role')}${gone > 0 ? ` (${gone} more recorded, not found in IAM)` : ''}`;
}

function planEntra({ organizations }: Configuration): readonly UninstallItem[] {
  const clients = new Set(
    organizations.flatMap(({ credential }) => (credential.type === 'entra' ? [credential.clientId] : [])),
  );
  const step = 'Entra' as const;
  return [
    ...listIf<UninstallItem>(clients.size > 0, {
      step,
      what: 'Outbound web identity federation of the hub',
      fate: 'stays',
      detail: 'A setting of the account. Disable it if nothing else uses it.',
      commands: ['aws iam disable-outbound-web-identity-federation'],
    }),
    ...[...clients].map((client): UninstallItem => ({
      step,
      what: `Application ${client}`,
      fate: 'stays',
      detail: 'Delete it, or its federated credential alone where others use it.',
      commands: [`az ad app delete --id ${client}`],
    })),
  ];
}

const item = (what: string, detail: string, ...commands: readonly string[]): UninstallItem => ({
  step: 'Left on purpose',
  what,
  fate: 'stays',
  detail,
  commands,
});

function planLeft(facts: UninstallFacts, configuration: Configuration): readonly UninstallItem[] {
  const { name, region, stack } = facts;
  const at = region === undefined ? '' : ` --region ${region}`;
  const bucket = stack.state === 'complete' ? stack.value?.configurationBucket : undefined;
  return [
    ...listIf(
      facts.hasTable,
      item(
        `Table ${name}`,
        `${describeProtection(facts)} It says which roles were azfed’s, and holds the history of 400 days: export it first.`,
        `aws dynamodb update-table --table-name ${name} --no-deletion-protection-enabled${at}`,
        `aws dynamodb delete-table --table-name ${name}${at}`,
      ),
    ),
    item(
      `Bucket ${bucket ?? 'of published configurations'}`,
      'Every published configuration.',
      `aws s3 rb s3://${bucket ?? '<ConfigurationBucket>'} --force`,
    ),
    item(
      'Bucket of reports',
      'The last report. Its name is the output ReportBucket of the stack.',
      'aws s3 rb s3://<ReportBucket> --force',
    ),
    item(
      `Logs /aws/lambda/${name}-...`,
      'Of six functions, for 400 days unless the stack says otherwise.',
      `aws logs delete-log-group --log-group-name /aws/lambda/${name}-<function>${at}`,
    ),
    ...listIf(
      facts.isSigned,
      item(
        `Key alias/${name}-records`,
        'Without it nobody can judge a signed record: delete it after the table.',
        `aws kms schedule-key-deletion --key-id <key of alias/${name}-records>${at}`,
      ),
    ),
    ...listSecrets(configuration).map((arn) =>
      item(
        `Secret ${arn}`,
        'You or azfed secrets have made it.',
        `aws secretsmanager delete-secret --secret-id ${arn} --region ${splitArn(arn).region}`,
      ),
    ),
    ...planShared(facts, configuration),
  ];
}

/** What others may use, too. */
function planShared(facts: UninstallFacts, { accounts }: Configuration): readonly UninstallItem[] {
  return [
    ...listIf(
      hasStackSet(facts, accounts),
      item(
        'Delegated administrator for StackSets',
        'A setting of the AWS organization, beside trusted access: take it back in the management account if nothing else uses it.',
        'aws organizations deregister-delegated-administrator --account-id <account of the hub> --service-principal member.org.stacksets.cloudformation.amazonaws.com',
      ),
    ),
    item(
      'What npx cdk bootstrap has made',
      'Stack CDKToolkit, whose bucket holds the code of azfed too. Other stacks of the CDK need it.',
    ),
  ];
}

function describeProtection({ isTableProtected }: UninstallFacts): string {
  if (isTableProtected === undefined) return 'Whether it is protected from deletion is not shown.';
  return isTableProtected ? 'Protected from deletion.' : 'Not protected from deletion.';
}

function listSecrets({ organizations, webhooks }: Configuration): readonly string[] {
  return [
    ...organizations.flatMap(({ credential }) => ('secret' in credential ? [credential.secret] : [])),
    ...webhooks.flatMap((webhook) =>
      'secret' in webhook && 'secret' in webhook.secret ? [webhook.secret.secret] : [],
    ),
  ];
}
