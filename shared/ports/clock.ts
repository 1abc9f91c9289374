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
