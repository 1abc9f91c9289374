import { CONFIGURATION_MAX_AGE_MS, startFunction } from '../runtime/start-function.ts';
import { createHandler } from './create-handler.ts';
import { iamChangeDependencies, iamChangeSettings } from './dependencies.ts';

export const handler = await startFunction(
  'iam-change',
  iamChangeSettings,
  (runtime) => Promise.resolve(createHandler(iamChangeDependencies(runtime))),
  { maxAgeMs: CONFIGURATION_MAX_AGE_MS },
);
