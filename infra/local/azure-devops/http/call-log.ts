import { operations, type Operation } from './route.ts';

export interface Call {
  readonly organization: string;
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
  /** 0 when the connection was dropped or left hanging. */
  readonly status: number;
  /** Epoch ms of the answer. */
  readonly at: number;
}

export interface CallLog {
  readonly calls: readonly Call[];
  add(call: Call): void;
  readonly counts: () => Readonly<Record<Operation, number>>;
  readonly reset: () => void;
}

export function createCallLog(): CallLog {
  const calls: Call[] = [];
  return {
    calls,
    add(call) {
      calls.push(call);
    },
    counts: () =>
      Object.fromEntries(
        operations.map((operation) => [
          operation,
          calls.filter((call) => call.operation === operation).length,
        ]),
      ) as Record<Operation, number>,
    reset() {
      calls.length = 0;
    },
  };
}
