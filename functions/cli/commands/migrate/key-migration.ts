import { readDesiredState, type DesiredState } from '../../../../shared/application/observe/observe.ts';
import type { ConnectionPlace } from '../../../../shared/application/connections/migrate-keys.ts';
import { findConnectionPlace } from '../../../../shared/application/connections/migrate-keys.ts';
import type { GuardedPlan } from '../../../../shared/application/run/reconcile.ts';
import type { Configuration, Organization } from '../../../../shared/domain/configuration/configuration.ts';
import {
  classifyCredential,
  displayName,
} from '../../../../shared/domain/azure-devops/service-connection.ts';
import { designRoles } from '../../../../shared/domain/desired/desired-roles.ts';
import { ConfigError, type ConfigurationProblem } from '../../../../shared/domain/kernel/errors.ts';
import { findingCatalogue, listUnread, type Finding } from '../../../../shared/domain/findings/finding.ts';
import { viewConnections } from '../../../../shared/domain/azure-devops/inventory.ts';
import {
  asIfMigrated,
  objectionsFound,
  listMigrationObjections,
  proposeRole,
} from '../../../../shared/domain/migration/key-migration.ts';
import type { MigrationReadiness } from '../../../../shared/domain/migration/migration-readiness.ts';
import { judgeReadiness } from '../../../../shared/domain/migration/migration-readiness.ts';
import type { RecordedConnection } from '../../../../shared/domain/records/connection-record.ts';
import type { ServiceConnection } from '../../../../shared/domain/azure-devops/service-connection.ts';
import type { EditableConnection } from '../../../../shared/ports/service-connections.ts';
import { planPartInteractively } from '../plan/interactive-plan.ts';
import { chooseConnection } from '../../arguments/connection-choice.ts';
import type { Deployment } from '../../composition/deployment.ts';
import { selectRunScope } from '../../arguments/scope-choice.ts';

/** The connection that is meant, as it is in Azure DevOps and in the table. */
export interface MigrationSubject {
  readonly place: ConnectionPlace;
  readonly connection: ServiceConnection;
  /** Every project was read to its end: no other one can be seen to use the connection. */
  readonly isSeenWhole: boolean;
  readonly recorded: RecordedConnection | undefined;
  readonly desiredState: DesiredState;
}

/** `unread`: what could not be read, where the connection may be there all the same. Throws ConfigError. */
export async function findSubject(
  { ports, configuration }: Deployment,
  typed: string,
): Promise<MigrationSubject | { readonly unread: readonly Finding[] }> {
  const desiredState = await readDesiredState(ports, configuration);
  const chosen = chooseConnection(typed, desiredState);
  const found = configuration.organizations.flatMap((organization) =>
    listSubjects(desiredState, organization, chosen.connectionId),
  );
  const [subject] = found;
  if (subject) return { ...subject, desiredState };
  const { findings } = desiredState.desiredRoles;
  if (listUnread(findings).length > 0) return { unread: findings };
  const fix = 'Only a connection that is plainly there can be changed; see: azfed status --credentials';
  throw new ConfigError({
    where: displayName(chosen.references),
    what: 'It is not listed, or two projects disagree about it.',
    fix,
  });
}

function listSubjects(
  { inventories, recorded }: DesiredState,
  organization: Organization,
  id: RecordedConnection['connectionId'],
): readonly Omit<MigrationSubject, 'desiredState'>[] {
  const inventory = inventories.find(({ organizationId }) => organizationId === organization.id);
  if (inventory?.identity.state !== 'complete' || inventory.identity.value.id !== organization.id) return [];
  const { connections, unsettled, isComplete: isSeenWhole } = viewConnections(inventory);
  const connection = connections.get(id);
  const place = connection && findConnectionPlace(organization, connection);
  if (!place || unsettled.has(id)) return [];
  return [
    { place, connection, isSeenWhole, recorded: recorded.find(({ connectionId }) => connectionId === id) },
  ];
}

/**
 * What is to be changed, with the references that were seen over all projects where Azure DevOps does not show them with the
 * connection itself.
 */
export function withSeenReferences(
  before: EditableConnection,
  { references }: ServiceConnection,
): EditableConnection {
  if (!before.connection.hidesReferences) return before;
  return { ...before, connection: { ...before.connection, references } };
}

/** Why what this identity is shown of a connection is nothing to write back. `seen`: over all projects that list it. */
export function objectionToEditing(
  seen: ServiceConnection,
  { connection: now, isManageable }: EditableConnection,
  isSeenWhole: boolean,
): Omit<ConfigurationProblem, 'where'> | undefined {
  if (!isManageable)
    return {
      what: 'This identity may not change it.',
      fix: 'Set AZURE_DEVOPS_EXT_PAT to a token of an administrator of the connection (Service Connections: read, query and manage).',
    };
  const isSame =
    classifyCredential(now) === classifyCredential(seen) && now.requestedRoleArn === seen.requestedRoleArn;
  if (!isSame) return { what: 'It was changed while it was being read.', fix: 'Try again.' };
  if (now.hidesReferences && !isSeenWhole)
    return {
      what: 'Azure DevOps does not show which projects share it, and not every project could be read.',
      fix: 'Let the identity read every project, or save the connection once in Azure DevOps.',
    };
  if (now.references.length === seen.references.length) return undefined;
  // A write carries all references, and nobody has documented what becomes of those that are left out.
  return {
    what: `This identity is shown ${now.references.length} of the ${seen.references.length} projects that share it.`,
    fix: 'Sign in as somebody who sees all of them.',
  };
}

/** What AWS would be given if the connection asked for this role with OIDC. */
export interface MigrationPlan {
  readonly roleArn: string;
  readonly planned: GuardedPlan;
  readonly readiness: MigrationReadiness;
}

/** Throws ConfigError with everything that stands against it, before IAM is read. */
export async function planMigration(
  deployment: Deployment,
  { connection, desiredState }: MigrationSubject,
  roleArn: string,
): Promise<MigrationPlan> {
  const { ports, configuration } = deployment;
  const inventories = asIfMigrated(desiredState.inventories, connection.id, roleArn);
  const desiredRoles = designRoles(configuration, inventories, desiredState.recorded, ports.clock.now());
  const objections = [
    ...listMigrationObjections(connection),
    ...objectionsFound(connection, desiredRoles.findings),
  ];
  if (objections.length > 0) throw new ConfigError(objections);
  const overlaid = { ...desiredState, inventories, desiredRoles };
  const chosen = { connectionId: connection.id, references: connection.references };
  const planned = await planPartInteractively(deployment, overlaid, selectRunScope(chosen, overlaid));
  const [target] = planned.snapshot.desiredRoles.targets;
  const readiness = target
    ? judgeReadiness(target, connection.id, planned.snapshot.observations, planned.changes)
    : 'shut';
  return { roleArn, planned, readiness };
}

/** The role that is typed, else the one that stands in the connection. Throws ConfigError. */
export function requireRole(
  { place: { organization }, connection }: MigrationSubject,
  configuration: Configuration,
  typed: string | undefined,
): string {
  const roleArn = typed ?? connection.requestedRoleArn;
  if (roleArn !== null && roleArn !== '') return roleArn;
  const proposed = proposeRole(configuration, organization, connection);
  throw new ConfigError({
    where: displayName(connection.references),
    what: 'It names no role.',
    fix: `Say which one it is to have, and azfed makes it: --role ${proposed ?? 'arn:aws:iam::<account>:role/<path>/<name>'}`,
  });
}

/** Why AWS would not be ready, from what was found about the role. */
export function revokedError(
  { connection }: MigrationSubject,
  { planned, roleArn }: MigrationPlan,
): ConfigError {
  const where = displayName(connection.references);
  const about = planned.findings.filter((found) => found.roleArn === roleArn);
  if (about.length === 0)
    return new ConfigError({
      where,
      what: `${roleArn} does not let it in.`,
      fix: 'Wait a minute and try again; see azfed plan.',
    });
  return new ConfigError(
    about.map(({ code, message }) => ({
      where,
      what: `${message} (${code})`,
      fix: `Name a role that is not there yet with --role, so that the old one serves the keys until then. Or: ${findingCatalogue[code].fix}`,
    })),
  );
}
