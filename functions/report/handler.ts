import { startFunction } from '../runtime/start-function.ts';
import { createHandler } from './create-handler.ts';
import { reportDependencies, reportSettings } from './dependencies.ts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { reportFiles } from '../../shared/contract/report-files.ts';
import type { PageAssets } from '../../shared/report-page/page.ts';

export const handler = await startFunction('report', reportSettings, (runtime) =>
  Promise.resolve(createHandler(reportDependencies(runtime, readPageAssets(import.meta.dirname)))),
);

/** As they were built beside the bundle: a function carries no bundler. */
function readPageAssets(folder: string): PageAssets {
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  return { script: read(reportFiles.script), style: read(reportFiles.style) };
}
