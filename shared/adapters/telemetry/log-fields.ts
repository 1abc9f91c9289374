import { AsyncLocalStorage } from 'node:async_hooks';
import type { LogFields } from '../../ports/clock.ts';

const fields = new AsyncLocalStorage<LogFields>();

/** Runs the work; each line that it logs has these fields as well, beside those of the work around it. */
export function withLogFields<Outcome>(added: LogFields, work: () => Outcome): Outcome {
  return fields.run({ ...getLogFields(), ...added }, work);
}

export const getLogFields = (): LogFields => fields.getStore() ?? {};
