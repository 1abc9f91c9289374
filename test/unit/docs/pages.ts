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
  const files = [
    ...readdirSync('.'),
    ...FOLDERS.flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
    ),
  ];
  return files
    .filter((file) => file.endsWith('.md'))
    .map((file) => ({ file, text: readFileSync(file, 'utf8') }));
}
