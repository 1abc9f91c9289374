import type { AuditLog } from './audit-log.ts';
import { auditRoutes } from './audit-routes.ts';
import type { ConnectionPlay } from './connections.ts';
import { endpointRoutes } from './endpoint-routes.ts';
import { endpointWriteRoutes } from './endpoint-write-routes.ts';
import { buildRoutes } from './build-routes.ts';
import { executionRoute } from './execution-route.ts';
import type { HookDeliveries } from './hook-deliveries.ts';
import { hookRoutes } from './hook-routes.ts';
import type { HookPlay } from './hook-subscriptions.ts';
import { locationRoutes } from './location-routes.ts';
import { pipelineRoutes } from './pipeline-routes.ts';
import type { PipelineRunner } from './pipeline-runner.ts';
import type { PipelinePlay } from './pipelines.ts';
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
  readonly hooks: HookPlay;
  readonly deliveries: HookDeliveries;
  readonly audit: AuditLog;
  readonly pipelines: PipelinePlay;
  readonly letGoOn: PipelineRunner;
  readonly serverUrl: () => string;
  readonly pageSize: number;
}

/** The whole API of an organization. */
export function allRoutes(parts: RouteParts): Route[] {
  const { world, keys, projects, connections, hooks, deliveries, audit, serverUrl, pageSize } = parts;
  return [
    ...locationRoutes(serverUrl),
    ...projectRoutes(serverUrl, projects, pageSize),
    ...endpointRoutes,
    ...endpointWriteRoutes(world, connections),
    ...hookRoutes(serverUrl, hooks, deliveries),
    ...auditRoutes(audit, pageSize),
    executionRoute,
    ...pipelineRoutes(world, parts.pipelines, parts.letGoOn, pageSize),
    ...buildRoutes,
    tokenRoute(world, keys),
  ];
}
