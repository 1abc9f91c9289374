import type { WriteStep } from '../iam/iam-operation.ts';
import type { RoleArn } from '../kernel/ids.ts';
import type { Reading } from '../kernel/result.ts';

/** How an organization is set up, beside what a look at it tells. */
export interface OrganizationExamination {
  /** The name under which Azure DevOps has the configured GUID; `undefined` when it has none. */
  readonly name: Reading<KnownName | undefined>;
  /** What the endpoint type that the AWS Toolkit installs asks people for; `undefined` when it is not installed. */
  readonly awsType: Reading<AwsType | undefined>;
  readonly clock: Reading<ClockReading>;
}

interface KnownName {
  readonly name: string;
  /** False for an address that does not tell capitals from small letters. */
  readonly isSpelled: boolean;
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

/** What a session of azfed in an account is for; a deletion has one of its own. */
export type Duty = 'look' | 'write' | 'retire';

/** What is to be found out about an account, beside what a look at it tells. */
export interface AccountQuestions {
  readonly duties: readonly Duty[];
  /** ARNs of managed policies. */
  readonly policies: readonly string[];
  readonly rehearsals: readonly Rehearsal[];
  /** ARN of a role that may get a boundary: whether azfed may ask IAM what such a role has used. Left out: none does. */
  readonly lastAccessedOf?: string;
}

/** Steps that somebody has to be allowed to do on a resource, with what a request of them would tell IAM. */
export interface Rehearsal {
  readonly duty: Exclude<Duty, 'look'>;
  readonly steps: readonly WriteStep['action'][];
  /** ARN; of a role, one that the grant allows. */
  readonly resource: string;
  /** Values of condition keys. */
  readonly context: Readonly<Record<string, string>>;
}

export interface AccountExamination {
  readonly sessions: readonly ExaminedSession[];
  readonly clock: Reading<ClockReading>;
  readonly policies: ReadonlyMap<string, Reading<'there' | 'missing'>>;
  readonly rehearsals: readonly ExaminedRehearsal[];
  /** Reads of what a role has used that IAM's own simulation does not allow; left out: nobody asked. */
  readonly lastAccessed?: Reading<readonly string[]>;
}

export interface ExaminedSession {
  /** ARN of the role that is assumed; left out where azfed uses its own credentials. */
  readonly role?: RoleArn;
  readonly duties: readonly Duty[];
  /** Who azfed is there, as STS tells it. */
  readonly caller: Reading<{ readonly account: string; readonly arn: string }>;
  /** Whom the trust of a role that refused lets in, as far as it could be read: principals, or patterns over their ARNs. */
  readonly admits?: readonly string[];
}

interface ExaminedRehearsal {
  readonly rehearsal: Rehearsal;
  /** Actions that IAM's own simulation does not allow. */
  readonly refused: Reading<readonly string[]>;
}

/** Where a webhook leads, and whether its secret can be signed with. */
export interface WebhookExamination {
  /** The host, when all of its addresses are such that webhooks may go there. */
  readonly address: Reading<string>;
  readonly secret: Reading<'usable'>;
}
