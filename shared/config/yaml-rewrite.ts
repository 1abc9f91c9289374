import { diffArrays } from 'diff';
import { isMap, isScalar, isSeq, parseDocument, stringify, visit } from 'yaml';
import type { Document, Pair, YAMLMap, YAMLSeq } from 'yaml';
import { canonicalJson } from '../domain/kernel/digest.ts';
import { parseJson } from '../domain/kernel/json.ts';
import { isList, isObject, type Json, type JsonObject } from '../domain/policy/policy-document.ts';

import {
  endOfLine,
  endOfOwnLines,
  findLine,
  findNextLine,
  getEnd,
  getStart,
  measureColumn,
  measureEnd,
  readIndentation,
} from './yaml-lines.ts';

/** A part of a text, and what takes its place. */
interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** What the text is. */
interface Source {
  readonly text: string;
  readonly document: Document;
  readonly lineBreak: string;
  readonly isJson: boolean;
}

/** Each round brings the text nearer to what is wanted: what goes first goes, then what changes, then what comes. */
const MOST_ROUNDS = 40;

/**
 * The text with other data: only the lines concerned change, and everything else stays to the byte. An alias of what changes
 * is written out. Takes JSON too. Throws RangeError for a text that cannot be changed so.
 */
export function rewriteYaml(text: string, wanted: Json): string {
  const rewritten = tryRewriting(text, wanted) ?? tryRewriting(writeOutAliases(text), wanted);
  if (rewritten === undefined) throw new RangeError('The text cannot be changed in its lines alone.');
  return rewritten;
}

function tryRewriting(text: string, wanted: Json): string | undefined {
  let current = text;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const source = readSource(current);
    const value = readValue(source.document, source.document.contents);
    if (value === undefined) return undefined;
    if (isEqual(value, wanted)) return current;
    const splices = changeNode(source, source.document.contents, wanted, 0);
    if (splices.length === 0) return undefined;
    current = applySplices(current, splices);
  }
  return undefined;
}

const readSource = (text: string): Source => ({
  text,
  document: parseDocument(text, { stringKeys: true, keepSourceTokens: true }),
  lineBreak: /^[^\n]*\r\n/.test(text) ? '\r\n' : '\n',
  isJson: parseJson(text.replace(/^\uFEFF/, '')) !== undefined,
});

const isEqual = (a: Json, b: Json): boolean => canonicalJson(a) === canonicalJson(b);

/** `undefined`: it cannot be read, as an alias whose anchor is gone. */
function readValue(document: Document, node: unknown): Json | undefined {
  try {
    if (document.errors.length > 0) return undefined;
    return isMap(node) || isSeq(node) || isScalar(node) || node !== null
      ? ((node as { toJS: (of: Document) => Json }).toJS(document) ?? null)
      : null;
  } catch {
    return undefined;
  }
}

function applySplices(text: string, splices: readonly Splice[]): string {
  const inOrder = [...splices].sort((a, b) => b.start - a.start || b.end - a.end);
  return inOrder.reduce(
    (rest, { start, end, text: put }) => rest.slice(0, start) + put + rest.slice(end),
    text,
  );
}

function writeOutAliases(text: string): string {
  const source = readSource(text);
  const splices: Splice[] = [];
  visit(source.document, {
    Alias: (_key, alias) => {
      const [start, end] = alias.range ?? [0, 0];
      splices.push({ start, end, text: renderFlow(readValue(source.document, alias) ?? null, source) });
    },
  });
  return applySplices(text, splices);
}

const isFilled = (value: Json): value is JsonObject | readonly Json[] =>
  (isObject(value) || isList(value)) && Object.keys(value).length > 0;

/** `column`: where a block that takes its place is to be indented to. */
function changeNode(source: Source, node: unknown, wanted: Json, column: number): readonly Splice[] {
  const value = readValue(source.document, node);
  if (value === undefined) return replaceNode(source, node, wanted, column);
  if (isEqual(value, wanted)) return [];
  const isKept = isFilled(wanted) && isFilled(value);
  if (isKept && isMap(node) && isObject(wanted)) return changeMap(source, node, wanted, column);
  if (isKept && isSeq(node) && isList(wanted)) return changeList(source, node, wanted, column);
  return replaceNode(source, node, wanted, column);
}

function changeMap(source: Source, map: YAMLMap, wanted: JsonObject, place: number): readonly Splice[] {
  const keys = map.items.map(({ key }) => (isScalar(key) ? String(key.value) : ''));
  const gone = map.items.filter((_pair, index) => !Object.hasOwn(wanted, keys[index] ?? ''));
  const kept = map.items.filter((pair) => !gone.includes(pair));
  if (kept.length === 0) return replaceNode(source, map, wanted, place);
  if (gone.length > 0) return gone.flatMap((pair) => removeItem(source, map, map.items.indexOf(pair)));
  const changed = kept.flatMap((pair) => {
    const key = isScalar(pair.key) ? String(pair.key.value) : '';
    return changePair(source, map, pair, wanted[key] ?? null);
  });
  if (changed.length > 0) return changed;
  const [added] = Object.entries(wanted).filter(([key]) => !keys.includes(key));
  if (!added) return [];
  const [name, value] = added;
  return insertItem(source, map, map.items.length, (column) =>
    renderPair(name, value ?? null, source, map.flow === true, column),
  );
}

function changePair(source: Source, map: YAMLMap, pair: Pair, wanted: Json): readonly Splice[] {
  const { value, key } = pair;
  const column = measureColumn(source.text, getStart(key));
  const old = readValue(source.document, value);
  if (old !== undefined && isEqual(old, wanted)) return [];
  if (!map.flow && getStart(value) === getEnd(value)) {
    // Nothing is written there: the package finds it behind the line break.
    const colon = source.text.indexOf(':', getEnd(key)) + 1;
    return replaceNode(source, { range: [colon, colon] }, wanted, column + 2);
  }
  if (isBlockNode(value) && !isFilled(wanted)) return replaceBlock(source, pair, wanted);
  return changeNode(source, value, wanted, map.flow ? -1 : column + 2);
}

/** A block becomes a word: behind the colon, where comments may follow. */
function replaceBlock(source: Source, { key, value }: Pair, wanted: Json): readonly Splice[] {
  const { text } = source;
  const colon = text.indexOf(':', getEnd(key)) + 1;
  const first = isMap(value) || isSeq(value) ? (value.range?.[0] ?? colon) : colon;
  return [
    { start: colon, end: colon, text: ` ${renderFlow(wanted, source)}` },
    removeLines(text, findLine(text, first), endOfLine(text, measureEnd(text, value))),
  ];
}

function changeList(
  source: Source,
  list: YAMLSeq,
  wanted: readonly Json[],
  place: number,
): readonly Splice[] {
  const old = list.items.map((item) => canonicalJson(readValue(source.document, item) ?? null));
  const { removed, changed, added } = compareLists(old, wanted);
  if (removed.length === list.items.length) return replaceNode(source, list, wanted, place);
  if (removed.length > 0) return removed.flatMap((index) => removeItem(source, list, index));
  const changes = changed.flatMap(([index, value]) => {
    const item = list.items[index];
    return changeNode(source, item, value, list.flow ? -1 : measureColumn(source.text, getStart(item)));
  });
  if (changes.length > 0) return changes;
  const [first] = added;
  if (!first) return [];
  return insertItem(source, list, first[0], (column) =>
    list.flow ? renderFlow(first[1], source) : renderBlock([first[1]], source, column),
  );
}

type Placed = readonly [index: number, value: Json];

/** Items that go, by their index; that become another; and that come before the item of that index. */
function compareLists(
  old: readonly string[],
  wanted: readonly Json[],
): {
  readonly removed: readonly number[];
  readonly changed: readonly Placed[];
  readonly added: readonly Placed[];
} {
  const tokens = wanted.map((one) => canonicalJson(one));
  const removed: number[] = [];
  const changed: Placed[] = [];
  const added: Placed[] = [];
  let [at, to] = [0, 0];
  let gone: number[] = [];
  for (const part of diffArrays([...old], tokens)) {
    for (let one = 0; one < part.count; one++) {
      if (part.removed) gone.push(at++);
      else if (part.added) {
        const taken = gone.shift();
        const value = wanted[to++] ?? null;
        if (taken === undefined) added.push([at, value]);
        else changed.push([taken, value]);
      } else {
        removed.push(...gone);
        gone = [];
        at++;
        to++;
      }
    }
  }
  return { removed: [...removed, ...gone], changed, added };
}

type Collection = YAMLMap | YAMLSeq;

/** What an item of a collection reaches over. */
function measureItem(
  text: string,
  collection: Collection,
  index: number,
): readonly [start: number, end: number] {
  const item = collection.items[index];
  if (isMap(collection)) {
    const { key, value } = item as Pair;
    return [getStart(key), Math.max(getEnd(key), measureEnd(text, value))];
  }
  const token = collection.srcToken;
  const ind =
    token?.type === 'block-seq'
      ? token.items[index]?.start.find(({ type }) => type === 'seq-item-ind')?.offset
      : undefined;
  return [ind ?? getStart(item), Math.max(measureEnd(text, item), (ind ?? -1) + 1)];
}

const isFirstOfLine = (text: string, offset: number): boolean =>
  /^[ \t\uFEFF]*$/.test(text.slice(findLine(text, offset), offset));

/** Whole lines, up to and with the line break; at the end of a text without a last line break, the one before. */
function removeLines(text: string, start: number, end: number): Splice {
  const next = findNextLine(text, end);
  const isOpenEnd = next === text.length && !text.endsWith('\n');
  const before = isOpenEnd && start > 0 ? endOfLine(text, findLine(text, start - 1)) : start;
  return { start: before, end: next, text: '' };
}

/** What an item is, of which comments that follow may be a part. */
function getOwnNode(collection: Collection, index: number): unknown {
  if (!isMap(collection)) return collection.items[index];
  const { key, value } = collection.items[index] ?? {};
  return value ?? key;
}

function removeItem(source: Source, collection: Collection, index: number): readonly Splice[] {
  const { text } = source;
  if (collection.flow) return removeFlowItem(source, collection, index);
  const [start, end] = measureItem(text, collection, index);
  if (isFirstOfLine(text, start)) {
    const last = endOfOwnLines(text, getOwnNode(collection, index), measureColumn(text, start));
    return [removeLines(text, findLine(text, start), Math.max(last, endOfLine(text, end)))];
  }
  const [next] = index + 1 < collection.items.length ? measureItem(text, collection, index + 1) : [end];
  return [{ start, end: next, text: '' }];
}

/** Behind an item that has its line alone: a comma, and a comment. */
const isEndOfLine = (text: string, offset: number): boolean =>
  /^\s*,?[ \t]*(?:#.*)?$/.test(text.slice(offset, endOfLine(text, offset)));

const hasComma = (text: string, offset: number): boolean => /^\s*,/.test(text.slice(offset));

function removeFlowItem({ text }: Source, collection: Collection, index: number): readonly Splice[] {
  const [start, end] = measureItem(text, collection, index);
  const [, before] = index > 0 ? measureItem(text, collection, index - 1) : [0, start];
  if (isFirstOfLine(text, start) && isEndOfLine(text, end)) {
    const isLast = index === collection.items.length - 1 && !hasComma(text, end);
    const comma = isLast && index > 0 && hasComma(text, before) ? text.indexOf(',', before) : -1;
    const lines = removeLines(text, findLine(text, start), end);
    return comma < 0 ? [lines] : [{ start: comma, end: comma + 1, text: '' }, lines];
  }
  if (index > 0) return [{ start: before, end, text: '' }];
  const [next] = measureItem(text, collection, 1);
  return [{ start, end: next, text: '' }];
}

/** `render`: the item, with its first line not indented, for a column. */
function insertItem(
  source: Source,
  collection: Collection,
  index: number,
  render: (column: number) => string,
): readonly Splice[] {
  const { text, lineBreak } = source;
  if (collection.flow) return insertFlowItem(source, collection, index, render);
  const [first] = measureItem(text, collection, 0);
  const column = measureColumn(text, first);
  const lead = ' '.repeat(column);
  const rendered = render(column);
  if (index === 0) return [{ start: first, end: first, text: `${rendered}${lineBreak}${lead}` }];
  const [start, end] = measureItem(text, collection, index - 1);
  const at = Math.max(endOfOwnLines(text, getOwnNode(collection, index - 1), column), endOfLine(text, end));
  // Items that stand apart go on doing so.
  const isApart = isSeq(collection) && /\r?\n[ \t]*\r?\n[ \t]*$/.test(text.slice(0, start));
  return [{ start: at, end: at, text: `${isApart ? lineBreak : ''}${lineBreak}${lead}${rendered}` }];
}

/** An item of several lines, indented as the line that it comes to. */
const renderItem = (text: string, offset: number, render: (column: number) => string): string =>
  render(measureColumn(text, offset)).replaceAll('\n', `\n${readIndentation(text, offset)}`);

function insertFlowItem(
  { text, lineBreak, isJson }: Source,
  collection: Collection,
  index: number,
  render: (column: number) => string,
): readonly Splice[] {
  const [first] = measureItem(text, collection, 0);
  if (index === 0) return [{ start: first, end: first, text: `${renderItem(text, first, render)}, ` }];
  const [start, end] = measureItem(text, collection, index - 1);
  const rendered = renderItem(text, start, render);
  const at = endOfLine(text, end);
  if (!isFirstOfLine(text, start) || !isEndOfLine(text, end))
    return [{ start: end, end, text: `,${isJson && !/[\n ]/.test(text.trim()) ? '' : ' '}${rendered}` }];
  const line = `${lineBreak}${text.slice(findLine(text, start), start)}${rendered}`;
  if (hasComma(text, end)) return [{ start: at, end: at, text: `${line},` }];
  return [{ start: end, end: at, text: `,${text.slice(end, at)}${line}` }];
}

const isBlockNode = (node: unknown): boolean => (isMap(node) || isSeq(node)) && node.flow !== true;

/** `column` below 0: no block may stand there. */
function replaceNode(source: Source, node: unknown, wanted: Json, column: number): readonly Splice[] {
  const { text, lineBreak, isJson } = source;
  const [start, end] = [getStart(node), Math.max(getStart(node), measureEnd(text, node))];
  const isGlued = !isJson && /[:-]$/.test(text.slice(0, start));
  if (isJson || column < 0 || !isFilled(wanted)) {
    const put = renderLike(source, node, wanted);
    return [{ start, end, text: isGlued ? ` ${put}` : put }];
  }
  const own = measureColumn(text, start);
  if (isBlockNode(node) || (own === column && !isGlued))
    return [{ start, end, text: renderBlock(wanted, source, own) }];
  const before = text.slice(0, start).replace(/[ \t]+$/, '').length;
  const put = `${lineBreak}${' '.repeat(column)}${renderBlock(wanted, source, column)}`;
  return [{ start: before, end, text: put }];
}

/** In the quotes that the text had. */
function renderLike(source: Source, node: unknown, wanted: Json): string {
  if (!isScalar(node) || typeof wanted !== 'string') return renderFlow(wanted, source, getStart(node));
  if (node.type === 'QUOTE_DOUBLE') return JSON.stringify(wanted);
  const isQuoted = node.type === 'QUOTE_SINGLE' && /^[\u0020-\u00ff]*$/.test(wanted);
  return isQuoted ? `'${wanted.replaceAll("'", "''")}'` : renderFlow(wanted, source, getStart(node));
}

const plain = /^[A-Za-z](?:[\w./:@+-]*\w)?$/;

function renderScalar(value: Json): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  return plain.test(value) && stringify(value, { lineWidth: 0 }).trimEnd() === value
    ? value
    : JSON.stringify(value);
}

function renderFlow(value: Json, source: Source, offset = 0): string {
  if (source.isJson) return renderJson(value, source, offset);
  if (isList(value)) return `[${value.map((one) => renderFlow(one, source)).join(', ')}]`;
  if (!isObject(value)) return renderScalar(value);
  const pairs = Object.entries(value).map(
    ([key, one]) => `${renderScalar(key)}: ${renderFlow(one ?? null, source)}`,
  );
  return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`;
}

function renderJson(value: Json, { text, lineBreak }: Source, offset: number): string {
  if (!text.trim().includes('\n')) return JSON.stringify(value);
  const step = /^[ \t]+/m.exec(text)?.[0] ?? '  ';
  const lead = readIndentation(text, offset);
  return JSON.stringify(value, null, step).replaceAll('\n', `${lineBreak}${lead}`);
}

/** The first line is not indented: it stands where the block begins. */
function renderBlock(value: Json, { lineBreak }: Source, column: number): string {
  const text = stringify(value, { lineWidth: 0, blockQuote: false, aliasDuplicateObjects: false }).trimEnd();
  return text.replaceAll('\n', `${lineBreak}${' '.repeat(column)}`);
}

function renderPair(key: string, value: Json, source: Source, isFlow: boolean, column: number): string {
  if (!isFlow) return renderBlock({ [key]: value }, source, column);
  const name = source.isJson ? JSON.stringify(key) : renderScalar(key);
  const lead = source.isJson && !source.text.includes('": ') ? '' : ' ';
  return `${name}:${lead}${renderFlow(value, source)}`;
}
