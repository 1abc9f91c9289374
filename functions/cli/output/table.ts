import { stripVTControlCharacters } from 'node:util';
import type { Terminal } from '../console/terminal.ts';
import { yamlText } from './sanitize.ts';

const GAP = 3;
/** Narrower than this nothing tells two things apart, unless the screen has no room for that. */
const NARROWEST = 12;
const NARROWEST_OF_ALL = 4;

/**
 * Rows under their headings, columns as wide as their widest cell; where `columns` are too few for that, the widest give
 * way. Cells may be coloured, not multi-line.
 */
export function table(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  columns = Infinity,
): string {
  const all = [headings, ...rows];
  const widths = fitted(measureColumns(all), columns - GAP * (headings.length - 1));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => padded(cell, widths[column] ?? 0))
      .join(' '.repeat(GAP))
      .trimEnd();
  return all.map(line).join('\n');
}

const width = (text: string) => stripVTControlCharacters(text).length;

/** Whether all of it is shown. */
export function fitsColumns(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  columns = Infinity,
): boolean {
  const wide = measureColumns([headings, ...rows]);
  return wide.reduce((sum, one) => sum + one, 0) + GAP * (wide.length - 1) <= columns;
}

const measureColumns = ([first = [], ...rows]: readonly (readonly string[])[]): readonly number[] =>
  first.map((heading, column) => Math.max(...[heading, ...rows.map((row) => row[column] ?? '')].map(width)));

/** The widest column gives way to the next widest, until all fit or none can give. */
function fitted(wide: readonly number[], room: number): readonly number[] {
  const widths = [...wide];
  const narrowest = Math.max(NARROWEST_OF_ALL, Math.min(NARROWEST, Math.floor(room / wide.length)));
  for (;;) {
    const excess = widths.reduce((sum, one) => sum + one, 0) - room;
    const widest = widths.indexOf(Math.max(...widths));
    const most = widths[widest] ?? 0;
    if (excess <= 0 || most <= narrowest) return widths;
    widths[widest] = Math.max(narrowest, most - 1);
  }
}

/** What is cut loses its middle: names of roles end with what tells them apart, and begin with their account. */
function padded(cell: string, size: number): string {
  const plain = stripVTControlCharacters(cell);
  if (plain.length <= size) return cell + ' '.repeat(size - plain.length);
  const end = Math.floor((size - 1) / 2);
  return `${plain.slice(0, size - 1 - end)}…${plain.slice(plain.length - end)}`;
}

/** Lines of at most so many columns; a word that is longer stands on a line of its own. All but the first are indented. What must not be torn apart is one word. */
export function wrapWords(words: readonly string[], columns: number, indent: string): readonly string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= columns)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(last === undefined ? word : `${indent}${word}`);
  }
  return lines;
}

/** The same terminal, whose results are the documents of --json: they become YAML, and a stream where there are several. */
export function withYamlOutput(terminal: Terminal): Terminal {
  let isFirst = true;
  return {
    ...terminal,
    result: (text) => {
      const document = yamlText(JSON.parse(text));
      terminal.result(isFirst ? document : `---\n${document}`);
      isFirst = false;
    },
  };
}
