import { startFunction } from '../runtime/start-function.ts';
import { createHandler } from './create-handler.ts';
import { reportDependencies, reportSettings } from './dependencies.ts';
import { readPageAssets } from './page-assets.ts';

export const handler = await startFunction('report', reportSettings, (runtime) =>
  Promise.resolve(createHandler(reportDependencies(runtime, readPageAssets(import.meta.dirname)))),
);
