import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/**
 * The file as it is to be found from here: in this folder, or in the nearest one above it that has one. `undefined` when
 * none has.
 */
export function nearestFile(path: string): string | undefined {
  let folder = resolve('.');
  while (!existsSync(join(folder, path))) {
    const above = dirname(folder);
    if (above === folder) return undefined;
    folder = above;
  }
  return relative('.', join(folder, path));
}
