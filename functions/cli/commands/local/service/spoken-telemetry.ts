import type { LogFields, Telemetry } from '../../../../../shared/ports/telemetry.ts';

/** One line for each thing that happens: when, which function, what. */
export type Say = (who: string, what: string) => void;

/** Logs of a function for people who watch. Metrics are not for watching. */
export function spokenTelemetry(who: string, say: Say): Telemetry {
  const line = (message: string, fields: LogFields = {}) => {
    const shown = Object.entries(fields).filter(([name, value]) => !hidden.has(name) && value !== undefined);
    say(who, [message, shown.map(([name, value]) => `${name} ${textOf(value)}`).join(', ')].join(' ').trim());
  };
  return {
    info: (message, fields = {}) => {
      // Its own writes come back to it all the time.
      if (fields['reason'] !== 'own-write') line(message, fields);
    },
    warn: line,
    error: (message, error, fields) => {
      line(`${message} ${error instanceof Error ? error.message : String(error)}`, fields);
    },
    add: () => undefined,
    flush: () => undefined,
  };
}

/** Ids that nobody looks up by eye. */
const hidden: ReadonlySet<string> = new Set([
  'organization',
  'organizationId',
  'projectId',
  'planId',
  'messageId',
  'event',
  'group',
]);

const textOf = (value: LogFields[string]) =>
  Array.isArray(value) ? value.join(' and ') || 'none' : String(value);
