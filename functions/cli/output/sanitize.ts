import { stringify } from 'yaml';
import type { Terminal } from '../console/terminal.ts';
import { active, inert, quoteWord } from '../../../shared/domain/kernel/sanitize.ts';
import { wrapLines } from './text.ts';

const activeInDocument = new RegExp(String.raw`(?!\n)(?:${active})`, 'giu');

export { inert, quoteWord };

/** A whole document for other programs: the same values, and whoever shows it shows nothing but text. */
export const jsonText = (document: unknown): string => escaped(JSON.stringify(document, null, 2));

/** The result of a verb: `document` with --json, else `text`, whose lines fit the screen. */
export function printResult(
  { terminal, options }: { readonly terminal: Terminal; readonly options: { readonly json: boolean } },
  document: unknown,
  text: () => string,
): void {
  terminal.result(options.json ? jsonText(document) : wrapLines(text(), terminal.columns));
}

/** The same on one line, for programs that read line by line. */
export const jsonLine = (document: unknown): string => escaped(JSON.stringify(document));

/** The same as YAML, in which only quoted strings know escapes: where one is needed, all are quoted. */
export function yamlText(document: unknown): string {
  const plain = stringify(document, onOneLine).trimEnd();
  if (escaped(plain) === plain) return plain;
  const quoted = { defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'QUOTE_DOUBLE' } as const;
  return escaped(stringify(document, { ...onOneLine, ...quoted }).trimEnd());
}

/** No line break of a string is one of the document: nothing from outside begins a line. */
const onOneLine = {
  blockQuote: false,
  doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
  lineWidth: 0,
} as const;

/** What would act, written as JSON and YAML write it inside of quotes. */
function escaped(text: string): string {
  return text.replaceAll(activeInDocument, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

/** A JSON value on one line, inert. */
export function inertJson(value: unknown): string {
  return inert(typeof value === 'string' ? `"${value}"` : JSON.stringify(value));
}
