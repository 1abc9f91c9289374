import * as z from 'zod';
import { readableProject } from '../http/permissions.ts';
import type { PipelineRunner } from './pipeline-runner.ts';
import type { PipelineRecord, RunRecord } from '../state/pipeline-state.ts';
import { pipelineById, getPipelines, runById, type PipelinePlay } from './pipelines.ts';
import {
  buildRoute,
  markPreview,
  buildPage,
  type ApiReply,
  type ApiRequest,
  type Route,
} from '../http/route.ts';
import { connectionById, organizationNamed, type World } from '../state/world.ts';
import { parseBody, readWholeNumber } from '../http/request-values.ts';

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
    buildRoute('GET', list, 'pipelines', (request) => {
      const project = selectProject(request);
      const all = getPipelines(request.organization).pipelines.filter(
        ({ projectId }) => projectId === project.id,
      );
      const { query } = request.http;
      const start = readWholeNumber(query, 'continuationToken') ?? 0;
      const size = Math.min(readWholeNumber(query, '$top') ?? MOST_PIPELINES, MOST_PIPELINES, pageSize);
      return buildPage(all, start, size, pipelineDocument);
    }),
    buildRoute('POST', list, 'write', (request) => {
      const { name, configuration } = parseBody(request, NewPipeline);
      const input = { project: selectProject(request).id, name, path: configuration.path };
      return { status: 200, body: pipelineDocument(play.create(request.organization.name, input)) };
    }),
    buildRoute('POST', `${list}/:pipeline/runs`, 'write', (request) => ({
      status: 200,
      body: runDocument(queue(request, play)),
    })),
    buildRoute('GET', `${list}/:pipeline/runs/:run`, 'pipelines', async (request) => {
      const run = runById(request.organization, selectProject(request), Number(request.parameter('run')));
      // Who asks sees it still running, and the next time how it has ended.
      await letGoOn(request.organization.name, run);
      return { status: 200, body: runDocument(run) };
    }),
    ...permissionRoutes(world, play),
  ];
}

function permissionRoutes(world: World, play: PipelinePlay): Route[] {
  return [
    markPreview(
      buildRoute('GET', permissions, 'pipelines', (request) =>
        permissionsReply(request, request.organization),
      ),
    ),
    markPreview(
      buildRoute('PATCH', permissions, 'write', (request) => {
        const connection = connectionById(request.organization, request.parameter('connection'));
        for (const { id, authorized } of parseBody(request, Permissions).pipelines)
          play.authorize(request.organization.name, selectProject(request).id, id, connection.id, authorized);
        return permissionsReply(request, organizationNamed(world, request.organization.name));
      }),
    ),
  ];
}

const selectProject = ({ organization, caller, parameter }: ApiRequest) =>
  readableProject(organization, caller, parameter('project'));

function queue(request: ApiRequest, play: PipelinePlay): RunRecord {
  const body = parseBody(request, NewRun);
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
