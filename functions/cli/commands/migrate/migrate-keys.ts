import { InvalidArgumentError } from 'commander';
import { createConnectionSession } from '../../../../shared/adapters/azure-devops/connection-editor.ts';
import { readEditable } from '../../../../shared/application/connections/migrate-keys.ts';
import { ConfigError } from '../../../../shared/domain/kernel/errors.ts';
import { complete, type Reading, type Unknown } from '../../../../shared/domain/kernel/result.ts';
import type { ConnectionSession, EditableConnection } from '../../../../shared/ports/service-connections.ts';
import { listUnread } from '../../../../shared/domain/findings/finding.ts';
import { proposeRole } from '../../../../shared/domain/migration/key-migration.ts';
import { addPlaceOptions, readFilter, requireOneWay, type PlaceOptions } from '../../arguments/filter.ts';
import { migrateAllKeys } from './migrate-all-keys.ts';
import { openDeployment, type Deployment } from '../../composition/deployment.ts';
import { confirm } from '../../console/approval-notes.ts';
import type { MigrationSubject } from './key-migration.ts';
import {
  findSubject,
  objectionToEditing,
  planMigration,
  requireRole,
  revokedError,
  withSeenReferences,
} from './key-migration.ts';
import { carryOutMigration, type ConfirmedMigration } from './key-migration-run.ts';
import { undoMigration } from './key-migration-undo.ts';
import { selectLayout } from '../../output/layout.ts';
import { inert, jsonText, printResult } from '../../output/sanitize.ts';
import { wrapLines } from '../../output/text.ts';
import { adviceText, migratedText, migrationDocument, migrationText } from './migration-text.ts';
import { deliverPending } from '../../console/notices.ts';
import { endUnread, localFlag } from '../../command-line/command.ts';
import type { ExitCode, Invocation, Verb } from '../../command-line/command.ts';
import { displayName } from '../../../../shared/domain/azure-devops/service-connection.ts';

interface KeyOptions extends PlaceOptions {
  readonly all?: boolean;
  readonly batch: number;
  readonly role?: string;
  readonly dryRun?: boolean;
  readonly undo?: boolean;
}

export const migrateKeysVerb: Verb = (command, run) => {
  addPlaceOptions(command, 'with --all: ')
    .argument('[connection]', 'id, project/name, or a name that only one connection has')
    .option(
      '--all',
      'every connection with keys; shows who is ready and when a job used it last, then asks once',
    )
    .option(
      '--batch <count>',
      'with --all: how many are migrated before it is decided to go on',
      parseCount,
      5,
    )
    .option('--role <arn>', 'the role that the connection gets, if it names no role or another one')
    .option('--dry-run', 'show the steps; write nothing')
    .option('--undo', 'go back to the key in AZFED_UNDO_ACCESS_KEY_ID and AZFED_UNDO_SECRET_ACCESS_KEY')
    .action(
      run((invocation, typed: string | undefined, options: KeyOptions) => {
        if (typed === undefined || options.all) return migrateSelected(invocation, typed, options);
        requireOneWay('azfed migrate keys', typed, readFilter(options));
        return migrateKeys(invocation, typed, options);
      }),
    );
};

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text)) throw new InvalidArgumentError('It must be a whole number, such as 5.');
  return Number(text);
}

async function migrateSelected(
  invocation: Invocation,
  typed: string | undefined,
  { all = false, batch, dryRun = false, undo, role, ...places }: KeyOptions,
): Promise<ExitCode> {
  if (!all || typed !== undefined || undo || role !== undefined)
    throw new ConfigError({
      where: 'azfed migrate keys',
      what: all ? 'A connection, --role and --undo go with one connection.' : 'No connection was named.',
      fix: 'Name one connection, or use --all, with --project, --account or --grant.',
    });
  const deployment = await openDeployment(invocation, dryRun ? 'read' : 'change');
  const session = createConnectionSession(deployment.operator);
  const prepare = (id: string) => prepareMigration(deployment, session, id);
  return migrateAllKeys(invocation, deployment, prepare, {
    filter: readFilter(places),
    batch,
    isDryRun: dryRun,
  });
}

/** Everything short of the first write. Throws ConfigError with what stands against it. */
async function prepareMigration(
  deployment: Deployment,
  session: ConnectionSession,
  id: string,
): Promise<ConfirmedMigration> {
  const subject = await findSubject(deployment, id);
  if ('unread' in subject) throw notRead(id, listUnread(subject.unread).join(' '));
  const { connection, place } = subject;
  const proposed =
    connection.requestedRoleArn === ''
      ? proposeRole(deployment.configuration, place.organization, connection)
      : undefined;
  const roleArn = requireRole(subject, deployment.configuration, proposed);
  const plan = await planMigration(deployment, subject, roleArn);
  if (plan.readiness === 'unread') throw notRead(id, listUnread(plan.planned.findings).join(' '));
  if (plan.readiness === 'shut') throw revokedError(subject, plan);
  if (plan.readiness === 'held')
    throw new ConfigError({
      where: displayName(connection.references),
      what: 'What AWS needs for it is held.',
      fix: 'See: azfed migrate keys --dry-run',
    });
  const before = await readCurrentConnection(session, subject);
  if (before.state === 'unknown') throw notRead(id, before.message);
  return { deployment, session, subject, before: before.value, plan };
}

const notRead = (where: string, message: string) =>
  new ConfigError({
    where,
    what: `Not everything could be read: ${message}`,
    fix: 'Try again; see: azfed doctor',
  });

async function migrateKeys(invocation: Invocation, typed: string, options: KeyOptions): Promise<ExitCode> {
  const deployment = await openDeployment(invocation, options.dryRun ? 'read' : 'change');
  const subject = await findSubject(deployment, typed);
  if ('unread' in subject) return endUnread(invocation, subject.unread);
  const session = createConnectionSession(deployment.operator);
  if (options.undo) {
    const before = await readCurrentConnection(session, subject);
    if (before.state === 'unknown') return endUnseen(invocation, before);
    return undoMigration(invocation, { deployment, session, subject, before: before.value }, options);
  }
  const roleArn = requireRole(subject, deployment.configuration, options.role);
  const plan = await planMigration(deployment, subject, roleArn);
  if (plan.readiness === 'unread') return endUnread(invocation, plan.planned.findings);
  if (plan.readiness === 'shut') throw revokedError(subject, plan);
  const before = await readCurrentConnection(session, subject);
  if (before.state === 'unknown') return endUnseen(invocation, before);
  const confirmed = { deployment, session, subject, before: before.value, plan };
  if (plan.readiness === 'held') throw held(invocation, confirmed);
  if (options.dryRun) return showOnly(invocation, confirmed);
  return migrate(invocation, confirmed);
}

function endUnseen({ terminal }: Invocation, { message }: Unknown): ExitCode {
  terminal.problem(`Could not be read: ${inert(message)}`);
  return 3;
}

/** Throws ConfigError when it is not as the look showed it, or is not this identity's to change. */
async function readCurrentConnection(
  session: ConnectionSession,
  { place, connection, isSeenWhole }: MigrationSubject,
): Promise<Reading<EditableConnection>> {
  const read = await readEditable(session, place);
  if (read.state === 'unknown') return read;
  const before = withSeenReferences(read.value, connection);
  const objection = objectionToEditing(connection, before, isSeenWhole);
  if (!objection) return complete(before);
  throw new ConfigError({ where: displayName(connection.references), ...objection });
}

function held(invocation: Invocation, confirmed: ConfirmedMigration): ConfigError {
  const { subject, before, plan, deployment } = confirmed;
  invocation.terminal.problem(migrationText(plan, before, selectLayout(invocation, deployment)));
  return new ConfigError({
    where: displayName(subject.connection.references),
    what: 'What AWS needs for it is held, as shown above.',
    fix: 'Nothing was written. Let that go on first.',
  });
}

/** What is about to be done, and what a person has to know before that. */
function planText(invocation: Invocation, confirmed: ConfirmedMigration): string {
  const { before, plan, deployment } = confirmed;
  const shown = migrationText(plan, before, selectLayout(invocation, deployment));
  return `${shown}\n\n${adviceText(confirmed, invocation.options)}`;
}

function showOnly(invocation: Invocation, confirmed: ConfirmedMigration): ExitCode {
  const { terminal } = invocation;
  printResult(invocation, migrationDocument(confirmed, 'planned'), () =>
    wrapLines(planText(invocation, confirmed), terminal.columns),
  );
  return 0;
}

async function migrate(invocation: Invocation, confirmed: ConfirmedMigration): Promise<ExitCode> {
  const { terminal, options } = invocation;
  const text = `${planText(invocation, confirmed)}\n`;
  if (!(await confirm(invocation, { text, question: 'Take it from keys to OIDC?' }))) return 1;
  const migrated = await carryOutMigration(terminal, confirmed);
  await deliverPending(confirmed.deployment, invocation);
  const layout = selectLayout(invocation, confirmed.deployment);
  const { text: said, isGood } = migratedText(confirmed, migrated, layout, localFlag(options));
  if (options.json) terminal.result(jsonText(migrationDocument(confirmed, migrated.outcome)));
  else if (isGood) terminal.result(wrapLines(said, terminal.columns));
  if (!isGood) terminal.problem(said);
  if (migrated.outcome === 'unknown') return 3;
  return isGood ? 0 : 1;
}
