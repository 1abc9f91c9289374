import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** A Markdown page of the project. */
export interface Page {
  readonly file: string;
  readonly text: string;
}

const FOLDERS = ['docs', 'functions', 'infra', 'shared', 'test'];

/** Every page for people who use azfed or work on it. */
export function pages(): readonly Page[] {
  return readFiles(/\.md$/);
}

/** The files whose names match, at the top and in the folders of the project. */
export function readFiles(pattern: RegExp): readonly Page[] {
  const files = [
    ...readdirSync('.'),
    ...FOLDERS.flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
    ),
  ];
  return files
    .filter((file) => pattern.test(file))
    .map((file) => ({ file, text: readFileSync(file, 'utf8') }));
}
