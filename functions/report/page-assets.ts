import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { reportFiles } from '../../shared/contract/report-files.ts';
import type { PageAssets } from '../../shared/report-page/page.ts';

/** As they were built beside the bundle: a function carries no bundler. */
export function readPageAssets(folder: string): PageAssets {
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  return { script: read(reportFiles.script), style: read(reportFiles.style) };
}
