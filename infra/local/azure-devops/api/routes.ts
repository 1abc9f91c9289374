import type { AuditLog } from '../audit/audit-log.ts';
import { auditRoutes } from '../audit/audit-routes.ts';
import type { ConnectionPlay } from '../service-endpoints/connections.ts';
import { endpointRoutes } from '../service-endpoints/endpoint-routes.ts';
import { endpointWriteRoutes } from '../service-endpoints/endpoint-write-routes.ts';
import { buildRoutes } from '../pipelines/build-routes.ts';
import { executionRoute } from '../service-endpoints/execution-route.ts';
import type { HookDeliveries } from '../service-hooks/hook-deliveries.ts';
import { hookRoutes } from '../service-hooks/hook-routes.ts';
import type { HookPlay } from '../service-hooks/hook-subscriptions.ts';
import { locationRoutes } from '../organizations/location-routes.ts';
import { memberRoutes } from '../members/member-routes.ts';
import type { FindApplication } from '../members/members.ts';
import { roleRoutes } from '../members/role-routes.ts';
import { pipelineRoutes } from '../pipelines/pipeline-routes.ts';
import { pullRequestRoutes } from '../pull-requests/pull-request-routes.ts';
import type { PipelineRunner } from '../pipelines/pipeline-runner.ts';
import type { PipelinePlay } from '../pipelines/pipelines.ts';
import { projectRoutes } from '../organizations/project-routes.ts';
import type { ProjectPlay } from '../organizations/projects.ts';
import type { Route } from '../http/route.ts';
import type { SigningKeys } from '../../loopback/signing-keys.ts';
import { tokenRoute } from '../pipelines/token-route.ts';
import type { World } from '../state/world.ts';

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
  readonly findApplication: FindApplication;
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
    ...pullRequestRoutes(world),
    ...memberRoutes(world, parts.findApplication, pageSize),
    ...roleRoutes(world),
    tokenRoute(world, keys),
  ];
}
