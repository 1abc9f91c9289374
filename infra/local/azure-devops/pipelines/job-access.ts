import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { RunRecord } from '../state/pipeline-state.ts';
import { listAwaited, getPipelines, runById, type PipelinePlay } from './pipelines.ts';
import { RefusedError } from '../state/refusal.ts';
import type { OrganizationRecord, Rights } from '../state/state.ts';
import { connectionById, liveProject, organizationNamed, sameName } from '../state/world.ts';
import type { World } from '../state/world.ts';

/** What the agent gives to the tasks of a job: all that a real task needs to ask for a token. */
export interface JobAccess {
  /** `System.CollectionUri`. */
  readonly collectionUri: string;
  /** `System.TeamProjectId`. */
  readonly projectId: string;
  /** `System.HostType`. */
  readonly hub: 'build';
  /** `System.PlanId`. */
  readonly planId: string;
  /** `System.JobId`. */
  readonly jobId: string;
  /** `System.AccessToken`: sent as Bearer, good until the run has ended. */
  readonly accessToken: string;
}

interface NewJob {
  readonly project: string;
  /** Ids of the connections that its YAML references. */
  readonly connections: readonly string[];
}

export interface JobPlay {
  /** Begins a run of a new pipeline that may use the connections. It stays open until somebody asks how it is. */
  start(organization: string, job: NewJob): JobAccess;
  /** The one job of a run. @throws RefusedError 409 unless it is running */
  of(organization: string, project: string, run: number): JobAccess;
}

/** Who holds the token of a running job. */
interface JobCaller extends Rights {
  readonly run: RunRecord;
}

export interface JobTokens {
  /** `undefined` for anything but the token of a job that is running. */
  findCaller(organization: OrganizationRecord, token: string): JobCaller | undefined;
  readonly play: JobPlay;
}

/** The id of the only job of a YAML without `jobs`, in every organization (public logs and timelines). */
const JOB_ID = '12f1170f-54f2-53f3-20dd-22fc7dff55f9';

const PREFIX = 'job';

/**
 * The credential that a job really has. What is in it is nobody's business (azure-devops-docs, predefined variables): it is
 * no text of 52 characters, which the client would send as a personal access token (azure-devops-node-api, WebApi.js).
 */
export function createJobTokens(world: World, pipelines: PipelinePlay, serverUrl: () => string): JobTokens {
  const secret = randomBytes(32);
  const deriveToken = ({ planId }: RunRecord) =>
    `${PREFIX}.${planId}.${createHmac('sha256', secret).update(planId).digest('base64url')}`;

  function buildAccess(organization: OrganizationRecord, run: RunRecord): JobAccess {
    if (!isRunning(organization, run))
      throw new RefusedError(409, 'BuildStateException', `The job of run ${run.id} is not running.`);
    return {
      collectionUri: `${serverUrl()}/${organization.name}/`,
      projectId: run.projectId,
      hub: 'build',
      planId: run.planId,
      jobId: JOB_ID,
      accessToken: deriveToken(run),
    };
  }

  return {
    findCaller(organization, token) {
      const [prefix, planId = ''] = token.split('.');
      const run = getPipelines(organization).runs.find((one) => one.planId === planId);
      if (prefix !== PREFIX || !run || !isEqual(token, deriveToken(run))) return undefined;
      return isRunning(organization, run) ? { ...buildRights(run), run } : undefined;
    },
    play: {
      start(name, { project, connections }) {
        const run = startRun(world, pipelines, name, project, connections);
        return buildAccess(organizationNamed(world, name), run);
      },
      of(name, project, id) {
        const organization = organizationNamed(world, name);
        return buildAccess(organization, runById(organization, liveProject(organization, project), id));
      },
    },
  };
}

/** It waits as long as it may not use a connection that its YAML references. */
const isRunning = (organization: OrganizationRecord, run: RunRecord) =>
  run.result === undefined && listAwaited(organization, run).length === 0;

const isEqual = (a: string, b: string) =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

/**
 * The build service of the project, limited to it (azure-devops-docs, access tokens, job authorization scope). Connections
 * come to the agent with the job; no list shows them.
 */
const buildRights = ({ projectId }: RunRecord): Rights => ({
  access: 'read',
  projects: [projectId],
  connections: [],
  seesHooks: false,
  seesAudit: false,
});

function startRun(
  world: World,
  pipelines: PipelinePlay,
  organization: string,
  project: string,
  connections: readonly string[],
): RunRecord {
  const path = `/job-${world.nextId()}.yml`;
  const record = organizationNamed(world, organization);
  const ids = connections.map((id) => connectionById(record, id).id);
  pipelines.commit(organization, project, path, formatYaml(ids));
  const { id: pipeline } = pipelines.create(organization, { project, name: path.slice(1), path });
  for (const id of ids) pipelines.authorize(organization, project, pipeline, id, true);
  return pipelines.queue(organization, { project, pipeline, refName: 'refs/heads/main', parameters: {} });
}

function formatYaml(connections: readonly string[]): string {
  const steps = connections.map(
    (id) =>
      `- task: AWSCLI@1\n  inputs: { awsCredentials: "${id}", regionName: us-east-1, awsCommand: sts, awsSubCommand: get-caller-identity }\n`,
  );
  return `trigger: none\npool: { vmImage: ubuntu-latest }\nsteps:${steps.length === 0 ? ' []\n' : `\n${steps.join('')}`}`;
}

/** @throws RefusedError 403 for everybody but the job itself, 404 for another plan, job or hub */
export function requireJob(
  caller: Rights,
  asked: { readonly project: string; readonly hub: string; readonly plan: string; readonly job: string },
): RunRecord {
  if (!('run' in caller))
    throw new RefusedError(
      403,
      'AccessCheckException',
      'VS800075: Only the job itself may ask for a token of its plan.',
    );
  const { run } = caller as JobCaller;
  const isPlan = sameName(run.planId, asked.plan) && sameName(asked.hub, 'build');
  if (!isPlan || run.projectId !== asked.project)
    throw new RefusedError(
      404,
      'TaskOrchestrationPlanNotFoundException',
      `No plan found for identifier ${asked.plan}.`,
    );
  if (sameName(asked.job, JOB_ID)) return run;
  throw new RefusedError(
    404,
    'TaskOrchestrationJobNotFoundException',
    `A job with identifier ${asked.job} was not found within the plan with identifier ${asked.plan}.`,
  );
}
