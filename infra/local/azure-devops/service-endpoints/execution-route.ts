import { getPipelines } from '../pipelines/pipelines.ts';
import { canReadConnection, readableProject } from '../http/permissions.ts';
import { buildRoute, buildList, type ApiReply, type ApiRequest, type Route } from '../http/route.ts';
import { connectionById } from '../state/world.ts';
import type { RunRecord } from '../state/pipeline-state.ts';
import { RefusedError } from '../state/refusal.ts';
import { readWholeNumber } from '../http/request-values.ts';

/** vsts-rest-api-specs, serviceEndpoint, executionhistory: the runs that named a connection, newest first. */
export const executionRoute: Route = buildRoute(
  'GET',
  '/:organization/:project/_apis/serviceendpoint/:connection/executionhistory',
  'executionhistory',
  listExecutions,
);

function listExecutions({ organization, caller, http, parameter }: ApiRequest): ApiReply {
  const project = readableProject(organization, caller, parameter('project'));
  const connection = connectionById(organization, parameter('connection'));
  if (!canReadConnection(caller, connection, project))
    throw new RefusedError(403, 'AccessCheckException', 'The service connection cannot be read.');
  const most = readWholeNumber(http.query, 'top') ?? 50;
  const value = getPipelines(organization)
    .runs.filter((run) => run.projectId === project.id && run.connectionIds.includes(connection.id))
    .reverse()
    .slice(0, most)
    .map((run) => ({ endpointId: connection.id, data: toExecution(run) }));
  return { status: 200, body: buildList(value) };
}

function toExecution({ id, pipelineId, pipeline, result, createdAt, finishedAt }: RunRecord): object {
  return {
    id,
    planType: 'Build',
    definition: { id: pipelineId, name: pipeline },
    owner: { id, name: String(id) },
    startTime: new Date(createdAt).toISOString(),
    ...(finishedAt === undefined ? {} : { finishTime: new Date(finishedAt).toISOString(), result }),
  };
}
