import type { Organization } from '../domain/configuration.ts';
import type { OrganizationInventory } from '../domain/inventory.ts';

/** Reads the service connections of Azure DevOps. */
export interface ServiceConnectionSource {
  /**
   * One look at an organization: who answers under its name, its projects, and the connections of all types of each.
   * Never modifies anything. Never rejects for what the outside does: whatever is not plainly complete (sign-in page,
   * redirect, empty 200, disagreeing count, refused, throttled beyond patience, cut short) is `unknown` in its place.
   */
  readInventory(organization: Organization): Promise<OrganizationInventory>;
}
