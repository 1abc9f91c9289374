import type { Reading } from '../reading.ts';

/** How an organization is set up, beside what a look at it tells. */
export interface OrganizationExamination {
  /** The name under which Azure DevOps has the configured GUID; `undefined` when it has none. */
  readonly name: Reading<string | undefined>;
  /** What the endpoint type that the AWS Toolkit installs asks people for; `undefined` when it is not installed. */
  readonly awsType: Reading<AwsType | undefined>;
  readonly clock: Reading<ClockReading>;
}

export interface AwsType {
  /** Ids of its input fields. */
  readonly inputs: readonly string[];
}

/** Another machine's clock, and ours when its answer came. Epoch milliseconds; theirs is cut to the second. */
export interface ClockReading {
  readonly theirs: number;
  readonly ours: number;
}

export interface TableExamination {
  readonly state: 'missing' | 'ready' | 'not-ready' | 'foreign';
  /** A sentence, where it is not ready. */
  readonly problem?: string;
}
