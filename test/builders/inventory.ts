import type { Organization } from '../../shared/domain/configuration/configuration.ts';
import type { OrganizationInventory, ProjectInventory } from '../../shared/domain/azure-devops/inventory.ts';
import { complete, unknown } from '../../shared/domain/kernel/result.ts';
import type { ServiceConnection } from '../../shared/domain/azure-devops/service-connection.ts';
import { contoso } from './configuration.ts';

/** A complete look: every project that a connection refers to, each listing its connections. */
export function inventory(
  connections: readonly ServiceConnection[],
  organization: Organization = contoso,
): OrganizationInventory {
  const references = connections.flatMap((one) => one.references);
  const projects = new Map(references.map((one) => [one.projectId, one.projectName]));
  return {
    organizationId: organization.id,
    organizationName: organization.name,
    identity: complete({ id: organization.id, name: organization.name }),
    projects: complete(
      [...projects].map(([id, name]): ProjectInventory => ({
        id,
        name,
        connections: complete(
          connections.filter((one) => one.references.some((each) => each.projectId === id)),
        ),
      })),
    ),
    requests: 1,
  };
}

/** The same look with the list of one project (by its place) cut short. */
export function withUnreadProject(seen: OrganizationInventory, index = 0): OrganizationInventory {
  if (seen.projects.state === 'unknown') return seen;
  const projects = seen.projects.value.map((project, place) =>
    place === index
      ? { ...project, connections: unknown('count-mismatch', 'The list was cut short.') }
      : project,
  );
  return { ...seen, projects: complete(projects) };
}
