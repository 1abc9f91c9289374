import { startFunction } from '../runtime/start-function.ts';
import { createHandler } from './create-handler.ts';
import { discoverDependencies, discoverSettings } from './dependencies.ts';

export const handler = await startFunction('discover', discoverSettings, (runtime) =>
  Promise.resolve(createHandler(discoverDependencies(runtime))),
);
