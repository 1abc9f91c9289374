import type { RoleArn } from './ids.ts';

/**
 * Errors carry a stable code and say whose fault it is, so that a person learns what to fix. Each class writes its name out:
 * a minifier calls classes as it likes, and logs and alarms go by the name.
 */
abstract class AzfedError extends Error {
  abstract override readonly name: string;
  abstract readonly source: 'user' | 'upstream' | 'service';
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export interface ConfigurationProblem {
  /** `federation.yaml:12:5`, a path such as `grants[0].mode`, or both. */
  readonly where: string;
  readonly what: string;
  /** What to do about it. */
  readonly fix: string;
}

/** The input is wrong. Lists every problem at once. Never retried. */
export class ConfigError extends AzfedError {
  override readonly name = 'ConfigError';
  readonly source = 'user';
  readonly problems: readonly ConfigurationProblem[];

  constructor(found: ConfigurationProblem | readonly ConfigurationProblem[]) {
    const problems = 'where' in found ? [found] : found;
    super('config', problems.map(({ where, what, fix }) => `${where}: ${what} ${fix}`).join('\n'));
    this.problems = problems;
  }
}

/** The outside refused: `action` is the right that is missing, as its vendor spells it. */
export class PermissionError extends AzfedError {
  override readonly name = 'PermissionError';
  readonly source = 'user';
  readonly action: string;

  constructor(action: string, message: string, options?: ErrorOptions) {
    super('permission', message, options);
    this.action = action;
  }
}

/** It may work later. After a write, the outcome is unknown. */
export class TransientError extends AzfedError {
  override readonly name = 'TransientError';
  readonly source = 'upstream';
  readonly retryAfterMs: number | undefined;

  constructor(code: string, message: string, options?: ErrorOptions & { retryAfterMs?: number }) {
    super(code, message, options);
    this.retryAfterMs = options?.retryAfterMs;
  }
}

/** The target is not as it was when the decision was made. The next run decides anew. */
export class ConflictError extends AzfedError {
  override readonly name = 'ConflictError';
  readonly source = 'upstream';
}

/** The outside will never accept this as it is (a quota, a malformed document, an entity that cannot be changed). */
export class UpstreamError extends AzfedError {
  override readonly name: string = 'UpstreamError';
  readonly source = 'upstream';
}

/** Our own bug: the run fails and alarms. */
export class InvariantError extends AzfedError {
  override readonly name = 'InvariantError';
  readonly source = 'service';
}

/**
 * The one error policy. True for a bug of azfed: an InvariantError, and every error that is none of azfed's own classes
 * (a TypeError, say). Such an error is never a result: whoever catches it records what is known and lets it escape, so
 * that the function fails and alarms. False for what the outside did, which is a result, a finding or a retry.
 */
export function isDefect(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isDefect);
  return !(error instanceof AzfedError) || error instanceof InvariantError;
}

/** For what is passed over when the outside fails. A bug of azfed escapes. */
export function rethrowDefect(error: unknown): undefined {
  if (isDefect(error)) throw error;
}

/** For a write that somebody else may have made first. Everything but a conflict escapes. */
export function rethrowUnlessConflict(error: unknown): undefined {
  if (!(error instanceof ConflictError)) throw error;
}

/** What is wrong with the input. Everything but a ConfigError escapes. */
export function listProblems(error: unknown): readonly ConfigurationProblem[] {
  if (error instanceof ConfigError) return error.problems;
  throw error;
}

/** An error in the words that results and events carry. */
export interface Failure {
  readonly code: string;
  readonly message: string;
}

/**
 * Whether it makes sense to try again.
 *
 *     refused     a right is missing, or a policy of the organization forbids it: until somebody changes that
 *     rejected    AWS never accepts it as it is: a quota, a malformed document
 *     transient   throttled, not reachable, not shown yet: it may work later
 *     conflict    somebody else changed the same thing, or another run was writing
 *     defect      an error of azfed itself
 */
export type FailureNature = 'refused' | 'rejected' | 'transient' | 'conflict' | 'defect';

export interface ExplainedFailure extends Failure {
  readonly nature: FailureNature;
  /** The name of the error that the outside answered with, as AWS spells it. */
  readonly awsCode?: string;
}

/** As `describeFailure`, with what the outside said of it. */
export function explainFailure(error: unknown): ExplainedFailure {
  const described = describeFailure(error);
  // One error may stand for several; the first of them is its cause.
  const first = error instanceof UpstreamError && error.cause instanceof AzfedError ? error.cause : error;
  const answer = first instanceof AzfedError ? first.cause : undefined;
  const awsCode = answer instanceof Error && answer.name !== 'Error' ? answer.name : undefined;
  return { ...described, nature: classifyNature(first), ...(awsCode === undefined ? {} : { awsCode }) };
}

function classifyNature(error: unknown): FailureNature {
  if (isDefect(error)) return 'defect';
  if (error instanceof PermissionError) return 'refused';
  if (error instanceof TransientError) return 'transient';
  return error instanceof ConflictError ? 'conflict' : 'rejected';
}

export function describeFailure(error: unknown): Failure {
  if (error instanceof AzfedError) return { code: error.code, message: error.message };
  return { code: 'unexpected', message: readMessage(error) };
}

/** Of what was thrown, whatever it is: several errors in one have no message of their own. */
function readMessage(error: unknown): string {
  if (error instanceof AggregateError && !error.message)
    return [...new Set(error.errors.map(readMessage))].join('; ');
  if (error instanceof Error) return error.message;
  return typeof error === 'string' ? error : JSON.stringify(error);
}

/** That this release cannot read the stored item. It stands for the item: nothing is decided about it or written over it. */
export interface Unreadable {
  readonly reason: string;
  /** ARNs of roles that stand anywhere in it: they may be its own. */
  readonly roleArns: readonly RoleArn[];
  /** ISO time of the oldest event that waits in it, when one does. */
  readonly oldestEvent?: string;
}

/** Entries of a log. One that this release cannot read hides no other, and is counted: the log is not complete then. */
export interface LogEntries<Entry> {
  readonly entries: readonly Entry[];
  /** How many further entries cannot be read. */
  readonly unreadable: number;
}

/** What is not complete, for people; `undefined`: nothing. */
export function unreadableText(count: number, ofWhat: string): string | undefined {
  if (count === 0) return undefined;
  const entries = count === 1 ? 'One entry' : `${count} entries`;
  return `${entries} of ${ofWhat} cannot be read by this release: another one may have written ${count === 1 ? 'it' : 'them'}.`;
}

/** The code of failures about a stored item that this release cannot read. */
export const UNREADABLE_ITEM = 'state.unreadable-item';

export const isUnreadable = (failure: Pick<Failure, 'code'> | undefined): boolean =>
  failure?.code === UNREADABLE_ITEM;

export const isUnreadableItem = (error: unknown): error is UpstreamError =>
  error instanceof UpstreamError && isUnreadable(error);

/** The item would be larger than the table takes. */
export const isOversizedItem = (error: unknown): error is UpstreamError =>
  error instanceof UpstreamError && error.code === 'state.item-too-large';
