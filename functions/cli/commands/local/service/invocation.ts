import type { Context } from 'aws-lambda';

/** As in AWS, of the function with the most to do. */
const TIMEOUT_MS = 9 * 60_000;

/** What of Lambda's context functions may ask for, of an invocation that has just begun; the rest of it is deprecated. */
export function createInvocation(functionName: string): Context {
  const asked = {
    functionName,
    awsRequestId: crypto.randomUUID(),
    getRemainingTimeInMillis: () => TIMEOUT_MS,
  } satisfies Partial<Context>;
  return asked as Partial<Context> as Context;
}
