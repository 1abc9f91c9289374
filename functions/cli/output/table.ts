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
  const wide = headings.map((_heading, column) => Math.max(...all.map((row) => width(row[column] ?? ''))));
  const widths = fitted(wide, columns - GAP * (headings.length - 1));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => padded(cell, widths[column] ?? 0))
      .join(' '.repeat(GAP))
      .trimEnd();
  return all.map(line).join('\n');
}

const width = (text: string) => stripVTControlCharacters(text).length;

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
