import { startFunction } from '../runtime/start-function.ts';
import { createHandler } from './create-handler.ts';
import { reconcileDependencies, reconcileSettings } from './dependencies.ts';

export const handler = await startFunction('reconcile', reconcileSettings, (runtime) =>
  Promise.resolve(createHandler(reconcileDependencies(runtime))),
);
