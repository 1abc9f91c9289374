import { readFileSync } from 'node:fs';

/** The text of a file, or why it is not to be had. */
export type TextReading = { readonly text: string } | { readonly what: string; readonly fix: string };

/** Reads a file as UTF-8 and nothing else: another encoding read as UTF-8 is text that nobody has written. */
export function readTextFile(path: string): TextReading {
  try {
    return decodeText(readFileSync(path));
  } catch (error) {
    return { what: unreadable(error), fix: 'Correct the path, or let the file be read.' };
  }
}

const resave = 'Save it as UTF-8 (PowerShell: Set-Content -Encoding utf8; Notepad: Save as, UTF-8).';

/** A byte order mark at the beginning of UTF-8 is taken off (Unicode standard, 23.8; RFC 8259 lets parsers of JSON do so). */
function decodeText(bytes: Uint8Array): TextReading {
  const name = foreignEncoding(bytes);
  if (name !== undefined) return { what: `The file is encoded in ${name}, not in UTF-8.`, fix: resave };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes) };
  } catch {
    return { what: 'The file is not encoded in UTF-8: it holds bytes that are no text in it.', fix: resave };
  }
}

const marks: readonly (readonly [mark: string, encoding: string])[] = [
  ['fffe0000', 'UTF-32'],
  ['0000feff', 'UTF-32'],
  ['fffe', 'UTF-16'],
  ['feff', 'UTF-16'],
];

/** By the byte order mark; without one by zero bytes, which no text in UTF-8 begins with. */
function foreignEncoding(bytes: Uint8Array): string | undefined {
  const beginning = Buffer.from(bytes.subarray(0, 4)).toString('hex');
  const [, marked] = marks.find(([mark]) => beginning.startsWith(mark)) ?? [];
  return marked ?? (/^(?:00|..00)/.test(beginning) ? 'UTF-16' : undefined);
}

function unreadable(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'The file is not there.';
  if (code === 'EISDIR') return 'It is a folder, not a file.';
  if (code === 'EACCES' || code === 'EPERM') return 'The file may not be read by who runs this.';
  return `The file cannot be read${code === '' ? '' : ` (${code})`}.`;
}
