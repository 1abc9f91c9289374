/** Time and waiting, so that a test can own both. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** Random bits for things that must not be guessed or collide: owners of leases, session names. */
export interface IdSource {
  /** Letters and digits, at least 96 bits. */
  next(): string;
}

/** A metric of shared/contract/metrics.ts. */
interface Metric {
  readonly name: string;
  readonly unit: 'Count' | 'Seconds';
}

/** Ids, codes and counts. Never a name that a person chose, a text from outside, or a secret. */
export type LogFields = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>> &
  Readonly<Partial<Record<LineField, never>>>;

/** Fields of every line, which no other value may replace (Powertools for AWS Lambda, Logger, reserved keys). */
type LineField = 'level' | 'message' | 'sampling_rate' | 'service' | 'timestamp';

/** What operators are told. Never rejects and never throws: work does not fail for want of a log. */
export interface Telemetry {
  /** `message` is a constant sentence; what differs from time to time is in the fields. */
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  /** With the error's code and message, and those of its causes. */
  error(message: string, error: unknown, fields?: LogFields): void;
  /** Adds to a metric; 1 without a value. The dimension `service` is always there, others make a series of their own. */
  add(metric: Metric, value?: number, dimensions?: Readonly<Record<string, string>>): void;
  /** Hands over what was added since the last time. Called once at the end of each invocation. */
  flush(): void;
}
