import { PermissionError, describeFailure, rethrowDefect } from './errors.ts';

/**
 * What came of looking at something outside. Unknown is never absent: a value is `complete` only when the answer
 * was whole, in the expected shape, and not cut short; everything else is `unknown`, and nothing may rest on it.
 */
export type Reading<T> = Complete<T> | Unknown;

export interface Complete<T> {
  readonly state: 'complete';
  readonly value: T;
}

export interface Unknown {
  readonly state: 'unknown';
  /** Stable word for the cause, such as `sign-in-page`, `count-mismatch`, `throttled`, `access-denied`. */
  readonly code: string;
  /** A sentence for a person: what came back, and what is probably wrong. Holds no secret. */
  readonly message: string;
}

export const complete = <T>(value: T): Complete<T> => ({ state: 'complete', value });

export const unknown = (code: string, message: string): Unknown => ({ state: 'unknown', code, message });

/** What is made of the value; an unknown one stays as it is. */
export const mapReading = <T, U>(reading: Reading<T>, make: (value: T) => U): Reading<U> =>
  reading.state === 'unknown' ? reading : complete(make(reading.value));

/** What the outside did, as a reading that came to nothing. A bug of azfed escapes. */
export function unreadBecause(error: unknown): Unknown {
  rethrowDefect(error);
  const { code, message } = describeFailure(error);
  return unknown(error instanceof PermissionError ? 'access-denied' : code, message);
}

/** What comes of a read: what the outside does hides nothing else, a bug of azfed escapes. */
export function captureReading<Value>(read: () => Promise<Value>): Promise<Reading<Value>> {
  return read().then((value) => complete(value), unreadBecause);
}
