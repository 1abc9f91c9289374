import { stringify } from 'yaml';

/**
 * What acts instead of being read. On a screen: escapes that recolour or rewrite what a person reads, line breaks that
 * forge lines, and invisible or direction-changing characters that make one name look like another. In the log of a
 * pipeline: the mark of a command to the agent, `##vso[` or `##[` anywhere in a line (Azure Pipelines, "Logging commands";
 * the runner of GitHub Actions reads the second one too).
 */
const active = String.raw`[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|#(?=(?:vso)?\[)`;

/** And `::` where a line begins (GitHub Actions, "Workflow commands"); a line of a JSON document never begins with it. */
const activeInText = new RegExp(String.raw`${active}|(?<=^|\s):(?=:)`, 'giu');
const activeInDocument = new RegExp(String.raw`(?!\n)(?:${active})`, 'giu');

/** Text from outside as a terminal and the log of a pipeline may show it: what would act is shown as what it is. */
export function inert(text: string): string {
  return text.replaceAll(activeInText, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** What commander says of what was typed, which it repeats as it is. Line breaks are its own at its suggestion and its end. */
export function inertUsage(text: string): string {
  return text
    .split(/\n(?=\(Did you mean |$)/)
    .map(inert)
    .join('\n');
}

/** A whole document for other programs: the same values, and whoever shows it shows nothing but text. */
export function jsonText(document: unknown): string {
  return escaped(JSON.stringify(document, null, 2));
}

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
