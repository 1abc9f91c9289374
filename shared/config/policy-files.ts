import { realpathSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import type { TextReading } from './text-file.ts';
import { readTextFile } from './text-file.ts';

/** Why a path may not stand in the configuration, whatever lies there; `undefined` when it may. */
export function problemOfPolicyPath(path: string): string | undefined {
  if (/\p{Cc}/u.test(path)) return 'holds control characters';
  if (isAbsolute(path) || /^[A-Za-z]:|^[\\/~]/.test(path)) return 'is no relative path';
  return path.split(/[\\/]/).includes('..') ? 'leads out of the folder of the configuration (..)' : undefined;
}

/** Beside a configuration that is no file. */
export const noPolicyFiles = (): TextReading => ({
  what: 'There are no files beside this configuration.',
  fix: 'Write the policy itself: { document: ... }.',
});

/**
 * Reads a file below the folder of the configuration, also after every symbolic link: who may change the configuration
 * may not make azfed read what lies elsewhere on the machine.
 */
export function readPolicyFile(configurationPath: string, path: string): TextReading {
  const folder = dirname(configurationPath);
  const file = resolve(folder, path);
  const [root, real] = [realPath(folder), realPath(file)];
  // A file that is not there has no real path: the reading says so.
  if (root === undefined || real === undefined) return readTextFile(file);
  if (!isBelow(root, real))
    return {
      what: 'The file is a link, or lies behind one, that leads out of the folder of the configuration.',
      fix: 'Put the file itself below that folder.',
    };
  return readTextFile(real);
}

function isBelow(root: string, file: string): boolean {
  const way = relative(root, file);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
