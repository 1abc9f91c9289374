import { CONFIGURATION_MAX_AGE_MS, startFunction } from '../runtime/start-function.ts';
import { createHandler } from './create-handler.ts';
import { hookDependencies, hookSettings } from './dependencies.ts';

export const handler = await startFunction(
  'hook',
  hookSettings,
  async (runtime) => createHandler(await hookDependencies(runtime)),
  { maxAgeMs: CONFIGURATION_MAX_AGE_MS },
);
