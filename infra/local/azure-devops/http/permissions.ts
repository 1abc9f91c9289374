import { RefusedError } from '../state/refusal.ts';
import type { ConnectionRecord, OrganizationRecord, ProjectRecord, Rights } from '../state/state.ts';
import { liveProject, sameName } from '../state/world.ts';

export function canReadProject(caller: Rights, project: ProjectRecord): boolean {
  return (
    caller.projects?.some((named) => sameName(named, project.id) || sameName(named, project.name)) ?? true
  );
}

/** Read is granted per connection (microsoft/winappCli pull request 850), or for all of a project by a role. */
export function canReadConnection(
  caller: Rights,
  connection: ConnectionRecord,
  project: Pick<ProjectRecord, 'id'>,
): boolean {
  const isListed = caller.connections?.some((named) => sameName(named, connection.id)) ?? true;
  return isListed || caller.roles?.[project.id] !== undefined;
}

/**
 * ViewAuthorization, which the role User gives and Reader does not (terraform-provider-azuredevops pull request 1559). That
 * Creator alone shows anything but the name is documented nowhere.
 */
export function canViewAuthorization(
  caller: Rights,
  connection: ConnectionRecord,
  project: Pick<ProjectRecord, 'id'>,
): boolean {
  const isListed = caller.authorizations?.some((named) => sameName(named, connection.id)) ?? true;
  return isListed || ['User', 'Administrator'].includes(caller.roles?.[project.id] ?? '');
}

/** An unreadable project is refused with the very words of a missing one. @throws RefusedError 404 */
export function readableProject(
  organization: OrganizationRecord,
  caller: Rights,
  nameOrId: string,
): ProjectRecord {
  const project = liveProject(organization, nameOrId);
  return canReadProject(caller, project) ? project : liveProject({ ...organization, projects: [] }, nameOrId);
}

/** @throws RefusedError 403 */
export function checkMayManage(caller: Rights): void {
  if (caller.access === 'read')
    throw new RefusedError(403, 'AccessCheckException', 'VS800075: The token may only read.');
}
