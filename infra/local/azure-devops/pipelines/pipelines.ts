import type { CommittedFile, PipelineRecord, PipelinesState, RunRecord } from '../state/pipeline-state.ts';
import { expandPipeline, invalid } from './pipeline-yaml.ts';
import { RefusedError } from '../state/refusal.ts';
import type { ConnectionRecord, OrganizationRecord, ProjectRecord } from '../state/state.ts';
import { changeOrganization, liveProject, organizationNamed, sameName } from '../state/world.ts';
import type { World } from '../state/world.ts';

interface PipelineInput {
  readonly project: string;
  readonly name: string;
  /** Of the YAML in the repository. */
  readonly path: string;
}

interface RunInput {
  readonly project: string;
  readonly pipeline: number;
  readonly refName: string;
  readonly parameters: Readonly<Record<string, string>>;
}

export interface PipelinePlay {
  /** Puts a file into the repository of the project. */
  commit(organization: string, project: string, path: string, text: string): void;
  /** @throws RefusedError when there is no such file */
  create(organization: string, input: PipelineInput): PipelineRecord;
  authorize(
    organization: string,
    project: string,
    pipeline: number,
    connectionId: string,
    may: boolean,
  ): void;
  /** Expanded at once; it runs when it is looked at. @throws RefusedError 400 for a YAML that is not valid */
  queue(organization: string, input: RunInput): RunRecord;
}

const nothing: PipelinesState = { files: [], pipelines: [], runs: [] };

export const getPipelines = ({ pipelines = nothing }: OrganizationRecord): PipelinesState => pipelines;

/** @throws RefusedError 404 */
export function pipelineById(
  organization: OrganizationRecord,
  project: ProjectRecord,
  id: number,
): PipelineRecord {
  const found = getPipelines(organization).pipelines.find(
    (one) => one.projectId === project.id && one.id === id,
  );
  if (!found) throw new RefusedError(404, 'PipelineNotFoundException', `Pipeline ${id} could not be found.`);
  return found;
}

/** @throws RefusedError 404 */
export function runById(organization: OrganizationRecord, project: ProjectRecord, id: number): RunRecord {
  const found = getPipelines(organization).runs.find((one) => one.projectId === project.id && one.id === id);
  if (!found)
    throw new RefusedError(404, 'BuildNotFoundException', `The requested build ${id} could not be found.`);
  return found;
}

/** The connections that a run needs and its pipeline may not use: it waits for them. */
export function listAwaited(organization: OrganizationRecord, run: RunRecord): readonly string[] {
  const pipeline = getPipelines(organization).pipelines.find(({ id }) => id === run.pipelineId);
  return run.connectionIds.filter((id) => !pipeline?.authorized.includes(id));
}

export function changePipelines(
  world: World,
  organization: string,
  change: (before: PipelinesState) => Partial<PipelinesState>,
): void {
  changeOrganization(world, organization, (record) => {
    const before = getPipelines(record);
    return { ...record, pipelines: { ...before, ...change(before) } };
  });
}

export function pipelinePlay(world: World): PipelinePlay {
  const place = (organization: string, project: string) => {
    const record = organizationNamed(world, organization);
    return { record, project: liveProject(record, project) };
  };
  return {
    commit(organization, projectName, path, text) {
      const { project } = place(organization, projectName);
      const file: CommittedFile = { projectId: project.id, path, text };
      changePipelines(world, organization, ({ files }) => ({
        files: [...files.filter((known) => known.projectId !== project.id || known.path !== path), file],
      }));
    },
    create(organization, { project: projectName, name, path }) {
      const { record, project } = place(organization, projectName);
      getFile(record, project.id, path);
      const id = 1 + Math.max(0, ...getPipelines(record).pipelines.map((known) => known.id));
      const pipeline: PipelineRecord = { id, projectId: project.id, name, path, authorized: [] };
      changePipelines(world, organization, ({ pipelines }) => ({ pipelines: [...pipelines, pipeline] }));
      return pipeline;
    },
    authorize(organization, projectName, id, connectionId, may) {
      const { record, project } = place(organization, projectName);
      const pipeline = pipelineById(record, project, id);
      const others = pipeline.authorized.filter((known) => known !== connectionId);
      const after = { ...pipeline, authorized: may ? [...others, connectionId] : others };
      changePipelines(world, organization, ({ pipelines }) => ({
        pipelines: pipelines.map((known) => (known.id === id ? after : known)),
      }));
    },
    queue(organization, input) {
      const { record, project } = place(organization, input.project);
      const run = newRun(world, record, project, input);
      changePipelines(world, organization, ({ runs }) => ({ runs: [...runs, run] }));
      return run;
    },
  };
}

function newRun(
  world: World,
  organization: OrganizationRecord,
  project: ProjectRecord,
  { pipeline: id, refName, parameters }: RunInput,
): RunRecord {
  const pipeline = pipelineById(organization, project, id);
  const { text } = getFile(organization, project.id, pipeline.path);
  const { finalYaml, variables, tasks } = expandPipeline(text, parameters);
  const steps = tasks.map((task) => ({ ...task, id: world.nextId(), log: [], issues: [] }));
  const named = tasks.flatMap(({ inputs }) => inputs['awsCredentials'] ?? []);
  return {
    id: 1 + Math.max(0, ...getPipelines(organization).runs.map((known) => known.id)),
    planId: world.nextId(),
    projectId: project.id,
    pipelineId: pipeline.id,
    pipeline: pipeline.name,
    refName,
    finalYaml,
    connectionIds: [...new Set(named.map((name) => connectionNamed(organization, project, name)))],
    variables,
    steps,
    createdAt: world.now(),
  };
}

/** Names of connections are resolved before anything runs; one that is not there makes the YAML invalid. */
function connectionNamed(organization: OrganizationRecord, project: ProjectRecord, name: string): string {
  const found = connectionCalled(organization, project.id, name);
  if (found) return found.id;
  throw invalid(
    `The pipeline is not valid. Job Job: Step input awsCredentials references service connection ${name} which could not be found. The service connection does not exist, has been disabled or has not been authorized for use.`,
  );
}

/** By its id, or by the name that it has in the project. */
export function connectionCalled(
  organization: OrganizationRecord,
  projectId: string,
  called: string,
): ConnectionRecord | undefined {
  return organization.connections.find(
    ({ id, references }) =>
      sameName(id, called) ||
      references.some((reference) => reference.projectId === projectId && sameName(reference.name, called)),
  );
}

function getFile(organization: OrganizationRecord, projectId: string, path: string): CommittedFile {
  const found = getPipelines(organization).files.find(
    (one) => one.projectId === projectId && one.path === path,
  );
  if (found) return found;
  throw new RefusedError(400, 'PipelineValidationException', `File ${path} not found in the repository.`);
}
