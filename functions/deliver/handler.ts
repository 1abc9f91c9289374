import { CONFIGURATION_MAX_AGE_MS, startFunction } from '../runtime/start-function.ts';
import { createHandler } from './create-handler.ts';
import { deliverDependencies, deliverSettings } from './dependencies.ts';

export const handler = await startFunction(
  'deliver',
  deliverSettings,
  (runtime) => Promise.resolve(createHandler(deliverDependencies(runtime))),
  { maxAgeMs: CONFIGURATION_MAX_AGE_MS },
);
