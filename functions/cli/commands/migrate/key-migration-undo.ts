import type { Switched } from '../../../../shared/application/connections/migrate-keys.ts';
import {
  forgetMigration,
  switchCredentials,
} from '../../../../shared/application/connections/migrate-keys.ts';
import { formerKey } from '../../../../shared/config/environment.ts';
import {
  classifyCredential,
  displayName,
} from '../../../../shared/domain/azure-devops/service-connection.ts';
import { ConfigError } from '../../../../shared/domain/kernel/errors.ts';
import type { CredentialOrder } from '../../../../shared/ports/service-connections.ts';
import { confirm } from '../../console/approval-notes.ts';
import { toConnectionItem, type ConfirmedMigration } from './key-migration-run.ts';
import { selectLayout } from '../../output/layout.ts';
import { inert, jsonText, printResult } from '../../output/sanitize.ts';
import { orderText } from './migration-text.ts';
import { localFlag, type ExitCode, type Invocation } from '../../command-line/command.ts';

/** Back to keys: those that the person has kept. In AWS nothing is done; what nobody asks for follows its grant. */
export async function undoMigration(
  invocation: Invocation,
  undo: Omit<ConfirmedMigration, 'plan'>,
  { role, dryRun = false }: { readonly role?: string; readonly dryRun?: boolean },
): Promise<ExitCode> {
  const { deployment, session, subject, before } = undo;
  const { connection, place } = subject;
  const name = displayName(connection.references);
  const order = orderBack(undo, role);
  const text = `The connection is changed in one write:\n\n${orderText(before, order, selectLayout(invocation, deployment))}\n`;
  const { terminal, options } = invocation;
  const document = { schemaVersion: 1, connectionId: place.id, connection: name, roleArn: order.roleArn };
  if (dryRun) {
    printResult(invocation, { ...document, outcome: 'planned' }, () => text);
    return 0;
  }
  if (!(await confirm(invocation, { text, question: 'Take it back to keys?' }))) return 1;
  const switched = await switchCredentials(session, place, before, order);
  if (switched.outcome === 'as-ordered')
    await forgetMigration(deployment.ports.state, toConnectionItem(subject));
  if (options.json) terminal.result(jsonText({ ...document, outcome: switched.outcome }));
  return endUndo(invocation, switched, connection.requestedRoleArn ?? '', inert(name));
}

/** With the role that the connection named before, unless another one is typed. Throws ConfigError. */
function orderBack(
  { subject: { connection, recorded } }: Pick<ConfirmedMigration, 'subject'>,
  role: string | undefined,
): CredentialOrder {
  if (classifyCredential(connection) !== 'keys')
    return {
      use: 'keys',
      roleArn: role ?? recorded?.keyMigration?.formerRoleArn ?? '',
      key: formerKey(),
    };
  const where = displayName(connection.references);
  throw new ConfigError({ where, what: 'It signs in with keys already.', fix: 'There is nothing to undo.' });
}

function endUndo(
  { terminal, options }: Invocation,
  switched: Switched,
  roleArn: string,
  name: string,
): ExitCode {
  switch (switched.outcome) {
    case 'as-ordered':
      if (!options.json) terminal.result(`${name} signs in with keys again.`);
      terminal.note(
        `It no longer asks for ${inert(roleArn)}: the next run does with that as its grant says. At once: azfed apply${localFlag(options)}`,
      );
      return 0;
    case 'unknown':
      terminal.problem(`Nobody knows whether ${name} was changed: ${inert(switched.why)}`);
      return 3;
    case 'not-done':
      terminal.problem(`${name} was not changed in Azure DevOps: ${inert(switched.why)}`);
      return 1;
    case 'key-kept':
    case 'otherwise':
      terminal.problem(`Azure DevOps shows something else of ${name} than was sent: look at it there.`);
      return 1;
  }
}
