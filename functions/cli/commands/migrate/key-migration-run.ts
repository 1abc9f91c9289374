import type { Switched } from '../../../../shared/application/connections/migrate-keys.ts';
import {
  recordMigration,
  switchCredentials,
} from '../../../../shared/application/connections/migrate-keys.ts';
import { readDesiredState } from '../../../../shared/application/observe/observe.ts';
import { applyRun, type RunReport } from '../../../../shared/application/run/reconcile.ts';
import { parseRoleArn } from '../../../../shared/domain/kernel/arn.ts';
import { classifyCredential } from '../../../../shared/domain/azure-devops/service-connection.ts';
import type { RecordedConnection } from '../../../../shared/domain/records/connection-record.ts';
import type { ConnectionSession, EditableConnection } from '../../../../shared/ports/service-connections.ts';
import { planPartInteractively } from '../plan/interactive-plan.ts';
import { applyWatched } from '../apply/apply-plan.ts';
import type { Deployment } from '../../composition/deployment.ts';
import { findSubject, planMigration, type MigrationPlan, type MigrationSubject } from './key-migration.ts';
import type { Terminal } from '../../console/terminal.ts';

/** What came of a migration. `not-ready`: AWS was not, so Azure DevOps was left alone. */
export type Migrated = ({ readonly outcome: 'not-ready' } & NotReady) | (Switched & Ready);

interface Ready {
  readonly report: RunReport;
}

interface NotReady extends Partial<Ready> {
  readonly why: string;
}

/** What was agreed to. */
export interface ConfirmedMigration {
  readonly deployment: Deployment;
  readonly session: ConnectionSession;
  readonly subject: MigrationSubject;
  readonly before: EditableConnection;
  readonly plan: MigrationPlan;
}

/**
 * AWS first, and Azure DevOps only when the trust that stands there lets the connection's tokens in. A crash before that
 * leaves the connection with its keys, and a role that is closed again in an hour; a crash after it, a connection with
 * OIDC whose role the next run keeps.
 */
export async function carryOutMigration(
  terminal: Terminal,
  confirmed: ConfirmedMigration,
): Promise<Migrated> {
  const { deployment, session, subject, before, plan } = confirmed;
  const { ports } = deployment;
  await recordMigration(ports.state, toConnectionItem(subject), await buildKeyMigration(deployment, subject));
  const ready = await makeReady(terminal, confirmed);
  if ('why' in ready) return { outcome: 'not-ready', ...ready };
  const order = { use: 'oidc', roleArn: plan.roleArn } as const;
  const switched = await switchCredentials(session, subject.place, before, order);
  if (switched.outcome === 'as-ordered') await applyMigratedRole(deployment, plan.roleArn);
  return { ...switched, ...ready };
}

export const toConnectionItem = ({
  place: { organization, id },
  connection: { references },
}: MigrationSubject) => ({
  organizationId: organization.id,
  connectionId: id,
  references,
});

/** Who begins it now; the role of before is that of before the first attempt. */
async function buildKeyMigration(
  { ports }: Deployment,
  { connection, recorded }: MigrationSubject,
): Promise<NonNullable<RecordedConnection['keyMigration']>> {
  const wasSwitched = classifyCredential(connection) === 'federated';
  const known = wasSwitched ? recorded?.keyMigration?.formerRoleArn : undefined;
  return {
    by: (await ports.callers.caller()) ?? '',
    at: ports.clock.now(),
    formerRoleArn: known ?? connection.requestedRoleArn ?? '',
  };
}

/** Carries out what was agreed to, unless the world has moved, and looks at the trust again. */
async function makeReady(
  terminal: Terminal,
  { deployment, subject, plan }: ConfirmedMigration,
): Promise<Ready | NotReady> {
  const again = await planAgain(deployment, subject, plan.roleArn);
  if (again?.planned.snapshot.plan.id !== plan.planned.snapshot.plan.id)
    return { why: 'Azure DevOps, IAM or the configuration moved meanwhile.' };
  const { planned } = again;
  const { report, defect } = await applyWatched(terminal, deployment, planned);
  if (defect) throw defect;
  const failed = report.results.find(({ result }) => result !== 'done');
  if (failed) return { why: failed.error?.message ?? failed.result, report };
  const seen = await planAgain(deployment, subject, plan.roleArn);
  if (seen?.readiness === 'ready') return { report };
  return { why: 'The trust that stands in IAM does not let it in yet.', report };
}

async function planAgain(
  deployment: Deployment,
  { place }: MigrationSubject,
  roleArn: string,
): Promise<MigrationPlan | undefined> {
  const subject = await findSubject(deployment, place.id);
  return 'unread' in subject ? undefined : planMigration(deployment, subject, roleArn);
}

/** From here on the connection asks for its role as any other does. */
async function applyMigratedRole(deployment: Deployment, roleArn: string): Promise<void> {
  const { ports, configuration } = deployment;
  const role = parseRoleArn(roleArn);
  if (!role) return;
  const scope = { account: role.account, roles: [role.name] };
  const planned = await planPartInteractively(
    deployment,
    await readDesiredState(ports, configuration),
    scope,
  );
  await applyRun(ports, configuration, planned);
}
