import { splitArn } from '../../../shared/domain/kernel/arn.ts';
import {
  FORMER_PENDING_INDEX,
  accountPartition,
  connectionHistoryPartition,
  hookKey,
  hooksHistoryPartition,
  organizationPartition,
  readingHistoryPartition,
  remoteRunPartition,
  tableIndexes,
} from '../../../shared/contract/table-keys.ts';
import { configurationFiles } from '../../../shared/contract/configuration-files.ts';
import { groupItems, listIf } from '../../../shared/domain/kernel/group-by.ts';
import type { LoadedConfiguration } from '../../../shared/config/configuration-text.ts';
import { allow, type Right } from '../policy-statement.ts';
import { cutPortions, quotas } from '../quotas.ts';

/** What the functions work with, by ARN. */
export interface Belongings {
  /** The configuration that is deployed with the stack. */
  readonly configuration: string;
  /** The bucket of published configurations, and the versions in it. */
  readonly published: { readonly bucket: string; readonly objects: string };
  readonly table: string;
  readonly stream: string;
  readonly discoverQueue: string;
  readonly reconcileQueue: string;
  readonly reportQueue: string;
  /** The report, by the names of its objects. */
  readonly reports: readonly string[];
  readonly undelivered: string;
  readonly hookSecret: string;
  /** Functions that people invoke. */
  readonly functions: readonly string[];
  /** Where records are signed. */
  readonly recordKey?: string;
}

/*
 * What each function may do, all of it:
 *
 *               configuration  table              queues                     secrets           STS
 *  discover     reads          its partitions     takes and puts discover,   credentials of    a token for Entra;
 *                                                 puts reconcile             organizations     Organizations: lists accounts
 *  reconcile    reads          reads and writes   takes reconcile,           none              AssumeRole: spoke roles
 *                                                 puts report
 *  hook         reads          its partition      puts discover              its password      none
 *  iam-change   reads          reads accounts     puts discover              none              none
 *  deliver      reads          reads and writes   puts what failed           of webhooks       none
 *  report       reads          reads              takes report               none              AssumeRole: read roles;
 *                                                                                              S3: puts the report
 *
 * None has a right in IAM. Where records are signed, discover, reconcile, deliver and report may use the key for it.
 */

export function discoverRights(
  own: Belongings,
  { organizations, listing }: Pick<LoadedConfiguration, 'organizations' | 'listing'>,
): readonly Right[] {
  const credentials = organizations.map(({ credential }) => credential);
  const secrets = credentials.flatMap((credential) => ('secret' in credential ? [credential.secret] : []));
  const audiences = credentials.flatMap((credential) =>
    'audience' in credential ? [credential.audience] : [],
  );
  const actions = ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:PutItem'];
  return [
    ...readConfiguration(own),
    allow('Table', actions, [own.table], {
      reason: 'Keeps what it has seen of Azure DevOps and its hooks, and what of it concerns each account.',
      condition: partitionsLike(organizationPartition('*'), accountPartition('*'), remoteRunPartition('*')),
    }),
    allow('Projects', ['dynamodb:DeleteItem'], [own.table], {
      reason: 'Forgets projects that are gone.',
      condition: partitionsLike(organizationPartition('*')),
    }),
    allow('History', ['dynamodb:PutItem'], [own.table], {
      reason: 'Moves the oldest events of a record that has no room to the history.',
      condition: partitionsLike(
        connectionHistoryPartition('*'),
        hooksHistoryPartition('*'),
        readingHistoryPartition('organization', '*'),
        readingHistoryPartition('account-list', 'organization'),
      ),
    }),
    take(own.discoverQueue),
    allow('Put', ['sqs:SendMessage'], [own.discoverQueue, own.reconcileQueue], {
      reason:
        'One message for each account that is concerned, and for each organization when a person starts a run.',
    }),
    ...signRecords(own),
    ...readSecrets(secrets, 'Personal access tokens of organizations that have one.'),
    ...proveIdentity(audiences),
    ...listAccounts(listing),
  ];
}

/** None of them knows resources that are not `*` for the whole organization (Service Authorization Reference, Organizations). */
function listAccounts(listing: LoadedConfiguration['listing']): readonly Right[] {
  if (!listing) return [];
  const actions = ['ListAccounts', 'ListAccountsForParent', 'ListOrganizationalUnitsForParent'];
  return [
    allow(
      'ListAccounts',
      actions.map((action) => `organizations:${action}`),
      ['*'],
      {
        reason:
          'Which accounts there are: only where federation.yaml has accounts of AWS Organizations. The account of the hub is the management account or a delegated administrator.',
      },
    ),
  ];
}

/** `sts:AssumeRole` of the spoke roles comes in policies of their own: there may be hundreds of them. */
export function reconcileRights(own: Belongings): readonly Right[] {
  const actions = ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:PutItem', 'dynamodb:UpdateItem'];
  return [
    ...readConfiguration(own),
    allow('Table', actions, [own.table], {
      reason: 'Inventory, records, events, decisions of people; the lease of an account.',
    }),
    take(own.reconcileQueue),
    allow('Put', ['sqs:SendMessage'], [own.reconcileQueue, own.reportQueue], {
      reason:
        'Asks for the next run when one ended out of time, and for a report after it has changed something.',
    }),
    ...signRecords(own),
  ];
}

/**
 * Spoke roles, as many in a statement as its policy has room for. Each by its ARN, as long as the role of the function has
 * room for so many policies; then by their names and a list of the accounts, which says the same in fewer characters.
 */
export function assumeRights(
  roles: readonly string[],
  mostPolicies: number = quotas.managedPolicies,
  room = ROOM,
): readonly Right[] {
  const anywhere = roles.filter((role) => splitArn(role).account === '*');
  const placed = roles.filter((role) => !anywhere.includes(role));
  const organization = anywhere.length > 0 ? [assumeInOrganization(anywhere)] : [];
  const exact = cutPortions(placed, room).map((portion) => assume(portion));
  return exact.length + organization.length <= mostPolicies
    ? [...exact, ...organization]
    : [...groupAccounts(placed).flatMap((group) => assumeInAccounts(group, room)), ...organization];
}

/** STS knows `aws:ResourceOrgID` for AssumeRole (AWS, data perimeter policy examples, STS). */
const assumeInOrganization = (roles: readonly string[]): Right =>
  allow('AssumeSpokeRoles', ['sts:AssumeRole'], roles, {
    reason:
      'The roles of accountDefaults, in the accounts of the own organization alone: AWS Organizations lists them. The only way into IAM.',
    condition: { StringEquals: { 'aws:ResourceOrgID': '${aws:PrincipalOrgID}' } },
  });

const ROOM = quotas.managedPolicy - 250;

function assume(roles: readonly string[], accounts?: readonly string[]): Right {
  return allow('AssumeSpokeRoles', ['sts:AssumeRole'], roles, {
    reason: 'The roles that federation.yaml names, in the accounts that it names. The only way into IAM.',
    ...(accounts && { condition: { StringEquals: { 'aws:ResourceAccount': accounts } } }),
  });
}

interface AccountGroup {
  /** ARNs with `*` in the place of the account. */
  readonly roles: readonly string[];
  readonly accounts: readonly string[];
}

/** STS knows `aws:ResourceAccount` for AssumeRole (AWS, data perimeter policy examples, STS). */
function assumeInAccounts({ roles, accounts }: AccountGroup, room: number): readonly Right[] {
  return cutPortions(accounts, room - roles.join('","').length).map((portion) => assume(roles, portion));
}

/** Accounts whose roles have the same paths and names, together. */
function groupAccounts(roles: readonly string[]): readonly AccountGroup[] {
  const names = new Map<string, string[]>();
  for (const role of roles) {
    const parts = role.split(':');
    const [account = ''] = parts.splice(4, 1, '*');
    names.set(account, [...(names.get(account) ?? []), parts.join(':')]);
  }
  const groups = groupItems([...names], ([, own]) => own.sort().join(','));
  return [...groups.values()].map((members) => ({
    roles: members[0]?.[1] ?? [],
    accounts: members.map(([account]) => account),
  }));
}

export const hookRights = (own: Belongings): readonly Right[] => [
  ...readConfiguration(own),
  allow('Table', ['dynamodb:GetItem', 'dynamodb:PutItem'], [own.table], {
    reason: 'Remembers which notifications it has had.',
    condition: partitionsLike(hookKey('*', '*').pk),
  }),
  put(own.discoverQueue, 'Asks for a look at one project.'),
  ...readSecrets([own.hookSecret], 'The password that service hooks send.'),
];

export const iamChangeRights = (own: Belongings): readonly Right[] => [
  ...readConfiguration(own),
  allow('Table', ['dynamodb:PutItem'], [own.table], {
    reason: 'Remembers who changed what.',
    condition: partitionsLike(accountPartition('*')),
  }),
  allow('Roles', ['dynamodb:GetItem', 'dynamodb:Query'], [own.table], {
    reason: 'Knows the names of the roles that azfed decides on: others are nothing for it.',
    condition: partitionsLike(accountPartition('*'), organizationPartition('*')),
  }),
  put(
    own.discoverQueue,
    'Asks for a look at what was changed in one account, after the half minute of that queue.',
  ),
  keepFailures(own),
];

export function deliverRights(
  own: Belongings,
  { webhooks }: LoadedConfiguration,
  keepIndexes: readonly string[],
): readonly Right[] {
  const secrets = webhooks.flatMap((webhook) =>
    'secret' in webhook && 'secret' in webhook.secret ? [webhook.secret.secret] : [],
  );
  const actions = ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:PutItem'];
  const read = keepIndexes.filter((name) => name === FORMER_PENDING_INDEX);
  const indexes = [tableIndexes.pending, ...read].map((name) => `${own.table}/index/${name}`);
  return [
    ...readConfiguration(own),
    allow('Table', actions, [own.table, ...indexes], {
      reason: 'Finds events that are owed, moves them to the history when they are delivered.',
    }),
    allow(
      'Stream',
      ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
      [own.stream],
      { reason: 'Events as soon as they are written.' },
    ),
    allow('Streams', ['dynamodb:ListStreams'], ['*'], {
      reason: 'Lambda asks for it to find the stream; DynamoDB knows no resource for it.',
    }),
    ...readSecrets(secrets, 'Signing secrets of the webhooks.'),
    ...allowSending('PutEvents', 'events:PutEvents', 'bus', webhooks),
    ...allowSending('Publish', 'sns:Publish', 'topic', webhooks),
    ...signRecords(own),
    keepFailures(own),
  ];
}

/** Buses and topics that federation.yaml names, each by its ARN. */
export function allowSending(
  sid: string,
  action: string,
  field: 'bus' | 'topic',
  webhooks: LoadedConfiguration['webhooks'],
): readonly Right[] {
  const arns = webhooks.flatMap((webhook) =>
    field in webhook ? [webhook[field as keyof typeof webhook]] : [],
  );
  return listIf(
    arns.length > 0,
    allow(sid, [action], [...new Set(arns.map(String))], {
      reason: 'Events, where federation.yaml sends them.',
    }),
  );
}

/** Roles to look with come in policies of their own, as those of `reconcile` do. */
export const reportRights = (own: Belongings): readonly Right[] => [
  ...readConfiguration(own),
  allow('Table', ['dynamodb:GetItem', 'dynamodb:Query'], [own.table], {
    reason: 'Inventory, records, decisions of people, history. Writes nothing.',
  }),
  take(own.reportQueue),
  allow('Report', ['s3:PutObject'], own.reports, {
    reason: 'The page and the document, and no other object.',
  }),
  ...signRecords(own),
];

/** Nothing where records are not signed. */
export function signRecords({ recordKey }: Pick<Belongings, 'recordKey'>): readonly Right[] {
  if (recordKey === undefined) return [];
  return [
    allow('SignRecords', ['kms:GenerateMac'], [recordKey], {
      reason: 'The key that signs records, and by which they are judged.',
    }),
  ];
}

/** A key of many values; see below. */
export const partitionsLike = (...patterns: readonly string[]) => ({
  'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [...patterns] },
  Null: { 'dynamodb:LeadingKeys': 'false' },
});

const readConfiguration = ({ configuration, published }: Belongings): readonly Right[] => [
  allow('Configuration', ['s3:GetObject'], [configuration, published.objects], {
    reason:
      'federation.yaml as it was deployed with the stack, and as it was published since. Writes neither.',
  }),
  allow('Versions', ['s3:ListBucket'], [published.bucket], {
    reason: 'Finds the newest published configuration.',
    condition: { StringEquals: { 's3:prefix': configurationFiles.prefix } },
  }),
];

function take(queue: string): Right {
  const actions = [
    'sqs:ReceiveMessage',
    'sqs:DeleteMessage',
    'sqs:ChangeMessageVisibility',
    'sqs:GetQueueAttributes',
  ];
  return allow('Take', actions, [queue], { reason: 'Its own queue; Lambda reads it in its name.' });
}

const put = (queue: string, reason: string): Right => allow('Put', ['sqs:SendMessage'], [queue], { reason });

function keepFailures({ undelivered }: Belongings): Right {
  return allow('KeepFailures', ['sqs:SendMessage'], [undelivered], {
    reason: 'Events that failed again and again are kept for a person.',
  });
}

/** An ARN may be written without the six characters that Secrets Manager adds to it; IAM compares the whole one. */
export function readSecrets(arns: readonly string[], reason: string): readonly Right[] {
  const both = [...new Set(arns)].flatMap((arn) => [arn, `${arn}-??????`]);
  return both.length > 0 ? [allow('Secrets', ['secretsmanager:GetSecretValue'], both, { reason })] : [];
}

/**
 * A token that says who azfed is, for Entra alone. The audience is a key of many values: ForAllValues also holds when
 * there is none, hence Null (IAM User Guide, multivalued context keys).
 */
function proveIdentity(audiences: readonly string[]): readonly Right[] {
  if (audiences.length === 0) return [];
  return [
    allow('ProveIdentityToEntra', ['sts:GetWebIdentityToken'], ['*'], {
      reason: 'A token of its own for Entra, in place of a stored secret. STS knows no resource for it.',
      condition: {
        'ForAllValues:StringEquals': { 'sts:IdentityTokenAudience': [...new Set(audiences)] },
        StringEquals: { 'sts:SigningAlgorithm': 'RS256' },
        Null: { 'sts:IdentityTokenAudience': 'false' },
      },
    }),
  ];
}
