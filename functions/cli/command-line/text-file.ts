import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { sync as replaceFile } from 'write-file-atomic';
import { explainFileError } from '../../../shared/config/file-errors.ts';
import { readTextFile } from '../../../shared/config/yaml-source.ts';
import { ConfigError } from '../../../shared/domain/kernel/errors.ts';

/**
 * Whole or not at all: a file that is there is replaced, and never cut short. `wx`: only where there is none. Throws ConfigError
 * when the place cannot be written to: it was typed by a person.
 */
export function writeText(path: string, text: string | Buffer, flag: 'w' | 'wx' = 'w'): void {
  try {
    if (flag === 'w' && isFile(path)) replaceFile(path, text);
    else writeFileSync(path, text, { flag });
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** Before work is done for a new file: whether it can be written is known once it is. Throws ConfigError. */
export function requireWritable(path: string): void {
  if (existsSync(path)) return;
  try {
    closeSync(openSync(path, 'wx'));
    unlinkSync(path);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** The text of a file that is to be edited, without its byte order mark. Throws ConfigError. */
export function readEditedText(path: string): string {
  const reading = readTextFile(path);
  if ('text' in reading) return reading.text;
  const fix = reading.isMissing ? 'Correct the path, or make one: azfed init' : reading.fix;
  throw new ConfigError({ where: path, what: reading.what, fix });
}

/** Another text for a file; a byte order mark that it begins with stays. Throws ConfigError. */
export function rewriteText(path: string, text: string): void {
  const mark = isFile(path) && readFileSync(path, 'utf8').startsWith('\uFEFF') ? '\uFEFF' : '';
  writeText(path, `${mark}${text}`);
}

/**
 * With the folders above it, where they are missing. Throws ConfigError. One at a time: `recursive` of Node.js tries for ever
 * below a folder that is there and answers ENOENT, as /proc does.
 */
export function makeFolder(path: string): void {
  const above = dirname(path);
  if (above !== path && !existsSync(above)) makeFolder(above);
  try {
    if (!isFolder(path)) mkdirSync(path);
  } catch (error) {
    throw unwritable(path, existsSync(path) ? { code: 'ENOTDIR' } : error);
  }
}

const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

function unwritable(path: string, error: unknown): ConfigError {
  const why = path === '' ? 'the path is empty' : explainFileError(error);
  const fix = 'Give another place, or make its folder first.';
  return new ConfigError({ where: path || 'output file', what: `It cannot be written: ${why}.`, fix });
}

/** A terminal or a pipe is written to and cannot be replaced. */
const isFile = (path: string) => statSync(path, { throwIfNoEntry: false })?.isFile() === true;

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
