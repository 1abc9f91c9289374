import type { Context } from 'aws-lambda';
import { serviceLimits, type LimitedFunction } from '../../../../../shared/contract/service-limits.ts';
import type { Clock } from '../../../../../shared/ports/clock.ts';
import type { Handle } from '../../../../runtime/start-function.ts';

/** One invocation of a function. Rejects where Lambda ends it: what it has begun may go on for a moment, what it says is lost. */
export type Invoke<Event, Result> = (event: Event) => Promise<Result>;

/** As Lambda invokes a function: with the time that it has left, which ends it. */
export function createInvoke<Event, Result>(
  name: LimitedFunction,
  handle: Handle<Event, Result>,
  clock: Clock,
): Invoke<Event, Result> {
  const seconds = serviceLimits.timeouts[name];
  return async (event) => {
    const end = clock.now() + seconds * 1_000;
    // What of Lambda's context functions may ask for; the rest of it is deprecated.
    const asked = {
      functionName: name,
      awsRequestId: crypto.randomUUID(),
      getRemainingTimeInMillis: () => Math.max(0, end - clock.now()),
    } satisfies Partial<Context>;
    const result = await limitTime(handle(event, asked as Partial<Context> as Context), seconds);
    // On a clock that a test owns, time passes without the timer.
    if (clock.now() > end) throw makeTimeout(seconds);
    return result;
  };
}

async function limitTime<Result>(work: Promise<Result>, seconds: number): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(makeTimeout(seconds));
    }, seconds * 1_000);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** As Lambda names it (AWS Lambda runtime interface emulator). */
function makeTimeout(seconds: number): Error {
  const error = new Error(`Task timed out after ${seconds}.00 seconds`);
  error.name = 'Sandbox.Timedout';
  return error;
}

/** Events that Lambda takes from EventBridge and its Scheduler, and tries again where the function fails. */
export interface EventInvoker<Event> {
  /** Tries these, and those of before that are due. */
  invoke(events: readonly Event[]): Promise<void>;
  /** Those that were tried as often as Lambda does. */
  readonly undelivered: readonly Event[];
}

export function createEventInvoker<Event>(invoke: Invoke<Event, unknown>, clock: Clock): EventInvoker<Event> {
  const delays = serviceLimits.asynchronousRetrySeconds;
  let waiting: readonly { readonly event: Event; readonly tries: number; readonly dueAt: number }[] = [];
  const undelivered: Event[] = [];

  async function attempt(event: Event, tries: number) {
    try {
      await invoke(event);
      return [];
    } catch {
      // The function has said so in its log.
      const delay = delays[tries];
      if (delay !== undefined) return [{ event, tries: tries + 1, dueAt: clock.now() + delay * 1_000 }];
      undelivered.push(event);
      return [];
    }
  }

  return {
    undelivered,
    async invoke(events) {
      const now = clock.now();
      const due = waiting.filter(({ dueAt }) => dueAt <= now);
      waiting = waiting.filter(({ dueAt }) => dueAt > now);
      for (const { event, tries } of [...due, ...events.map((event) => ({ event, tries: 0 }))])
        waiting = [...waiting, ...(await attempt(event, tries))];
    },
  };
}
