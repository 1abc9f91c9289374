import { includesKind, openedTo, type PersonKind } from '../../../shared/domain/configuration/people.ts';
import {
  CONTROLS_PARTITION,
  accountPartition,
  organizationPartition,
  tableIndexes,
} from '../../../shared/contract/table-keys.ts';
import { configurationFiles } from '../../../shared/contract/configuration-files.ts';
import type { LoadedConfiguration } from '../../../shared/config/configuration-text.ts';
import { listAssumedRoles, type AccountPattern } from '../../../shared/domain/configuration/account-list.ts';
import { allow, type Right } from '../policy-statement.ts';
import type { Belongings } from '../service/grants.ts';
import { allowSending, partitionsLike, readSecrets, signRecords } from '../service/grants.ts';
import { readRoles } from '../spoke-roles.ts';

/** What people work with in the account of the hub. */
export type PeoplesBelongings = Pick<
  Belongings,
  'table' | 'reports' | 'published' | 'hookSecret' | 'recordKey' | 'functions'
>;

/**
 * What each kind of people may do in the account of the hub; what they may do in an account is what its roles may:
 *
 *               table                 functions  secrets         key of records  report  roles in the accounts
 *  readers      read                                             use             read    readRole
 *  approvers    read; write CONTROLS                             use             read    readRole
 *  operators    read, write           invoke     hook, webhooks  use             read    readRole, assumeRole
 *  retirers     read, write           invoke     hook, webhooks  use             read    readRole, assumeRole, retireRole
 *
 * No credential of an organization: people sign in to Azure DevOps as themselves.
 */
export function listPersonRights(
  kind: PersonKind,
  own: PeoplesBelongings,
  configuration: Pick<LoadedConfiguration, 'webhooks'>,
): readonly Right[] {
  return [
    ...readerRights(own),
    ...(kind === openedTo.approve ? [approverRight(own)] : []),
    ...(includesKind(kind, openedTo.write) ? operatorRights(own, configuration) : []),
  ];
}

/** ARNs of the roles that people of the kind may assume in the accounts. */
export function listPersonRoles(kind: PersonKind, accounts: readonly AccountPattern[]): readonly string[] {
  if (includesKind(kind, openedTo.retire)) return unique(accounts.flatMap(listAssumedRoles));
  if (!includesKind(kind, openedTo.write)) return unique(accounts.flatMap(readRoles));
  return unique(accounts.flatMap(({ retireRole: _, ...account }) => listAssumedRoles(account)));
}

const unique = (arns: readonly string[]): readonly string[] => [...new Set(arns)];

function readerRights(own: PeoplesBelongings): readonly Right[] {
  const actions = ['dynamodb:DescribeTable', 'dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'];
  return [
    allow('ReadTable', actions, [own.table, `${own.table}/index/${tableIndexes.pending}`], {
      reason: 'Records, decisions, history: a plan without them takes every role for somebody else’s.',
    }),
    allow('ReadConfigurations', ['s3:GetObject'], [own.published.objects], {
      reason: 'Published configurations, to compare with.',
    }),
    allow('ListConfigurations', ['s3:ListBucket'], [own.published.bucket], {
      reason: 'Finds the newest published configuration.',
      condition: { StringEquals: { 's3:prefix': configurationFiles.prefix } },
    }),
    allow('ReadReport', ['s3:GetObject'], own.reports, { reason: 'The report as of the last change.' }),
    ...signRecords(own),
  ];
}

/** IAM sees the partition of an item, not what is in it: pauses and breakers stand in the same item as approvals. */
function approverRight({ table }: PeoplesBelongings): Right {
  return allow('WriteDecisions', ['dynamodb:PutItem'], [table], {
    reason:
      'Approvals, which stand with pauses and breakers in one item. Nothing else of the table: no record of a role or a connection.',
    condition: partitionsLike(CONTROLS_PARTITION),
  });
}

function operatorRights(
  own: PeoplesBelongings,
  { webhooks }: Pick<LoadedConfiguration, 'webhooks'>,
): readonly Right[] {
  const secrets = webhooks.flatMap((webhook) =>
    'secret' in webhook && 'secret' in webhook.secret ? [webhook.secret.secret] : [],
  );
  return [
    allow('WriteTable', ['dynamodb:PutItem', 'dynamodb:UpdateItem'], [own.table], {
      reason: 'Records what is done, before and after; takes the lease of an account.',
    }),
    allow('ForgetItems', ['dynamodb:DeleteItem'], [own.table], {
      reason: 'Gives a lease back, and forgets projects that are gone. No history is deleted.',
      condition: partitionsLike(organizationPartition('*'), accountPartition('*')),
    }),
    ...readSecrets(
      [own.hookSecret, ...secrets],
      'Installs service hooks, and delivers the events of its own runs.',
    ),
    allow('PublishConfiguration', ['s3:PutObject'], [own.published.objects], {
      reason: 'A new version; an object that is there is never written again by azfed.',
    }),
    allow('StartRuns', ['lambda:InvokeFunction'], own.functions, {
      reason:
        'azfed reconcile --remote: starts a run of the service, after each function has shown that it starts.',
    }),
    allow('RotateHookSecret', ['secretsmanager:PutSecretValue'], [own.hookSecret], {
      reason: 'azfed hooks rotate.',
    }),
    ...allowSending('PutEvents', 'events:PutEvents', 'bus', webhooks),
    ...allowSending('Publish', 'sns:Publish', 'topic', webhooks),
  ];
}
