import type { ConnectionPlay } from './connections.ts';
import { endpointRoutes } from './endpoint-routes.ts';
import { endpointWriteRoutes } from './endpoint-write-routes.ts';
import { locationRoutes } from './location-routes.ts';
import { projectRoutes } from './project-routes.ts';
import type { ProjectPlay } from './projects.ts';
import type { Route } from './route.ts';
import type { SigningKeys } from '../signing-keys.ts';
import { tokenRoute } from './token-route.ts';
import type { World } from './world.ts';

interface RouteParts {
  readonly world: World;
  readonly keys: SigningKeys;
  readonly projects: ProjectPlay;
  readonly connections: ConnectionPlay;
  readonly serverUrl: () => string;
  readonly pageSize: number;
}

/** The whole API of an organization. */
export function allRoutes({ world, keys, projects, connections, serverUrl, pageSize }: RouteParts): Route[] {
  return [
    ...locationRoutes(serverUrl),
    ...projectRoutes(serverUrl, projects, pageSize),
    ...endpointRoutes,
    ...endpointWriteRoutes(world, connections),
    tokenRoute(world, keys),
  ];
}
