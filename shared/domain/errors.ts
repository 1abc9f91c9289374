/** Errors carry a stable code and say whose fault it is, so that a person is told what to mend. */
abstract class AzfedError extends Error {
  abstract readonly source: 'user' | 'upstream' | 'service';
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.name = new.target.name;
  }
}

export interface ConfigurationProblem {
  /** `federation.yaml:12:5`, a path such as `grants[0].mode`, or both. */
  readonly where: string;
  readonly what: string;
  /** What to do about it. */
  readonly mend: string;
}

/** The input is wrong. Lists every problem at once. Never retried. */
export class ConfigError extends AzfedError {
  readonly source = 'user';
  readonly problems: readonly ConfigurationProblem[];

  constructor(problems: readonly ConfigurationProblem[]) {
    super('config', problems.map(({ where, what, mend }) => `${where}: ${what} ${mend}`).join('\n'));
    this.problems = problems;
  }
}

/** The outside refused: `action` is the right that is missing, as its vendor spells it. */
export class PermissionError extends AzfedError {
  readonly source = 'user';
  readonly action: string;

  constructor(action: string, message: string, options?: ErrorOptions) {
    super('permission', message, options);
    this.action = action;
  }
}

/** It may work later. After a write, the outcome is unknown. */
export class TransientError extends AzfedError {
  readonly source = 'upstream';
  readonly retryAfterMs: number | undefined;

  constructor(code: string, message: string, options?: ErrorOptions & { retryAfterMs?: number }) {
    super(code, message, options);
    this.retryAfterMs = options?.retryAfterMs;
  }
}

/** The target is not as it was when the decision was made. The next pass decides anew. */
export class ConflictError extends AzfedError {
  readonly source = 'upstream';
}

/** The outside will never accept this as it is (a quota, a malformed document, an entity that cannot be changed). */
export class UpstreamError extends AzfedError {
  readonly source = 'upstream';
}

/** Our own bug: the pass fails and alarms. */
export class InvariantError extends AzfedError {
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

/** An error in the words that results and events carry. */
export interface Failure {
  readonly code: string;
  readonly message: string;
}

export function describeFailure(error: unknown): Failure {
  if (error instanceof AzfedError) return { code: error.code, message: error.message };
  return { code: 'unexpected', message: error instanceof Error ? error.message : String(error) };
}
