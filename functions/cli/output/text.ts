import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';

/** Where nobody says how wide the screen is. */
export const USUAL_COLUMNS = 80;

/** Columns of a terminal that a text takes: two for most East Asian characters, none for colours. */
export const measureWidth = (text: string): number => stringWidth(text);

/** The text with blanks behind it. */
export function padText(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - measureWidth(text)));
}

/**
 * The text in at most so many columns. A cut text loses its middle, because names of roles begin with their account and end
 * with what distinguishes them, and loses its colours.
 */
export function cutText(text: string, width: number): string {
  if (measureWidth(text) <= width) return text;
  const characters = splitCharacters(text);
  const end = takeCharacters([...characters].reverse(), Math.floor((width - 1) / 2)).reverse();
  const begin = takeCharacters(characters, width - 1 - measureWidth(end.join('')));
  return `${begin.join('')}…${end.join('')}`;
}

/** The beginning of the text in at most so many columns. */
export function clipText(text: string, width: number): string {
  if (measureWidth(text) <= width) return text;
  return `${takeCharacters(splitCharacters(text), width - 1).join('')}…`;
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

const splitCharacters = (text: string): readonly string[] =>
  Array.from(segmenter.segment(stripVTControlCharacters(text)), ({ segment }) => segment);

function takeCharacters(characters: readonly string[], width: number): string[] {
  const taken: string[] = [];
  let left = width;
  for (const character of characters) {
    left -= measureWidth(character);
    if (left < 0) break;
    taken.push(character);
  }
  return taken;
}

/**
 * Words in lines of at most so many columns. A word that is longer has a line of its own, so that a command or an ARN can be
 * copied. All lines but the first are indented.
 */
export function wrapWords(words: readonly string[], columns: number, indent: string): readonly string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && measureWidth(last) + 1 + measureWidth(word) <= columns)
      lines[lines.length - 1] = `${last} ${word}`;
    else if (last === undefined || word !== '') lines.push(last === undefined ? word : `${indent}${word}`);
  }
  return lines.map((line) => line.trimEnd());
}

/** Lines of at most so many columns. What is longer than a line is broken behind a `/`, `:` or `,`, else where the line ends. */
export function breakText(text: string, width: number): readonly string[] {
  if (measureWidth(text) <= width) return [text];
  return wrapWords(text.split(' '), width, '').flatMap((line) => {
    const pieces: string[] = [];
    let rest = splitCharacters(line);
    while (rest.length > 0 && measureWidth(rest.join('')) > width) {
      const piece = endAtSeparator(takeCharacters(rest, Math.max(2, width)));
      pieces.push(piece.join(''));
      rest = rest.slice(piece.length);
    }
    return [...pieces, ...(rest.length > 0 || pieces.length === 0 ? [rest.join('')] : [])];
  });
}

/** Without what stands behind its last separator, unless little would be left. */
function endAtSeparator(piece: readonly string[]): readonly string[] {
  const end = piece.findLastIndex((character) => '/:,'.includes(character)) + 1;
  return end * 2 > piece.length ? piece.slice(0, end) : piece;
}

/**
 * A sentence behind its first words, such as `  fix  `: further lines hang below the first one. What stands in backticks is a
 * command, and stays together.
 */
export function wrapText(
  text: string,
  columns: number | undefined,
  first = '',
  hanging = ' '.repeat(measureWidth(first)),
): string {
  if (columns === undefined) return first + text;
  const [start = '', ...words] = text.split(/ (?=(?:[^`]*`[^`]*`)*[^`]*$)/);
  const room = Math.max(MOST_NARROW + measureWidth(hanging), columns);
  return wrapWords([`${first}${start}`, ...words], room, hanging).join('\n');
}

const MOST_NARROW = 20;

/** Each line of the text that is too long, hanging below its own indent. A command stays on one line: so it can be copied. */
export function wrapLines(text: string, columns: number | undefined): string {
  if (columns === undefined) return text;
  const wrapLine = (line: string) => {
    if (measureWidth(line) <= columns || commandLine.test(line)) return line;
    const [indent = ''] = /^ */.exec(stripVTControlCharacters(line)) ?? [];
    return wrapText(line, columns, '', indent);
  };
  return text.split('\n').map(wrapLine).join('\n');
}

const commandLine = /^ +(?:azfed|aws|az|npx) [^`]*[^.:;?!`]$/;
