import * as z from 'zod';
import { readableProject } from '../http/permissions.ts';
import type { PipelineRunner } from './pipeline-runner.ts';
import type { PipelineRecord, RunRecord } from '../state/pipeline-state.ts';
import { pipelineById, getPipelines, runById, type PipelinePlay } from './pipelines.ts';
import { buildList, type ApiReply, type ApiRequest, type Route } from '../http/route.ts';
import { connectionById, organizationNamed, type World } from '../state/world.ts';

const NewPipeline = z.object({
  name: z.string().min(1),
  configuration: z.object({ type: z.literal('yaml'), path: z.string() }),
});
const NewRun = z.object({
  resources: z.object({ repositories: z.object({ self: z.object({ refName: z.string() }) }) }).optional(),
  templateParameters: z.record(z.string(), z.string()).default({}),
});
const Permissions = z.object({
  pipelines: z.array(z.object({ id: z.int(), authorized: z.boolean() })),
});

/** Of a page, unless the server has smaller ones. */
const MOST_PIPELINES = 10_000;

const list = '/:organization/:project/_apis/pipelines';
const permissions = `${list}/pipelinepermissions/endpoint/:connection`;

/** vsts-rest-api-specs, pipelines and approvalsAndChecks (pipelinepermissions). */
export function pipelineRoutes(
  world: World,
  play: PipelinePlay,
  letGoOn: PipelineRunner,
  pageSize: number,
): Route[] {
  return [
    {
      method: 'GET',
      template: list,
      operation: 'pipelines',
      handle: (request) => {
        const project = selectProject(request);
        const all = getPipelines(request.organization).pipelines;
        return paginate(
          request,
          pageSize,
          all.filter(({ projectId }) => projectId === project.id),
        );
      },
    },
    {
      method: 'POST',
      template: list,
      operation: 'write',
      handle: (request) => {
        const { name, configuration } = NewPipeline.parse(JSON.parse(request.http.text));
        const input = { project: selectProject(request).id, name, path: configuration.path };
        return { status: 200, body: pipelineDocument(play.create(request.organization.name, input)) };
      },
    },
    {
      method: 'POST',
      template: `${list}/:pipeline/runs`,
      operation: 'write',
      handle: (request) => ({ status: 200, body: runDocument(queue(request, play)) }),
    },
    {
      method: 'GET',
      template: `${list}/:pipeline/runs/:run`,
      operation: 'pipelines',
      handle: async (request) => {
        const run = runById(request.organization, selectProject(request), Number(request.parameter('run')));
        // Who asks sees it still running, and the next time how it has ended.
        await letGoOn(request.organization.name, run);
        return { status: 200, body: runDocument(run) };
      },
    },
    ...permissionRoutes(world, play),
  ];
}

/** The token counts the pipelines that were already given; it is a header only, as that of projects. */
function paginate(
  { http: { query } }: ApiRequest,
  pageSize: number,
  all: readonly PipelineRecord[],
): ApiReply {
  const start = Number(query.get('continuationToken') ?? 0);
  const end = start + Math.min(Number(query.get('$top') ?? MOST_PIPELINES), MOST_PIPELINES, pageSize);
  const more = end < all.length ? { 'x-ms-continuationtoken': String(end) } : {};
  return { status: 200, body: buildList(all.slice(start, end).map(pipelineDocument)), headers: more };
}

function permissionRoutes(world: World, play: PipelinePlay): Route[] {
  return [
    {
      method: 'GET',
      template: permissions,
      operation: 'pipelines',
      isPreview: true,
      handle: (request) => permissionsReply(request, request.organization),
    },
    {
      method: 'PATCH',
      template: permissions,
      operation: 'write',
      isPreview: true,
      handle: (request) => {
        const connection = connectionById(request.organization, request.parameter('connection'));
        for (const { id, authorized } of Permissions.parse(JSON.parse(request.http.text)).pipelines)
          play.authorize(request.organization.name, selectProject(request).id, id, connection.id, authorized);
        return permissionsReply(request, organizationNamed(world, request.organization.name));
      },
    },
  ];
}

const selectProject = ({ organization, caller, parameter }: ApiRequest) =>
  readableProject(organization, caller, parameter('project'));

function queue(request: ApiRequest, play: PipelinePlay): RunRecord {
  const body = NewRun.parse(JSON.parse(request.http.text));
  const project = selectProject(request);
  const pipeline = pipelineById(request.organization, project, Number(request.parameter('pipeline')));
  return play.queue(request.organization.name, {
    project: project.id,
    pipeline: pipeline.id,
    refName: body.resources?.repositories.self.refName ?? 'refs/heads/main',
    parameters: body.templateParameters,
  });
}

function permissionsReply(request: ApiRequest, organization: ApiRequest['organization']): ApiReply {
  const connection = connectionById(organization, request.parameter('connection'));
  const pipelines = getPipelines(organization)
    .pipelines.filter(({ authorized }) => authorized.includes(connection.id))
    .map(({ id }) => ({ id, authorized: true }));
  return { status: 200, body: { resource: { type: 'endpoint', id: connection.id }, pipelines } };
}

function pipelineDocument({ id, name }: PipelineRecord): object {
  return { id, name, folder: '\\', revision: 1 };
}

function runDocument({
  id,
  pipelineId,
  pipeline,
  result,
  createdAt,
  finishedAt,
  finalYaml,
}: RunRecord): object {
  return {
    id,
    name: String(id),
    pipeline: { id: pipelineId, name: pipeline },
    createdDate: new Date(createdAt).toISOString(),
    finalYaml,
    ...(result === undefined || finishedAt === undefined
      ? { state: 'inProgress' }
      : { state: 'completed', result, finishedDate: new Date(finishedAt).toISOString() }),
  };
}
