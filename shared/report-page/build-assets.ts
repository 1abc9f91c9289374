import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import type { PageAssets } from './page.ts';

const folder = join(import.meta.dirname, 'browser');

let built: PageAssets | undefined;

/** Out of the sources in `browser/`, once in a process: the modules as one script that needs nothing else, and the style. */
export const buildPageAssets = (): PageAssets => (built ??= buildAssets());

function buildAssets(): PageAssets {
  const { outputFiles } = buildSync({
    // Without it esbuild works in the folder of the process when it was loaded, which may be gone.
    absWorkingDir: folder,
    entryPoints: [join(folder, 'main.ts')],
    ...{ bundle: true, minify: true, write: false, format: 'iife', target: 'es2022', charset: 'ascii' },
  });
  return {
    script: outputFiles[0]?.text ?? '',
    style: readFileSync(join(folder, 'style.css'), 'utf8'),
  };
}
