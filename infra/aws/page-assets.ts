import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reportFiles } from '../../shared/contract/report-files.ts';
import { buildPageAssets } from '../../shared/report-page/build-assets.ts';

/** Into the folder of the bundle of `report`. Returns how many bytes they have. */
export function writePageAssets(folder: string): number {
  const { script, style } = buildPageAssets();
  writeFileSync(join(folder, reportFiles.script), script);
  writeFileSync(join(folder, reportFiles.style), style);
  return Buffer.byteLength(script) + Buffer.byteLength(style);
}
