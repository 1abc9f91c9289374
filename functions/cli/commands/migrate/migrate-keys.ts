import { createConnectionSession } from '../../../../shared/adapters/azure-devops/connection-editor.ts';
import { readEditable } from '../../../../shared/application/connections/migrate-keys.ts';
import { ConfigError } from '../../../../shared/domain/kernel/errors.ts';
import type { Reading, Unknown } from '../../../../shared/domain/kernel/result.ts';
import { complete } from '../../../../shared/domain/kernel/result.ts';
import type { ConnectionSession, EditableConnection } from '../../../../shared/ports/service-connections.ts';
import { confirm } from '../../console/approval-notes.ts';
import { openDeployment } from '../../composition/deployment.ts';
import type { MigrationPlan, MigrationSubject } from './key-migration.ts';
import {
  findSubject,
  objectionToEditing,
  planMigration,
  requireRole,
  revokedError,
  withSeenReferences,
} from './key-migration.ts';
import type { ConfirmedMigration } from './key-migration-run.ts';
import { carryOutMigration } from './key-migration-run.ts';
import { undoMigration } from './key-migration-undo.ts';
import { inert, jsonText } from '../../output/sanitize.ts';
import { adviceText, migratedText, migrationDocument, migrationText } from './migration-text.ts';
import { deliverPending } from '../../console/notices.ts';
import { endUnread, localFlag } from '../../command-line/command.ts';
import type { ExitCode, Invocation, Verb } from '../../command-line/command.ts';
import { displayName } from '../../../../shared/domain/azure-devops/service-connection.ts';

interface KeyOptions {
  readonly role?: string;
  readonly dryRun?: boolean;
  readonly undo?: boolean;
}

export const migrateKeysVerb: Verb = (command, run) => {
  command
    .argument('<connection>', 'id, project/name, or a name that only one connection has')
    .option('--role <arn>', 'the role that the connection gets, if it names no role or another one')
    .option('--dry-run', 'show the steps; write nothing')
    .option('--undo', 'go back to the key in AZFED_UNDO_ACCESS_KEY_ID and AZFED_UNDO_SECRET_ACCESS_KEY')
    .action((typed: string, options: KeyOptions) =>
      run((invocation) => migrateKeys(invocation, typed, options)),
    );
};

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
  throw new ConfigError([{ where: displayName(connection.references), ...objection }]);
}

function held({ terminal }: Invocation, { subject, before, plan }: ConfirmedMigration): ConfigError {
  terminal.problem(formatMigration(before, plan, terminal));
  return new ConfigError([
    {
      where: displayName(subject.connection.references),
      what: 'What AWS needs for it is held, as shown above.',
      fix: 'Nothing was written. Let that go on first.',
    },
  ]);
}

const formatMigration = (before: EditableConnection, plan: MigrationPlan, terminal: Invocation['terminal']) =>
  migrationText(plan, before, terminal);

function showOnly({ terminal, options }: Invocation, confirmed: ConfirmedMigration): ExitCode {
  const { before, plan } = confirmed;
  terminal.result(
    options.json
      ? jsonText(migrationDocument(confirmed, 'planned'))
      : `${formatMigration(before, plan, terminal)}\n\n${adviceText(confirmed, options)}`,
  );
  return 0;
}

async function migrate(invocation: Invocation, confirmed: ConfirmedMigration): Promise<ExitCode> {
  const { terminal, options } = invocation;
  const text = `${formatMigration(confirmed.before, confirmed.plan, terminal)}\n\n${adviceText(confirmed, options)}\n`;
  if (!(await confirm(invocation, { text, question: 'Take it from keys to OIDC?' }))) return 1;
  const migrated = await carryOutMigration(terminal, confirmed);
  await deliverPending(confirmed.deployment, invocation);
  const { text: said, isGood } = migratedText(confirmed, migrated, terminal.style, localFlag(options));
  if (options.json) terminal.result(jsonText(migrationDocument(confirmed, migrated.outcome)));
  else if (isGood) terminal.result(said);
  if (!isGood) terminal.problem(said);
  if (migrated.outcome === 'unknown') return 3;
  return isGood ? 0 : 1;
}
