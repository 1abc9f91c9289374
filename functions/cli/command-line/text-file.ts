import { writeFileSync, existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { ConfigError, describeFailure } from '../../../shared/domain/kernel/errors.ts';

/** Throws ConfigError when the place cannot be written to: it was typed by a person. */
export function writeText(path: string, text: string, flag: 'w' | 'wx' = 'w'): void {
  try {
    writeFileSync(path, text, { flag });
  } catch (error) {
    const what = describeFailure(error).message;
    throw new ConfigError([
      {
        where: path,
        what: `It cannot be written: ${what}.`,
        fix: 'Give another place, or make its folder first.',
      },
    ]);
  }
}

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
