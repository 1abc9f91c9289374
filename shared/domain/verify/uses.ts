import type { Reading } from '../kernel/result.ts';
import { explainStsError, type FailureCode } from './failures.ts';
import { isRecord, readNestedFields, readText } from '../kernel/json.ts';
import { formatInstant } from '../kernel/durations.ts';

/** One AssumeRoleWithWebIdentity for a role, from CloudTrail. */
export interface TrailUse {
  /** ISO time. */
  readonly at: string;
  readonly result: 'succeeded' | 'failed';
  /** Of the token; empty where the record does not tell. */
  readonly subject: string;
  readonly region: string;
  readonly eventId: string;
  /** Of STS, of one that failed: texts from outside. */
  readonly error?: { readonly code: string; readonly message: string };
}

/** What was found, and how far back was looked. Times are ISO. */
export interface TrailUses {
  /** Newest first, in the order of CloudTrail: its times know seconds, and a second holds more than one use. */
  readonly uses: readonly TrailUse[];
  /** Before it there may be more. */
  readonly since: string;
  /** Before it there may be more that got in: those are found by their subject. */
  readonly successesSince: string;
  /** When it was looked. */
  readonly readAt: string;
}

/** One job that named the connection, from its execution history in Azure DevOps. */
export interface Execution {
  /** ISO time. */
  readonly at: string;
  /** As Azure DevOps spells it: `succeeded`, `failed`, `canceled` ... The job's, whatever it failed for. */
  readonly result: string;
  readonly pipeline: string;
}

/**
 * Reads one record of CloudTrail (CloudTrail User Guide, record contents); `undefined` unless it is about the role.
 * Where STS refuses, a record may lack what the token said: then the request alone says what it was about.
 */
export function readTrailUse(record: unknown, roleArn: string): TrailUse | undefined {
  if (!isRecord(record) || record['eventName'] !== 'AssumeRoleWithWebIdentity') return undefined;
  if (readText(readNestedFields(record, 'requestParameters'), 'roleArn') !== roleArn) return undefined;
  const at = Date.parse(readText(record, 'eventTime'));
  const eventId = readText(record, 'eventID');
  if (Number.isNaN(at) || eventId === '') return undefined;
  const reported = readText(readNestedFields(record, 'responseElements'), 'subjectFromWebIdentityToken');
  const code = readText(record, 'errorCode');
  const common = {
    at: formatInstant(at),
    subject: reported || readText(readNestedFields(record, 'userIdentity'), 'userName'),
    region: readText(record, 'awsRegion'),
    eventId,
  };
  if (code === '') return { ...common, result: 'succeeded' };
  return { ...common, result: 'failed', error: { code, message: readText(record, 'errorMessage') } };
}

/** What the past says of a connection. It shows that it worked, never that it works. */
export interface PassiveEvidence {
  readonly trail: Reading<{
    readonly lastSuccess: TrailUse | null;
    readonly lastFailure: (TrailUse & { readonly failure: FailureCode | null }) | null;
    /** Of a token of which the record does not say whose it was: anybody's. */
    readonly lastFailureOfUnknown: (TrailUse & { readonly failure: FailureCode | null }) | null;
    /** The newest use is one that failed. */
    readonly isFailing: boolean;
    readonly since: string;
    readonly successesSince: string;
    readonly readAt: string;
  }>;
  /** ISO time; `null`: not within the last 400 days. */
  readonly roleLastUsed: Reading<string | null>;
  readonly executions: Reading<{
    readonly lastSuccess: Execution | null;
    readonly lastFailure: Execution | null;
  }>;
}

/** The newest of each kind. Uses with the subject of somebody else are left out; those without any are told apart. */
export function judgeUses(
  { uses, ...read }: TrailUses,
  subjects: readonly string[],
): Extract<PassiveEvidence['trail'], { readonly state: 'complete' }>['value'] {
  const own = newestFirst(uses.filter(({ subject }) => subjects.includes(subject)));
  const unspecified = newestFirst(
    uses.filter(({ subject, result }) => subject === '' && result === 'failed'),
  );
  return {
    lastSuccess: own.find(({ result }) => result === 'succeeded') ?? null,
    lastFailure: explained(own.find(({ result }) => result === 'failed')),
    lastFailureOfUnknown: explained(unspecified[0]),
    isFailing: own[0]?.result === 'failed',
    ...read,
  };
}

function explained(use: TrailUse | undefined): (TrailUse & { readonly failure: FailureCode | null }) | null {
  if (!use) return null;
  const failure = use.error && explainStsError(use.error.code, use.error.message);
  return { ...use, failure: failure ?? null };
}

/** Of one second, the order in which they came stays. */
function newestFirst(uses: readonly TrailUse[]): readonly TrailUse[] {
  return [...uses].sort((a, b) => (a.at === b.at ? 0 : a.at > b.at ? -1 : 1));
}

export function judgeExecutions(
  executions: readonly Execution[],
): Extract<PassiveEvidence['executions'], { readonly state: 'complete' }>['value'] {
  return {
    lastSuccess: newest(executions.filter(({ result }) => /^succeeded/i.test(result))),
    lastFailure: newest(executions.filter(({ result }) => /^failed$/i.test(result))),
  };
}

function newest<Item extends { readonly at: string }>(items: readonly Item[]): Item | null {
  return items.reduce<Item | null>((last, item) => (last && last.at >= item.at ? last : item), null);
}
