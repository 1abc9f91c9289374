import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type { Telemetry } from '../../shared/ports/telemetry.ts';

/** Work on one event. What it rejects with is for Lambda to see. */
export type Handle<Event, Result> = (event: Event, context: Context) => Promise<Result>;

/** Logs what escapes, and hands over metrics at the end either way. Events are never logged: they hold what others write. */
export function withTelemetry<Event, Result>(telemetry: Telemetry, handle: Handle<Event, Result>) {
  const flush = () => {
    telemetry.flush();
  };
  return middy<Event, Result>()
    .use({ after: flush, onError: flush })
    .use({
      onError: ({ error }) => {
        telemetry.error('The invocation failed.', error);
      },
    })
    .handler(handle);
}
