import { createAuditLog, type AuditPlay } from './audit/audit-log.ts';
import { createCallLog, type Call, type CallLog } from './http/call-log.ts';
import { connectionPlay, type ConnectionPlay } from './service-endpoints/connections.ts';
import { createEntraTokens } from './tokens/entra-tokens.ts';
import { createFaults, type Faults } from './http/faults.ts';
import { answerAtFrontDoor, frontDoorRoutes } from './api/front-door.ts';
import { createHookDeliveries, type HookDeliveries } from './service-hooks/hook-deliveries.ts';
import { hookPlay, type HookPlay } from './service-hooks/hook-subscriptions.ts';
import type { FindApplication } from './members/members.ts';
import { resolveIssuer } from './tokens/issuer.ts';
import { createJobTokens, type JobPlay } from './pipelines/job-access.ts';
import { startLoopbackServer } from '../loopback/loopback-server.ts';
import { organizationPlay, type OrganizationPlay } from './organizations/organizations.ts';
import { startOtherOrigin, type OtherOrigin } from './http/other-origin.ts';
import { createPipelineRunner } from './pipelines/pipeline-runner.ts';
import { pipelinePlay, type PipelinePlay } from './pipelines/pipelines.ts';
import { pullRequestPlay, type PullRequestPlay } from './pull-requests/pull-requests.ts';
import { projectPlay, type ProjectPlay } from './organizations/projects.ts';
import { allRoutes } from './api/routes.ts';
import { createSigningKeys } from '../loopback/signing-keys.ts';
import type { LocalAzureDevOpsState } from './state/state.ts';
import { mintToken, type TokenInput } from './tokens/token.ts';
import type { AgentNode } from './pipelines/task-errors.ts';
import { createWorld } from './state/world.ts';

export interface LocalAzureDevOpsOptions {
  /** Epoch ms. Default: the clock of this machine. */
  readonly now?: () => number;
  /** Of the GUIDs. */
  readonly seed?: number;
  readonly port?: number;
  /** At most that many projects a page; the service's page is 100. */
  readonly pageSize?: number;
  /** Where the discovery document of a tenant of Entra lies. Without it no token of Entra is taken. */
  readonly resolveTenant?: (issuerUrl: string) => string | undefined;
  /** What Entra knows of service principals. Without it none can be added as a member over REST. */
  readonly findApplication?: FindApplication;
  /** Where tasks of pipelines find STS. Without it they do not. */
  readonly stsUrl?: () => string;
  /** Which Node the agent runs tasks with. Default 20. */
  readonly agentNode?: AgentNode;
  /** What an earlier `snapshot()` gave. */
  readonly state?: LocalAzureDevOpsState;
}

export interface LocalAzureDevOps {
  /** Organizations lie at `{url}/{organization}`. */
  readonly url: string;
  readonly organizations: OrganizationPlay;
  readonly projects: ProjectPlay;
  readonly connections: ConnectionPlay;
  /** Service hooks. They are posted when `deliver` is called, and not by themselves. */
  readonly hooks: HookPlay & Pick<HookDeliveries, 'deliver'>;
  readonly audit: AuditPlay;
  /** A run goes on when somebody looks at it. */
  readonly pipelines: PipelinePlay;
  readonly pullRequests: PullRequestPlay;
  /** What the agent gives to real tasks: plan, job and System.AccessToken. */
  readonly jobs: JobPlay;
  readonly faults: Pick<Faults, 'next' | 'clear'>;
  /** Where redirects lead. */
  readonly elsewhere: Pick<OtherOrigin, 'url' | 'received'>;
  /** Everything that it answers, as `GET /:organization/_apis/projects`; each has a source in infra/local/sources. */
  readonly routes: readonly string[];
  /** Requests to the API of organizations, oldest first. */
  readonly calls: readonly Call[];
  counts(): ReturnType<CallLog['counts']>;
  resetCounts(): void;
  mintToken(input: TokenInput): Promise<string>;
  /** Where to look for the discovery document of an issuer that tokens name. */
  resolveIssuer(issuerUrl: string): string;
  snapshot(): LocalAzureDevOpsState;
  /** After each change, from inside or over REST. The answer ends it. */
  onChange(listener: () => void): () => void;
  close(): Promise<void>;
}

const PAGE_SIZE = 100;

export async function startLocalAzureDevOps(
  options: LocalAzureDevOpsOptions = {},
): Promise<LocalAzureDevOps> {
  const { now = Date.now, seed = 1, port = 0, pageSize = PAGE_SIZE } = options;
  const { findApplication = () => undefined } = options;
  const world = createWorld(now, seed, options.state);
  const keys = createSigningKeys();
  const faults = createFaults();
  const log = createCallLog();
  const organizations = organizationPlay(world);
  const projects = projectPlay(world);
  const connections = connectionPlay(world);
  const hooks = hookPlay(world);
  const deliveries = createHookDeliveries(world, hooks);
  const elsewhere = await startOtherOrigin(now);
  const serverUrl = (): string => server.url;
  const audit = createAuditLog(world);
  const pipelines = pipelinePlay(world);
  const pullRequests = pullRequestPlay(world);
  const letGoOn = createPipelineRunner({ world, keys, stsUrl: options.stsUrl, agentNode: options.agentNode });
  const plays = { projects, connections, hooks, deliveries, audit, pipelines, letGoOn };
  const routes = allRoutes({ world, keys, ...plays, serverUrl, pageSize, findApplication });
  const jobs = createJobTokens(world, pipelines, serverUrl);
  const bearers = { entra: createEntraTokens(now, options.resolveTenant), jobs };
  const shown = { world, organizations, routes, faults, log, keys, serverUrl, bearers, jobs: jobs.play };
  const parts = { ...shown, connections, pullRequests, elsewhere: elsewhere.url };
  const server = await startLoopbackServer((request) => answerAtFrontDoor(parts, request), port, now).catch(
    async (error: unknown) => {
      await elsewhere.close();
      throw error;
    },
  );
  return {
    url: server.url,
    organizations,
    projects,
    connections,
    hooks: { ...hooks, deliver: deliveries.deliver },
    audit,
    pipelines,
    pullRequests,
    jobs: jobs.play,
    faults,
    elsewhere,
    routes: [...frontDoorRoutes, ...routes.map(({ method, template }) => `${method} ${template}`)],
    calls: log.calls,
    counts: log.counts,
    resetCounts: log.reset,
    mintToken: (input) => mintToken(world, keys, input),
    resolveIssuer: (issuerUrl) => resolveIssuer(server.url, issuerUrl),
    snapshot: () => world.state(),
    onChange: (listener) => world.onChange(listener),
    async close() {
      await Promise.all([server.close(), elsewhere.close()]);
    },
  };
}
