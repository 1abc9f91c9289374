import {
  classifyCredential,
  displayName,
} from '../../../../shared/domain/azure-devops/service-connection.ts';
import type { CredentialOrder, EditableConnection } from '../../../../shared/ports/service-connections.ts';
import { toPlanDocument } from '../plan/interactive-plan.ts';
import type { MigrationPlan } from './key-migration.ts';
import type { ConfirmedMigration, Migrated } from './key-migration-run.ts';
import { localFlag, type GlobalOptions } from '../../command-line/command.ts';
import { inert } from '../../output/sanitize.ts';
import { changesText } from '../../output/plan-text.ts';
import { reportText } from '../../output/report-text.ts';
import { shortenArns, type Layout } from '../../output/layout.ts';
import { table, whole } from '../../output/table.ts';

/** What is about to be done in AWS and then in Azure DevOps. */
export function migrationText(
  { roleArn, planned: { changes } }: MigrationPlan,
  before: EditableConnection,
  layout: Layout,
): string {
  const aws =
    changes.length > 0 ? changesText(changes, layout) : '  Nothing to do: its tokens are let in already.';
  return [
    'First AWS is made ready for it, and looked at again:',
    aws,
    'Then the connection is changed in one write. Its id stays, and with it pipelines, approvals and checks:',
    orderText(before, { use: 'oidc', roleArn }, layout),
  ].join('\n\n');
}

/** The fields of the connection, as they are and as they will be. */
export function orderText(before: EditableConnection, order: CredentialOrder, layout: Layout): string {
  const cells = listOrder(before, order).map((row) => row.map((cell) => inert(shortenArns(cell, layout))));
  const columns = [
    whole('FIELD'),
    { heading: 'NOW', wraps: true },
    { heading: 'THEN', wraps: true },
  ] as const;
  return table(columns, cells, layout.columns && layout.columns - 2).replaceAll(/^/gm, '  ');
}

function listOrder(
  { connection, accessKeyEnding }: EditableConnection,
  order: CredentialOrder,
): readonly (readonly string[])[] {
  const isOidc = order.use === 'oidc';
  const given = order.use === 'keys' && order.key !== 'stored' ? order.key.accessKeyId.slice(-4) : '';
  return [
    ['Use OIDC', connection.oidc ?? 'not shown', isOidc ? 'on' : 'off'],
    [
      'Role to assume',
      connection.requestedRoleArn === null ? 'not shown' : connection.requestedRoleArn || 'none',
      order.roleArn || 'none',
    ],
    ['Access key id', keyName(accessKeyEnding), isOidc ? 'none' : keyName(given)],
    ['Secret access key', 'never shown', isOidc ? 'none' : 'as given'],
    ['Session token', 'never shown', 'none'],
  ];
}

/** Which key it is, by its end: enough to find it in IAM. */
const keyName = (ending: string) => (ending === '' ? 'none' : `…${ending}`);

/** What a person has to know before saying yes. */
export function adviceText(
  { subject, before }: ConfirmedMigration,
  options: Pick<GlobalOptions, 'local'>,
): string {
  const ending = before.accessKeyEnding;
  const isDone = classifyCredential(before.connection) === 'federated';
  const key = ending === '' ? 'the key' : `the key ${keyName(inert(ending))}`;
  return [
    ...(isDone
      ? ['It shows no key already. Done again, this empties a secret that may have stayed behind unseen.']
      : []),
    `Nobody can read the secret back out of Azure DevOps: keep it, and keep ${key} active in IAM, until a pipeline has run with OIDC.`,
    `Back again, with the key in AZFED_UNDO_ACCESS_KEY_ID and AZFED_UNDO_SECRET_ACCESS_KEY: \`azfed migrate keys ${subject.place.id} --undo${localFlag(options)}\``,
  ].join('\n');
}

/** What came of it, and what to do next. */
export function migratedText(
  { subject, before, plan }: ConfirmedMigration,
  migrated: Migrated,
  layout: Layout,
  flag: string,
): { readonly text: string; readonly isGood: boolean } {
  const name = inert(displayName(subject.connection.references));
  const key = before.accessKeyEnding === '' ? '' : ` ${keyName(inert(before.accessKeyEnding))}`;
  const run = migrated.report ? [reportText(migrated.report, undefined, layout.style)] : [];
  const bad = (...lines: readonly string[]) => ({ text: [...run, ...lines].join('\n'), isGood: false });
  switch (migrated.outcome) {
    case 'as-ordered': {
      const lines = [
        `${layout.style.bold(`${name} uses OIDC now`)}, and assumes ${inert(shortenArns(plan.roleArn, layout))}.`,
        'Run a pipeline that uses it. If its log says "Need to define or omit both", Azure DevOps has kept the secret where nobody sees it (aws-toolkit-azure-devops issue 564): run this once more, or go back with --undo.',
        `Whether it was let in shows: \`azfed verify ${subject.place.id}${flag}\`. Then deactivate the access key${key} in IAM, and delete it when nobody misses it.`,
      ];
      return { text: [...run, ...lines].join('\n'), isGood: true };
    }
    case 'not-ready':
      return bad(
        `AWS is not ready for ${name}, so Azure DevOps was left alone: ${inert(migrated.why)}`,
        'Its pipelines go on with the keys. Run it again; what nobody asks for is closed again as its grant says, in an hour.',
      );
    case 'not-done':
      return bad(
        `${name} was not changed in Azure DevOps: ${inert(migrated.why)}`,
        'Its pipelines go on as before. Run it again when that is fixed.',
      );
    case 'key-kept':
      return bad(
        `Azure DevOps does not let go of the access key id of ${name} (aws-toolkit-azure-devops issues 407, 428, 466, 564), and with it the tasks take the keys.`,
        migrated.isPutBack
          ? 'azfed restored the connection.'
          : 'It could not be put back: look at it in Azure DevOps.',
        'Make a new connection with OIDC beside it, move the pipelines over, and delete this one.',
      );
    case 'otherwise':
      return bad(
        `Azure DevOps shows something else of ${name} than was sent:`,
        orderText(migrated.now, { use: 'oidc', roleArn: plan.roleArn }, layout),
        'Look at it in Azure DevOps, and run it again.',
      );
    case 'unknown':
      return bad(
        `Nobody knows whether ${name} was changed: ${inert(migrated.why)}`,
        'Look: azfed status --credentials. Then run it again.',
      );
  }
}

/** For other programs. */
export function migrationDocument(
  { deployment, subject, before, plan }: ConfirmedMigration,
  outcome: 'planned' | Migrated['outcome'],
) {
  const { connection } = subject;
  return {
    schemaVersion: 1,
    outcome,
    connectionId: connection.id,
    connection: displayName(connection.references),
    before: {
      credentials: classifyCredential(connection),
      roleArn: connection.requestedRoleArn ?? '',
      accessKeyEnding: before.accessKeyEnding,
    },
    roleArn: plan.roleArn,
    plan: toPlanDocument(deployment, plan.planned),
  };
}
