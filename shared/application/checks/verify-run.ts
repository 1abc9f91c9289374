import type { Organization } from '../../domain/configuration/configuration.ts';
import type { ConnectionId, ProjectId } from '../../domain/kernel/ids.ts';
import { complete, mapReading, unknown, type Reading } from '../../domain/kernel/result.ts';
import type { FailureCode } from '../../domain/verify/failures.ts';
import { judgeTask, type ExpectedSignIn, type TaskVerdict } from '../../domain/verify/run-verdict.ts';
import { readTaskLog } from '../../domain/verify/task-log.ts';
import type { Clock } from '../../ports/clock.ts';
import type {
  Pipeline,
  PipelineSession,
  PipelineOperator,
  QueuedRun,
  RunState,
  RunTask,
} from '../../ports/service-connections.ts';
import { MINUTE_MS } from '../../domain/kernel/durations.ts';

/** A run that is about to be queued. */
export interface RunOrder {
  readonly organization: Organization;
  readonly project: ProjectId;
  readonly connectionId: ConnectionId;
  /** Its name in the project, which the YAML resolves. */
  readonly connectionName: string;
  readonly pipeline: Pipeline;
  /** Whether the pipeline may use the connection already. If not, it is allowed to for this run. */
  readonly isAuthorized: boolean;
  readonly region: string;
  readonly ref?: string;
}

/** What a run has shown. */
export interface RunVerdict {
  /** unread: nothing is wrong in what the tasks logged, and not every log proves it. */
  readonly outcome: TaskVerdict['outcome'];
  readonly pipeline: Pipeline;
  readonly runId: number;
  readonly tasks: readonly TaskVerdict[];
  /** Of the run as a whole, where no task has got that far. */
  readonly failure?: FailureCode;
  /** The right to use the connection was given for this run. `kept`: and could not be taken back. */
  readonly authorization: 'there-before' | 'taken-back' | 'kept';
}

/** By number, or by name; `undefined` when there is none. */
export async function findPipeline(
  session: PipelineSession,
  { organization, project, connectionId }: Pick<RunOrder, 'organization' | 'project' | 'connectionId'>,
  wanted: string,
): Promise<Reading<Pick<RunOrder, 'pipeline' | 'isAuthorized'> | undefined>> {
  return session(organization, async (pipelines) => {
    const list = await pipelines.list(project);
    if (list.state === 'unknown') return list;
    const { pipelines: listed, isWhole } = list.value;
    const pipeline = listed.find(({ id, name }) => String(id) === wanted || name === wanted);
    if (!pipeline && !isWhole) return unknown('list-cut', cutList(listed.length));
    if (!pipeline) return complete(undefined);
    const may = await pipelines.isAuthorized(project, pipeline.id, connectionId);
    return mapReading(may, (isAuthorized) => ({ pipeline, isAuthorized }));
  });
}

const cutList = (seen: number) =>
  `Azure DevOps has listed ${seen} pipelines and not shown the end of the list, and none of them has this name or number. Try again later, or use a pipeline of a project that has fewer.`;

type Progress = (said: string) => void;

/**
 * Lets the pipeline use the connection if it may not yet, queues it, follows it to its end, reads what its tasks logged, and
 * takes back the right that was given, whatever came of it.
 */
export function runVerification(
  session: PipelineSession,
  clock: Clock,
  order: RunOrder,
  expected: ExpectedSignIn,
  progress: Progress,
): Promise<Reading<RunVerdict>> {
  return session(order.organization, async (pipelines) => {
    const work = () => runToEnd(pipelines, clock, order, expected, progress);
    if (order.isAuthorized) return addAuthorization(await work(), 'there-before', order);
    const { project, pipeline, connectionId } = order;
    const given = await pipelines.authorize(project, pipeline.id, connectionId, true);
    if (given.state === 'unknown' && ['forbidden', 'refused', 'conditional-access'].includes(given.code))
      return given;
    // Where nobody knows whether the right was given, it is taken back all the same.
    const shown = given.state === 'unknown' ? given : await work();
    const back = await pipelines.authorize(project, pipeline.id, connectionId, false);
    return addAuthorization(shown, back.state === 'complete' ? 'taken-back' : 'kept', order);
  });
}

function addAuthorization(
  shown: Reading<Shown>,
  authorization: RunVerdict['authorization'],
  { pipeline }: RunOrder,
): Reading<RunVerdict> {
  if (shown.state === 'complete') return complete({ ...shown.value, authorization });
  if (authorization !== 'kept') return shown;
  const left = `The right of ${pipeline.name} to use the connection could not be taken back.`;
  return unknown(shown.code, `${shown.message} ${left}`);
}

type Shown = Omit<RunVerdict, 'authorization'>;

async function runToEnd(
  pipelines: PipelineOperator,
  clock: Clock,
  order: RunOrder,
  expected: ExpectedSignIn,
  progress: Progress,
): Promise<Reading<Shown>> {
  const { project, pipeline, connectionName, region, ref } = order;
  const parameters = { connection: connectionName, region };
  const wanted = ref === undefined ? { parameters } : { parameters, ref };
  const queued = await pipelines.queue(project, pipeline.id, wanted);
  if (queued.state === 'unknown') return queued;
  const run = queued.value;
  progress(`Run ${run.id} of ${pipeline.name} is queued.`);
  const ended = await follow(pipelines, clock, project, run, progress);
  if (ended.state === 'unknown') return ended;
  const timeline = await pipelines.timeline(project, run);
  if (timeline.state === 'unknown') return timeline;
  const common = { pipeline, runId: run.id };
  const isRunning = ended.value.state === 'running';
  // A task that has ended says why the others take so long: each asks 200 seconds for a token that it does not get.
  const judged = timeline.value.tasks.filter(({ log }) => !isRunning || log !== undefined);
  const tasks = await judgeTasks(pipelines, project, run, judged, expected);
  if (!isRunning) return mapReading(tasks, (all) => ({ ...common, ...summed(all) }));
  const failure = timeline.value.isWaiting ? 'run.waits' : 'run.unfinished';
  const ofTasks = tasks.state === 'complete' ? tasks.value : [];
  return complete({ ...common, outcome: 'refused', tasks: ofTasks, failure });
}

async function judgeTasks(
  pipelines: PipelineOperator,
  project: ProjectId,
  run: QueuedRun,
  tasks: readonly RunTask[],
  expected: ExpectedSignIn,
): Promise<Reading<readonly TaskVerdict[]>> {
  const verdicts: TaskVerdict[] = [];
  for (const { name, task, log } of tasks.filter((one) => one.task.startsWith('AWS'))) {
    const lines = log === undefined ? complete([]) : await pipelines.log(project, run, log);
    if (lines.state === 'unknown') return lines;
    verdicts.push(judgeTask(name || task, readTaskLog(lines.value), expected));
  }
  return complete(verdicts);
}

function summed(tasks: readonly TaskVerdict[]): Pick<Shown, 'outcome' | 'tasks' | 'failure'> {
  if (tasks.length === 0) return { outcome: 'refused', tasks, failure: 'run.no-task' };
  const outcomes = new Set(tasks.map(({ outcome }) => outcome));
  return { outcome: (['refused', 'unread'] as const).find((one) => outcomes.has(one)) ?? 'proven', tasks };
}

/**
 * Ten minutes for an agent to be found, and five for each of the two tasks: one that gets no token gives up after 202 seconds
 * (aws-toolkit-azure-devops, timeoutUtils.ts: five tries, pauses of 5, 15, 45 and 135 seconds).
 */
const LONGEST_MS = 20 * MINUTE_MS;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;

/** `running`: it has not ended in that time. */
async function follow(
  pipelines: PipelineOperator,
  clock: Clock,
  project: ProjectId,
  run: QueuedRun,
  progress: Progress,
): Promise<Reading<RunState>> {
  const until = clock.now() + LONGEST_MS;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    const read = await pipelines.read(project, run);
    if (read.state === 'unknown' || read.value.state === 'completed' || clock.now() >= until) return read;
    if (pause === LONGEST_PAUSE_MS)
      progress(`Run ${run.id} goes on; ${Math.round((until - clock.now()) / 1_000)} s are left.`);
    await clock.sleep(pause);
  }
}
