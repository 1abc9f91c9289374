/**
 * How the functions are started, how long each may take and what is tried again: the templates give these numbers to AWS, and
 * the local service keeps to them.
 */
export const serviceLimits = {
  /** Seconds after which Lambda ends an invocation. A lease lasts ten minutes: a run that is cut off has ended before it does. */
  timeouts: { discover: 300, reconcile: 540, hook: 10, 'iam-change': 30, deliver: 300, report: 300 },
  /**
   * `delaySeconds`: of every message, as long as the slot in which messages are gathered. `concurrency`: invocations at the
   * same time, each with one group; Lambda takes no smaller number than 2.
   */
  queues: {
    discover: { delaySeconds: 30, concurrency: 10 },
    reconcile: { delaySeconds: 0, concurrency: 10 },
    report: { delaySeconds: 60, concurrency: 2 },
  },
  /**
   * Seconds that a message stays hidden beyond the time of its function: it is not seen again while it is worked on, and comes
   * back soon when its function was ended. The six times of the Lambda Developer Guide are for functions that are throttled.
   */
  visibilityGraceSeconds: 30,
  /** Then a message goes to the dead-letter queue. */
  mostReceives: 5,
  /** Messages of one invocation: one keeps accounts apart, and none is received for nothing behind one that fails. */
  batchSize: 1,
  stream: { batchSize: 100, windowSeconds: 1, retries: 2 },
  /**
   * Of what EventBridge and its Scheduler start. Lambda waits one minute before the first retry and two before the second
   * (Lambda Developer Guide, asynchronous invocation); then the event goes to the queue of undelivered ones.
   */
  asynchronousRetrySeconds: [60, 120],
  /** Deliveries at the same time: a shard of the stream each, and a sweep that no shard has to wait for. */
  deliveries: 10,
  sweepSeconds: 60,
  auditSeconds: 120,
} as const;

export type LimitedFunction = keyof typeof serviceLimits.timeouts;
export type LimitedQueue = keyof typeof serviceLimits.queues;

/** The functions that people invoke (`azfed reconcile --remote`): the first one starts a run. */
export const invokedFunctions = [
  'discover',
  'reconcile',
  'deliver',
] as const satisfies readonly LimitedFunction[];

/** Seconds for which a message of the queue is hidden. */
export function visibilitySeconds(queue: LimitedQueue): number {
  return serviceLimits.timeouts[queue] + serviceLimits.visibilityGraceSeconds;
}
