import type { Organization } from '../domain/configuration/configuration.ts';
import type { ConnectionId, ProjectId } from '../domain/kernel/ids.ts';
import type { Reading } from '../domain/kernel/result.ts';

export interface Pipeline {
  readonly id: number;
  readonly name: string;
}

/** How far a run has come. */
export type RunState =
  | { readonly state: 'running' }
  /** As Azure DevOps spells it: `succeeded`, `failed`, `canceled`. */
  | { readonly state: 'completed'; readonly result: string };

/** A task of a run that has ended. */
export interface RunTask {
  readonly name: string;
  /** `AWSCLI`, without the version. */
  readonly task: string;
  /** Absent: it was not run. */
  readonly log?: number;
}

export interface RunTimeline {
  readonly tasks: readonly RunTask[];
  /** A check or an approval that has not ended. */
  readonly isWaiting: boolean;
}

/** A run, by its pipeline and its number. */
export interface QueuedRun {
  readonly pipeline: number;
  readonly id: number;
}

export interface PipelineList {
  readonly pipelines: readonly Pipeline[];
  /** False where the end of the list was not seen: a pipeline that is not in it may be there all the same. */
  readonly isWhole: boolean;
}

interface PipelineReader {
  list(project: ProjectId): Promise<Reading<PipelineList>>;
  /** Whether the pipeline itself, or every pipeline of the project, may use the connection. */
  isAuthorized(project: ProjectId, pipeline: number, connection: ConnectionId): Promise<Reading<boolean>>;
  read(project: ProjectId, run: QueuedRun): Promise<Reading<RunState>>;
  timeline(project: ProjectId, run: QueuedRun): Promise<Reading<RunTimeline>>;
  log(project: ProjectId, run: QueuedRun, log: number): Promise<Reading<readonly string[]>>;
}

/** Of each: `unknown` says that it was refused, or that nobody knows whether it was done. */
export interface PipelineOperator extends PipelineReader {
  authorize(
    project: ProjectId,
    pipeline: number,
    connection: ConnectionId,
    may: boolean,
  ): Promise<Reading<undefined>>;
  /** `ref` left out: the default branch of the pipeline. */
  queue(
    project: ProjectId,
    pipeline: number,
    run: { readonly parameters: Readonly<Record<string, string>>; readonly ref?: string },
  ): Promise<Reading<QueuedRun>>;
}

/** Signs in to an organization, does the work, and closes. Throws PermissionError, ConfigError without a credential. */
export type PipelineSession = <Result>(
  organization: Organization,
  work: (pipelines: PipelineOperator) => Promise<Result>,
) => Promise<Result>;
