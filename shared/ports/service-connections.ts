import type { Organization } from '../domain/configuration/configuration.ts';
import type { ProjectId } from '../domain/kernel/ids.ts';
import type { OrganizationInventory, ProjectSnapshot } from '../domain/azure-devops/inventory.ts';

/** Reads the service connections of Azure DevOps. */
export interface ServiceConnectionSource {
  /**
   * One look at an organization: who answers under its name, its projects, and the connections of all types of each.
   * Never modifies anything. Never rejects for what the outside does: whatever is not plainly complete (sign-in page,
   * redirect, empty 200, disagreeing count, refused, throttled beyond patience, cut short) is `unknown` in its place.
   */
  readInventory(organization: Organization): Promise<OrganizationInventory>;
}

/** Reads one project alone: what somebody has just changed costs a few requests, and not all of the organization. */
export interface ProjectConnectionSource {
  /**
   * Who answers under the organization's name, and the project with its connections of all types. With the promises
   * of `readInventory`. A project that is not there is unknown: it may as well be hidden.
   */
  readProject(organization: Organization, project: ProjectId): Promise<ProjectSnapshot>;
}
