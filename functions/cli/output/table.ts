import type { Terminal } from '../console/terminal.ts';
import { yamlText } from './sanitize.ts';
import { breakText, cutText, measureWidth, padText, wrapLines, wrapText } from './text.ts';

/** How a column behaves on a screen that has no room for all of them; a plain heading is cut last of all. */
export interface Column {
  readonly heading: string;
  /** A time, a state, a code or a command: it is never cut. */
  readonly isWhole?: true;
  /** A cell goes on in further lines instead of being cut. */
  readonly wraps?: true;
  /** The column is left out where there is no room: a lower number takes the room first. */
  readonly leaves?: number;
}

/** A column that is never cut. */
export const whole = (heading: string): Column => ({ heading, isWhole: true });

type Columns = readonly (string | Column)[];
type Rows = readonly (readonly string[])[];

const GAP = 3;
/** Narrower than this nothing distinguishes two names. */
const NARROWEST = 12;
/** On a narrower screen a cell that goes on stands below its row: beside the others it would have a word on a line. */
const LEAST_SIDE_BY_SIDE = 60;

/**
 * Rows under their headings, columns as wide as their widest cell. On a screen without room for that, columns are left out
 * before anything is cut, and what must not be cut makes a paragraph of each row. Cells may be coloured, not multi-line.
 */
export function table(columns: Columns, rows: Rows, width = Infinity): string {
  const { headings, lines, leftOut, isFitting } = fitTable(columns, rows, width);
  if (!isFitting) return rows.map((row) => formatParagraph(columns, row, width)).join('\n\n');
  const names = leftOut.map((at) => toColumn(columns[at] ?? '').heading);
  return [headings, ...lines, ...(names.length > 0 ? [noteText(names, width)] : [])].join('\n');
}

const noteText = (names: readonly string[], width: number) =>
  wrapText(`(no room for ${names.join(', ')}; -o wide shows all)`, width);

interface FittedTable {
  readonly headings: string;
  /** One for each row, in order; several in one text where a cell goes on. */
  readonly lines: readonly string[];
  /** Places of the columns that were left out. */
  readonly leftOut: readonly number[];
  /** False: the lines are too long, because there is nothing left to cut. */
  readonly isFitting: boolean;
}

/** The same, with a text for each row whatever the width; without headings where cells stand below each other. */
export function fitTable(columns: Columns, rows: Rows, width = Infinity): FittedTable {
  const all = columns.map(toColumn);
  const wide = all.map(({ heading }, at) =>
    Math.max(measureWidth(heading), ...rows.map((row) => measureWidth(row[at] ?? ''))),
  );
  const kept = chooseColumns(all, wide, width);
  const widths = shrinkColumns(
    kept.map((at) => ({ wide: wide[at] ?? 0, isWhole: !mayShrink(all[at], width) })),
    width,
  );
  const leftOut = all.flatMap((_column, at) => (kept.includes(at) ? [] : [at]));
  const isFitting = sumWidths(widths) <= width;
  if (!isFitting && width < LEAST_SIDE_BY_SIDE && all.some(({ wraps }) => wraps)) {
    const lines = rows.map((row) => stackCells(all, kept, row, width));
    return { headings: '', lines, leftOut, isFitting };
  }
  const line = (cells: readonly string[]) => {
    const stacks = kept.map((at, place) =>
      all[at]?.wraps === true
        ? breakText(cells[at] ?? '', widths[place] ?? 0)
        : [cutText(cells[at] ?? '', widths[place] ?? 0)],
    );
    return Array.from({ length: Math.max(...stacks.map((stack) => stack.length)) }, (_line, row) =>
      stacks
        .map((stack, place) => padText(stack[row] ?? '', widths[place] ?? 0))
        .join(' '.repeat(GAP))
        .trimEnd(),
    ).join('\n');
  };
  return {
    headings: line(all.map(({ heading }) => heading)),
    lines: rows.map(line),
    leftOut,
    isFitting,
  };
}

const mayShrink = (column: Column | undefined, width: number): boolean =>
  column?.isWhole !== true && !(column?.wraps === true && width < LEAST_SIDE_BY_SIDE);

/** The short cells of a row on one line, each longer one below it. */
function stackCells(
  all: readonly Column[],
  kept: readonly number[],
  cells: readonly string[],
  width: number,
): string {
  const pick = (wraps: boolean) =>
    kept.filter((at) => (all[at]?.wraps === true) === wraps).map((at) => cells[at] ?? '');
  const first = pick(false)
    .filter((cell) => cell.trim() !== '')
    .join(' '.repeat(GAP));
  const below = pick(true).filter((cell) => cell !== '');
  return [
    wrapLines(first, width),
    ...below.flatMap((cell) => breakText(cell, width - 4).map((line) => `    ${line}`)),
  ].join('\n');
}

const toColumn = (column: string | Column): Column =>
  typeof column === 'string' ? { heading: column } : column;

const sumWidths = (widths: readonly number[]) =>
  widths.reduce((sum, one) => sum + one, 0) + GAP * Math.max(0, widths.length - 1);

/** Places of the columns that stay. */
function chooseColumns(all: readonly Column[], wide: readonly number[], width: number): readonly number[] {
  const isOffered = (at: number) => all[at]?.leaves !== undefined;
  const kept = new Set([...all.keys()].filter((at) => !isOffered(at)));
  const offered = [...all.keys()]
    .filter(isOffered)
    .sort((a, b) => (all[a]?.leaves ?? 0) - (all[b]?.leaves ?? 0));
  for (const at of offered) if (sumWidths([...kept, at].map((one) => wide[one] ?? 0)) <= width) kept.add(at);
  return [...kept].sort((a, b) => a - b);
}

/** The widest column that may be cut gives way to the next widest, until all fit or none can give. */
function shrinkColumns(
  columns: readonly { readonly wide: number; readonly isWhole: boolean }[],
  width: number,
): readonly number[] {
  const widths = columns.map(({ wide }) => wide);
  const giving = columns.flatMap(({ isWhole }, at) => (isWhole ? [] : [at]));
  while (sumWidths(widths) > width) {
    const [widest] = [...giving].sort((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0));
    if (widest === undefined || (widths[widest] ?? 0) <= NARROWEST) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

/** One row as a paragraph, with a line for each cell. */
function formatParagraph(columns: Columns, row: readonly string[], width: number): string {
  const all = columns.map(toColumn);
  const room = Math.max(...all.map(({ heading }) => measureWidth(heading))) + 2;
  return all
    .flatMap(({ heading, isWhole }, at) => {
      const cell = row[at] ?? '';
      if (cell === '') return [];
      const first = padText(heading, room);
      if (isWhole) return [wrapText(cell, width, first)];
      const lines = breakText(cell, Math.max(4, width - room));
      return lines.map((line, at) => (at === 0 ? first : ' '.repeat(room)) + line);
    })
    .join('\n');
}

/**
 * The same terminal, whose results are the documents of --json: they become YAML, and a stream where there are several.
 * What --json prints as text, such as a script for a shell, stays as it is.
 */
export function withYamlOutput(terminal: Terminal): Terminal {
  let isFirst = true;
  return {
    ...terminal,
    result: (text) => {
      const document = /^[[{]/.test(text) ? yamlText(JSON.parse(text)) : text;
      terminal.result(isFirst ? document : `---\n${document}`);
      isFirst = false;
    },
  };
}
