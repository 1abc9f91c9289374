import * as z from 'zod';
import type { ProjectId } from '../../domain/kernel/ids.ts';
import { complete, mapReading, type Reading } from '../../domain/kernel/result.ts';
import type {
  Pipeline,
  PipelineSession,
  PipelineList,
  PipelineOperator,
  QueuedRun,
  RunTimeline,
} from '../../ports/service-connections.ts';
import { readListEntries, readList, shaped } from './calls.ts';
import type { Operator, OperatorClient } from './operator.ts';
import type { ExecutionHistory } from '../../ports/accounts.ts';
import { unexpectedShape } from './errors.ts';
import { DotNetTime } from './schema.ts';
import { formatInstant } from '../../domain/kernel/durations.ts';

const MOST = '50';

/** vsts-rest-api-specs, serviceEndpoint, ServiceEndpointExecutionRecord. A job that still runs has no end. */
const ExecutionDocument = z.object({
  data: z
    .object({
      startTime: DotNetTime.nullish(),
      finishTime: DotNetTime.nullish(),
      result: z.string().nullish(),
      definition: z.object({ name: z.string().nullish() }).nullish(),
    })
    .nullish(),
});
type ExecutionDocument = z.infer<typeof ExecutionDocument>;

/** Over REST: execution history of service endpoints. */
export const createExecutionHistory = (operator: Operator): ExecutionHistory => ({
  read: (organization, project, connection) =>
    operator(organization, async ({ get }) => {
      const path = `/${project}/_apis/serviceendpoint/${connection}/executionhistory`;
      const list = readList(await get(path, { top: MOST, 'api-version': '7.1' }), ExecutionDocument);
      if (list.state === 'unknown') return list;
      const executions = list.value.flatMap(toExecutions);
      // "Never used" rests on entries that were read: where none of them is dated, nothing is known.
      return executions.length === 0 && list.value.length > 0
        ? unexpectedShape(['data', 'startTime'])
        : complete(executions);
    }),
});

function toExecutions({ data }: ExecutionDocument) {
  const at = data?.finishTime ?? data?.startTime;
  if (!data || at === undefined || at === null) return [];
  const pipeline = data.definition?.name ?? '';
  return [{ at: formatInstant(at), result: data.result ?? 'unknown', pipeline }];
}

const version = { 'api-version': '7.1' };
/** Permissions exist as a preview only. */
const preview = { 'api-version': '7.1-preview.1' };

const PipelineDocument = z.object({ id: z.int(), name: z.string() });
const RunDocument = z.object({ id: z.int(), state: z.string(), result: z.string().nullish() });
const Authorization = z.object({ authorized: z.boolean() });
const PermissionsDocument = z.object({
  allPipelines: Authorization.nullish(),
  pipelines: z.array(Authorization.extend({ id: z.int() })).default([]),
});
const TimelineDocument = z.object({
  records: z.array(
    z.object({
      type: z.string(),
      name: z.string().nullish(),
      state: z.string().nullish(),
      task: z.object({ name: z.string().nullish() }).nullish(),
      log: z.object({ id: z.int() }).nullish(),
    }),
  ),
});

/** Pipelines over REST (vsts-rest-api-specs: pipelines, approvalsAndChecks, build). The id of a run is that of its build. */
export function createPipelineSession(operator: Operator): PipelineSession {
  return (organization, work) => operator(organization, (client) => work(createPipelineOperator(client)));
}

/** A page, and how many of them are read at most. */
const PAGE_SIZE = 1_000;
const MAX_PAGES = 100;

/** Pages until no token comes and the page is not full; a list whose end is not seen, or with an odd entry, is not whole. */
async function listPipelines(
  { getPage }: OperatorClient,
  project: ProjectId,
): Promise<Reading<PipelineList>> {
  const pipelines: Pipeline[] = [];
  const tokens = new Set<string>();
  let [next, isReadable]: [Readonly<Record<string, string>>, boolean] = [{}, true];
  while (tokens.size < MAX_PAGES) {
    const query = { $top: String(PAGE_SIZE), ...version, ...next };
    const { body, continuationToken: token } = await getPage(`/${project}/_apis/pipelines`, query);
    const list = readListEntries(body, PipelineDocument, 'pipeline');
    if (list.state === 'unknown') return list;
    const { items, unreadable } = list.value;
    pipelines.push(...items);
    isReadable &&= unreadable.length === 0;
    if (token === undefined) return complete({ pipelines, isWhole: isReadable && items.length < PAGE_SIZE });
    if (tokens.has(token)) break;
    tokens.add(token);
    next = { continuationToken: token };
  }
  return complete({ pipelines, isWhole: false });
}

function createPipelineOperator(client: OperatorClient): PipelineOperator {
  const { get, send } = client;
  return {
    list: (project) => listPipelines(client, project),
    async isAuthorized(project, pipeline, connection) {
      const read = await get(permissionsPath(project, connection), preview);
      return mapReading(shaped(PermissionsDocument, read), ({ allPipelines, pipelines }) => {
        const own = pipelines.some(({ id, authorized }) => id === pipeline && authorized);
        return own || allPipelines?.authorized === true;
      });
    },
    async authorize(project, pipeline, connection, authorized) {
      const body = { pipelines: [{ id: pipeline, authorized }] };
      const sent = await send('PATCH', permissionsPath(project, connection), preview, body);
      return mapReading(sent, () => undefined);
    },
    async queue(project, pipeline, { parameters, ref }) {
      const resources = ref === undefined ? {} : { resources: { repositories: { self: { refName: ref } } } };
      const body = { templateParameters: parameters, ...resources };
      const path = `/${project}/_apis/pipelines/${pipeline}/runs`;
      const run = shaped(RunDocument, await send('POST', path, version, body));
      return mapReading(run, ({ id }) => ({ pipeline, id }));
    },
    async read(project, { pipeline, id }) {
      const run = await get(`/${project}/_apis/pipelines/${pipeline}/runs/${id}`, version);
      return mapReading(shaped(RunDocument, run), ({ state, result }) =>
        state === 'completed' ? { state, result: result ?? 'unknown' } : { state: 'running' },
      );
    },
    async timeline(project, { id }) {
      const timeline = await get(`${buildPath(project, id)}/timeline`, version);
      return mapReading(shaped(TimelineDocument, timeline), toTimeline);
    },
    log: async (project, { id }, log) =>
      readList(await get(`${buildPath(project, id)}/logs/${log}`, version), z.string()),
  };
}

const permissionsPath = (project: ProjectId, connection: string) =>
  `/${project}/_apis/pipelines/pipelinepermissions/endpoint/${connection}`;

const buildPath = (project: ProjectId, id: QueuedRun['id']) => `/${project}/_apis/build/builds/${id}`;

const toTimeline = ({ records }: z.infer<typeof TimelineDocument>): RunTimeline => ({
  tasks: records.flatMap(({ type, name, task, log }) =>
    type === 'Task' && task
      ? [{ name: name ?? '', task: task.name ?? '', ...(log ? { log: log.id } : {}) }]
      : [],
  ),
  isWaiting: records.some(({ type, state }) => type.startsWith('Checkpoint') && state !== 'completed'),
});
