import { stripVTControlCharacters } from 'node:util';

/** Rows under their headings, columns as wide as their widest cell. Cells may be coloured, not multi-line. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [headings, ...rows];
  const widths = headings.map((_heading, column) => Math.max(...all.map((row) => width(row[column] ?? ''))));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - width(cell)))
      .join('   ')
      .trimEnd();
  return all.map(line).join('\n');
}

const width = (text: string) => stripVTControlCharacters(text).length;
