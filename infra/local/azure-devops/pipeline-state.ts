export interface RunRecord {
  /** Of the build too. */
  readonly id: number;
  readonly projectId: string;
  readonly pipelineId: number;
  readonly pipeline: string;
  /** Ids of the service connections that its YAML references. */
  readonly connectionIds: readonly string[];
  /** Absent: it has not ended. */
  readonly result?: 'succeeded' | 'failed' | 'canceled';
  /** Epoch ms. */
  readonly createdAt: number;
  readonly finishedAt?: number;
}
