import { functionNames, type FunctionName } from '../function-names.ts';

/** What whoever is on call needs, for each alarm: made into docs/runbook, and linked from the alarm. */
export interface RunbookPage {
  readonly meaning: string;
  /** Functions whose logs are looked at. */
  readonly logs: readonly FunctionName[];
  /** For CloudWatch Logs Insights. */
  readonly query: string;
  /** Steps, the likeliest first. */
  readonly steps: readonly string[];
}

/** Queues of the service, by the function that takes from them. */
const queueNames = ['discover', 'reconcile', 'report'] as const;

const redrive =
  'Fix the cause, then let the messages be tried again: `aws sqs start-message-move-task --source-arn <queue of dead letters>`. Messages hold ids only.';

const ids = '@timestamp, level, message, reason, requestId';

/** Lists have no field of their own (CloudWatch Logs User Guide, discovered fields): `@message` shows them. */
function query(fields: string, filter: string): string {
  return `fields ${ids}, ${fields}, @message\n| filter ${filter}\n| sort @timestamp desc\n| limit 50`;
}

const failures = (...more: readonly string[]) =>
  query(['failure.name', 'failure.message', ...more].join(', '), 'level = "ERROR"');

const durations = [
  'filter @type = "REPORT"',
  'stats count(*) as calls, max(@duration) as longest, max(@maxMemoryUsed) as memory by bin(5m)',
].join('\n| ');

const runs = (filter: string) =>
  query('account, runId, outcome, changes', `message = "A run has ended." and ${filter}`);

const unreadAccount = {
  logs: ['reconcile'],
  query: query('account, runId, since', 'message = "The account could not be read."'),
  steps: [
    '`azfed doctor` says what is missing in the account.',
    '`access-denied`: the role in the account is gone, its trust names another hub or external id, or a policy of the organization (SCP) forbids it. Deploy the template of the account again (docs/deploy.md, Deploy the accounts).',
    'An account that was closed: take it out of federation.yaml and deploy.',
    'The event `account.unreadable.v1` was sent once; `account.readable.v1` follows when the account is read again.',
  ],
} as const satisfies Omit<RunbookPage, 'meaning'>;

const unreadOrganization = {
  logs: ['discover'],
  query: query(
    'organization, discoveryId',
    'message = "A discovery has ended that could not read everything."',
  ),
  steps: [
    '`azfed doctor` says which right is missing in which project.',
    '`sign-in-page` or `unauthorized`: the credential has ended or was revoked. Renew it, put it into its secret; nothing has to be deployed.',
    '`forbidden` in some projects: give azfed the role User on their service connections: `azfed access grant`.',
    '`throttled`: Azure DevOps slows azfed down; the next discoveries read on.',
  ],
} as const satisfies Omit<RunbookPage, 'meaning'>;

const late = {
  logs: ['deliver'],
  query: query('isSweep, delivered, waiting, exhausted', 'message = "Events were delivered."'),
  steps: [
    '`azfed doctor` says which webhook does not answer, `azfed doctor --send-test` tries it.',
    'When the receiver works again: `azfed replay --webhook <name>` sends what it has missed.',
  ],
} as const satisfies Omit<RunbookPage, 'meaning'>;

const perFunction = (name: FunctionName): Readonly<Record<string, RunbookPage>> => ({
  [`${name}-errors`]: {
    meaning: `The function ${name} has failed in three periods of five minutes running.`,
    logs: [name],
    query: failures('failure.stack.0'),
    steps: [
      'The function cannot start: its configuration is not the deployed one, or a secret is gone. Deploy again.',
      'An error of azfed itself (`failure.name` is InvariantError or one of JavaScript): report it with `failure.stack`. What is done is recorded; the next run goes on.',
      'An error of AWS: wait for the next schedule, look at the AWS Health Dashboard.',
    ],
  },
  [`${name}-throttles`]: {
    meaning: `Lambda keeps the function ${name} from running: the account has too few concurrent executions.`,
    logs: [name],
    query: durations,
    steps: [
      'See which function of the account uses the executions (metric ConcurrentExecutions).',
      'Ask AWS for more (Service Quotas, Lambda, Concurrent executions).',
    ],
  },
});

const perQueue = (name: (typeof queueNames)[number]): Readonly<Record<string, RunbookPage>> => ({
  [`${name}-dead-letters`]: {
    meaning: `A message for ${name} has failed five times and was set aside.`,
    logs: [name],
    query: query(
      'messageId, group, receives, failure.name, failure.message',
      'message = "A message was not worked off."',
    ),
    steps: ['The `group` is the account or the organization that was not looked at.', redrive],
  },
  [`${name}-oldest-message`]: {
    meaning: `Messages for ${name} wait for longer than two schedules.`,
    logs: [name],
    query: durations,
    steps: [
      'One that fails holds up its account or organization for some minutes: see the alarm about dead letters.',
      'All wait: the function is throttled, or its event source mapping is disabled.',
    ],
  },
});

const others = {
  undelivered: {
    meaning: 'EventBridge, its Scheduler or Lambda could not hand over an event or a schedule.',
    logs: ['deliver', 'iam-change'],
    query: failures(),
    steps: [
      'Attributes of the messages say why (`ERROR_MESSAGE`).',
      'The next schedule does the same work: the queue can be purged.',
    ],
  },
  'no-discovery': {
    meaning: 'No organization was read to its end for two schedules. azfed knows nothing new.',
    ...unreadOrganization,
    query: query(
      'organization, discoveryId, failure.name, failure.message',
      'message = "A discovery has ended that could not read everything." or level = "ERROR"',
    ),
  },
  'failed-passes': {
    meaning: 'Every change of a run failed, in two periods running.',
    logs: ['reconcile'],
    query: runs('outcome = "failed"'),
    steps: [
      '`azfed plan` names the changes, `azfed status` since when they fail and the text of AWS.',
      '`codes` has `permission`: a role in the account is older than federation.yaml, or an SCP forbids the change. Update the StackSet.',
    ],
  },
  'severe-findings': {
    meaning:
      'A run found something of severity high or critical that no run had found before: mostly, more is let in than was granted.',
    logs: ['reconcile'],
    query: query(
      'account, runId',
      'message = "The run found something severe that no run had counted before."',
    ),
    steps: [
      '`azfed plan` says what it is; docs/reference/findings.md what each code means and what to do.',
      'Who did it: `azfed history <connection>`, and CloudTrail of the account.',
    ],
  },
  'disputed-roles': {
    meaning: 'Somebody undoes what azfed repairs, five times within an hour.',
    logs: ['reconcile'],
    query: runs('rolesDisputed > 0'),
    steps: [
      '`azfed plan` names the role, `azfed history` who writes to it.',
      'Stop the other writer, or take the role out of its grant; then `azfed resume`.',
    ],
  },
  'configuration-refused': {
    meaning:
      'The newest published configuration cannot be read, or this release cannot use it. An earlier version is in force.',
    logs: ['reconcile'],
    query: query(
      'version, refused, reason',
      'message = "The newest published configuration cannot be used; an earlier one is in force."',
    ),
    steps: [
      '`azfed publish --list` names the version in force and the one that is refused; the log has the reason.',
      'Publish a configuration that this release understands (`azfed publish`), or the last good one again (`azfed publish --rollback <version>`).',
      'A version of a later release: deploy that release.',
    ],
  },
  breakers: {
    meaning: 'So much drifted or went missing at once that automatic runs only narrow there.',
    logs: ['reconcile'],
    query: runs('breakersTripped > 0'),
    steps: [
      '`azfed status` names the breaker, `azfed plan` what it holds.',
      'An incident: leave it so, and suspend more if need be (`azfed suspend`).',
      'A change that somebody meant: `azfed resume`.',
    ],
  },
  'accounts-unread': {
    meaning: 'An account could not be read in two of three schedules. Nothing in it is watched or repaired.',
    ...unreadAccount,
  },
  'account-reading-age': {
    meaning: 'An account has not been read for a day.',
    ...unreadAccount,
  },
  'account-lists-unread': {
    meaning:
      'The accounts of AWS Organizations could not be read in two of three schedules. azfed goes on with the last list that was whole: accounts that joined since then are not federated.',
    logs: ['discover'],
    query: query(
      'discoveryId',
      'message = "The accounts of AWS Organizations could not be read; the last list stays."',
    ),
    steps: [
      '`azfed doctor` tries it with your credentials; the check `accounts.listed` has the answer of AWS.',
      '`access-denied`: the account of the hub is no delegated administrator any more, or a policy of the organization (SCP) forbids it. Register it again, from the management account (docs/deploy.md).',
      'An organizational unit was deleted, or none of them holds an account: change `accounts` in federation.yaml, then `azfed publish`.',
      'The event `account-list.unreadable.v1` was sent once; `account-list.readable.v1` follows when the list is read again. No account is treated as gone before.',
    ],
  },
  'organizations-unread': {
    meaning: 'Nothing of an Azure DevOps organization could be read in two of three schedules.',
    ...unreadOrganization,
  },
  'projects-unread': {
    meaning: 'Projects of an Azure DevOps organization could not be read in two of three schedules.',
    ...unreadOrganization,
  },
  'organization-reading-age': {
    meaning: 'An organization or a project of it has not been read for a day.',
    ...unreadOrganization,
  },
  'oldest-event': { meaning: 'An event has been owed to a webhook for over an hour.', ...late },
  'exhausted-events': {
    meaning:
      'Events were given up: their webhook took none for three days. The history has them for 400 days.',
    ...late,
  },
  'unreadable-items': {
    meaning: 'A stored item cannot be read by this release: a later release wrote it, or somebody else.',
    logs: ['deliver', 'reconcile', 'discover'],
    query: failures('account', 'unreadableItems').replace('level =', 'unreadableItems > 0 or level ='),
    steps: [
      '`azfed doctor` names the item.',
      'After a rollback: deploy the later release again. Never delete a record: `azfed plan` says what it is about.',
    ],
  },
  'hooks-deferred': {
    meaning: 'Service hooks are answered with 503. Azure DevOps gives up on each after three minutes.',
    logs: ['hook'],
    query: failures(),
    steps: [
      'The queue or the table refuses: the error says which.',
      'Nothing is lost for good: the next schedule reads everything.',
    ],
  },
  'audit-entries-unread': {
    meaning: 'Entries of an audit log could not be read. The schedule finds the changes all the same.',
    logs: ['discover'],
    query: query(
      'organization, discoveryId, entries',
      'message = "Entries of the audit log could not be read; the scheduled run finds their changes."',
    ),
    steps: ['`azfed doctor` says more. Report the shape of the entries.'],
  },
  'stream-age': {
    meaning: 'The stream of the table is read late. The sweep delivers in its place, each minute.',
    logs: ['deliver'],
    query: durations,
    steps: ['See the alarms deliver-errors and deliver-throttles.'],
  },
  credential: {
    meaning: 'The credential for an Azure DevOps organization ends within two weeks.',
    logs: ['discover'],
    query: query('organization, discoveryId', 'message = "A discovery has ended."'),
    steps: [
      'Make a new token, put it into the secret that federation.yaml names; nothing has to be deployed.',
      'Or use Entra (docs/credentials.md): no credential ends.',
    ],
  },
} as const satisfies Readonly<Record<string, RunbookPage>>;

export const runbook: Readonly<Record<string, RunbookPage>> = Object.fromEntries(
  [...functionNames.map(perFunction), ...queueNames.map(perQueue), others].flatMap((pages) =>
    Object.entries<RunbookPage>(pages),
  ),
);

/** Where a page looks, in a deployment of that name. */
export const listLogGroups = ({ logs }: Pick<RunbookPage, 'logs'>, name: string): readonly string[] =>
  logs.map((one) => `/aws/lambda/${name}-${one}`);

/** The page of an alarm: alarms about credentials, one for each organization, share one. */
export function findRunbookName(alarm: string): string {
  return alarm.startsWith('credential-') ? 'credential' : alarm;
}
