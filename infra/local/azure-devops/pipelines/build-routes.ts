import { readableProject } from '../http/permissions.ts';
import type { RunRecord, StepRecord } from '../state/pipeline-state.ts';
import { listAwaited, runById } from './pipelines.ts';
import { RefusedError } from '../state/refusal.ts';
import { buildRoute, buildList, type ApiReply, type ApiRequest, type Route } from '../http/route.ts';

const build = '/:organization/:project/_apis/build/builds/:build';

/** vsts-rest-api-specs, build: the timeline and the logs of a run, whose id is that of its build. */
export const buildRoutes: readonly Route[] = [
  buildRoute('GET', `${build}/timeline`, 'pipelines', timeline),
  buildRoute('GET', `${build}/logs/:log`, 'pipelines', logLines),
];

function timeline(request: ApiRequest): ApiReply {
  const run = selectRun(request);
  const isWaiting = run.result === undefined && listAwaited(request.organization, run).length > 0;
  const checkpoint = {
    id: run.planId,
    type: 'Checkpoint',
    name: 'Checkpoint',
    state: 'inProgress',
    issues: [],
  };
  const records = isWaiting ? [checkpoint] : run.steps.map(toRecord);
  return { status: 200, body: { id: run.planId, records } };
}

/** The number of a log is the place of its task, beginning with 1. */
function toRecord({ id, name, task, result, issues }: StepRecord, index: number): object {
  return {
    id,
    type: 'Task',
    name,
    task: { name: task, version: '1.24.0' },
    issues: issues.map((message) => ({ type: 'error', message })),
    ...(result === undefined
      ? { state: 'pending', log: null }
      : { state: 'completed', result, log: { id: index + 1, type: 'Container' } }),
  };
}

/** Each line bears the time at which it was written. */
function logLines(request: ApiRequest): ApiReply {
  const { steps, finishedAt } = selectRun(request);
  const step = steps[Number(request.parameter('log')) - 1];
  if (!step || finishedAt === undefined)
    throw new RefusedError(404, 'BuildLogNotFoundException', 'There is no such log.');
  const at = new Date(finishedAt).toISOString().replace('Z', '0000Z');
  return { status: 200, body: buildList(step.log.map((line) => `${at} ${line}`)) };
}

function selectRun({ organization, caller, parameter }: ApiRequest): RunRecord {
  const project = readableProject(organization, caller, parameter('project'));
  return runById(organization, project, Number(parameter('build')));
}
