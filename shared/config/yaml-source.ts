import { findPair, getStart } from './yaml-lines.ts';
import { LineCounter, isAlias, isMap, isScalar, isSeq, parseDocument, visit } from 'yaml';
import type { Document, Scalar } from 'yaml';
import { readFileSync } from 'node:fs';
import type { Complaint } from './field.ts';
import { describeFailure } from '../domain/kernel/errors.ts';
import { explainFileError } from './file-errors.ts';

/** Something wrong at a place of the text. */
export interface Mistake {
  readonly offset: number;
  readonly what: string;
  readonly fix: string;
}

export interface YamlSource {
  /** Plain data; `undefined` when the text is not YAML, so that nothing more can be said about it. */
  readonly value: unknown;
  readonly mistakes: readonly Mistake[];
  /** Values that YAML reads as something other than what is written there. */
  readonly surprises: readonly Mistake[];
  readonly findOffset: (complaint: Pick<Complaint, 'path' | 'at'>) => number;
  /** `LINE:COLUMN`, both from 1. */
  readonly formatLocation: (offset: number) => string;
}

const MOST_ERRORS = 20;

export function readYaml(text: string): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  // One error of syntax leads to others: a file of something else would be listed line by line.
  const refused = [...document.errors, ...document.warnings].slice(0, MOST_ERRORS).map((error): Mistake => {
    const [offset] = error.pos;
    return error.code === 'DUPLICATE_KEY'
      ? { offset, what: `${readKey(text, offset)} stands twice in one map.`, fix: 'Keep one of the two.' }
      : { offset, what: `This is not YAML: ${error.message}.`, fix: 'Fix the line.' };
  });
  const isYaml = document.errors.every(({ code }) => code === 'DUPLICATE_KEY');
  const plain = isYaml ? plainData(document) : { mistakes: [] };
  return {
    value: plain.value,
    mistakes: [...refused, ...plain.mistakes, ...reservedKeys(document)],
    surprises: changedNumbers(document),
    findOffset: (complaint) => findOffset(document, complaint),
    formatLocation: (offset) => {
      const { line, col } = lines.linePos(offset);
      return `${line}:${col}`;
    },
  };
}

function readKey(text: string, offset: number): string {
  const key = /^(?:"[^"\n]*"|'[^'\n]*'|[^\s:]+)/.exec(text.slice(offset))?.[0];
  return key === undefined ? 'A key' : `\`${key}\``;
}

/** The package throws for an alias without an anchor, and for aliases that would unfold into too much. */
function plainData(document: Document): {
  readonly value?: unknown;
  readonly mistakes: readonly Mistake[];
} {
  try {
    return { value: document.toJS(), mistakes: [] };
  } catch (error) {
    const what = `This cannot be read: ${describeFailure(error).message}.`;
    return { mistakes: [{ offset: firstAlias(document), what, fix: 'Write the value itself.' }] };
  }
}

function firstAlias(document: Document): number {
  let offset = 0;
  visit(document, {
    Alias: (_key, alias) => {
      offset = alias.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return offset;
}

/** zod leaves this key out without a word, and what is left out is not enforced. */
function reservedKeys(document: Document): readonly Mistake[] {
  const mistakes: Mistake[] = [];
  visit(document, {
    Pair: (_index, { key }) => {
      if (isScalar(key) && key.value === '__proto__')
        mistakes.push({
          offset: getStart(key),
          what: '`__proto__` cannot be a name here.',
          fix: 'Choose another name.',
        });
    },
  });
  return mistakes;
}

/** 012345678901 loses its zero, and digits beyond 2^53 change: an account id in a policy would be another one. */
function changedNumbers(document: Document): readonly Mistake[] {
  const mistakes: Mistake[] = [];
  visit(document, {
    Scalar: (_key, node: Scalar) => {
      const { value, source } = node;
      if (typeof value !== 'number' || source === undefined || String(value) === source) return;
      mistakes.push({
        offset: getStart(node),
        what: `${source} is read as the number ${value}.`,
        fix: `Put it in quotes if it is text, or write ${value}.`,
      });
    },
  });
  return mistakes;
}

/** Where the field stands; for one that is missing, where the part that should hold it begins. */
function findOffset(document: Document, { path, at }: Pick<Complaint, 'path' | 'at'>): number {
  let node: unknown = document.contents;
  let offset = getStart(node);
  for (const [depth, key] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    const isWanted = at === 'key' && depth === path.length - 1;
    node = findChild(node, key, isWanted ? 'key' : 'value');
    if (node === undefined) return offset;
    offset = getStart(node);
  }
  return offset;
}

function findChild(node: unknown, key: string | number, part: 'key' | 'value'): unknown {
  if (isSeq(node)) return typeof key === 'number' ? node.items[key] : undefined;
  if (!isMap(node)) return undefined;
  const pair = findPair(node, String(key));
  return part === 'key' ? pair?.key : (pair?.value ?? pair?.key);
}

/** The text of a file, or why it is not to be had. */
export type TextReading = { readonly text: string } | UnreadText;

interface UnreadText {
  readonly what: string;
  readonly fix: string;
  readonly isMissing?: true;
}

/** Reads a file as UTF-8 and nothing else: another encoding read as UTF-8 is text that nobody has written. */
export function readTextFile(path: string): TextReading {
  try {
    return decodeText(readFileSync(path));
  } catch (error) {
    return explainUnread(error);
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

function explainUnread(error: unknown): UnreadText {
  const fix = 'Correct the path, or let the file be read.';
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return { what: 'The file is not there.', fix, isMissing: true };
  if (code === 'EISDIR') return { what: 'It is a folder, not a file.', fix };
  if (code === 'EACCES' || code === 'EPERM')
    return { what: 'The file may not be read by who runs this.', fix };
  return { what: `The file cannot be read: ${explainFileError(error)}.`, fix };
}
