/** One call as the outside saw it. */
export interface LocalAwsCall {
  readonly operation: string;
  readonly account?: string;
  readonly principalArn?: string;
  readonly resource?: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** A code of the service, or the fault that cut the connection. */
  readonly errorCode?: string;
}

export interface CallLog {
  readonly calls: readonly LocalAwsCall[];
  add(call: LocalAwsCall): void;
  /** Calls by operation since the last reset. */
  counts(): Readonly<Record<string, number>>;
  resetCounts(): void;
}

/** The log keeps this many calls, so that a cloud may run for days; the counts go on. */
const KEPT = 100_000;

export function createCallLog(onCall: ((call: LocalAwsCall) => void) | undefined): CallLog {
  const calls: LocalAwsCall[] = [];
  const counts = new Map<string, number>();
  return {
    calls,
    add(call) {
      calls.push(call);
      if (calls.length > KEPT) calls.splice(0, KEPT / 2);
      counts.set(call.operation, (counts.get(call.operation) ?? 0) + 1);
      onCall?.(call);
    },
    counts: () => Object.fromEntries(counts),
    resetCounts: () => {
      counts.clear();
    },
  };
}
