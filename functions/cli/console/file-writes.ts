import { accessSync, constants } from 'node:fs';
import { structuredPatch } from 'diff';
import type { Invocation } from '../command-line/command.ts';
import { inert } from '../output/sanitize.ts';
import { confirm } from './approval-notes.ts';

/** A file that changes. */
export interface FileWrite {
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

export function confirmWrite(
  invocation: Invocation,
  writes: readonly FileWrite[],
  difference: string,
): Promise<boolean> {
  const text = `${showLines(difference)}\n`;
  const paths = writes.map(({ path }) => inert(path)).join(' and ');
  return confirm(invocation, { text, question: `Write this to ${paths}?` });
}

export const showLines = (text: string): string =>
  text
    .split('\n')
    .map((line) => inert(line.replace(/\r$/, '')))
    .join('\n');

export function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** As `diff -u` has it: the lines that go and come, with two of those that stay around them. */
export function describeDifference({ path, before, after }: FileWrite): string {
  const { hunks } = structuredPatch(path, path, before, after, '', '', { context: 2 });
  return [
    `--- ${path}`,
    `+++ ${path}`,
    ...hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => [
      `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`,
      ...lines,
    ]),
  ].join('\n');
}
