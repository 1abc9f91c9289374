/** What an organization has of pipelines. */
export interface PipelinesState {
  readonly files: readonly CommittedFile[];
  readonly pipelines: readonly PipelineRecord[];
  /** Oldest first. */
  readonly runs: readonly RunRecord[];
}

/** A file in the repository of a project. */
export interface CommittedFile {
  readonly projectId: string;
  /** Begins with a slash. */
  readonly path: string;
  readonly text: string;
}

export interface PipelineRecord {
  readonly id: number;
  readonly projectId: string;
  readonly name: string;
  /** Of its YAML in the repository. */
  readonly path: string;
  /** Ids of the service connections that it may use. */
  readonly authorized: readonly string[];
}

/** A task of the one job of a run. */
export interface StepRecord {
  readonly id: string;
  /** `AWSCLI`, without the version. */
  readonly task: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, string>>;
  /** Absent: it has not ended. */
  readonly result?: 'succeeded' | 'failed';
  readonly log: readonly string[];
  readonly issues: readonly string[];
}

export interface RunRecord {
  /** Of the build too. */
  readonly id: number;
  readonly planId: string;
  readonly projectId: string;
  readonly pipelineId: number;
  readonly pipeline: string;
  readonly refName: string;
  readonly finalYaml: string;
  /** Ids of the service connections that its YAML references. */
  readonly connectionIds: readonly string[];
  /** Of its YAML. Runs of earlier versions lack them. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly steps: readonly StepRecord[];
  /** Absent: it has not ended. */
  readonly result?: 'succeeded' | 'failed' | 'canceled';
  /** Epoch ms. */
  readonly createdAt: number;
  readonly finishedAt?: number;
}
