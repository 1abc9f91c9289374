import { isMap, isScalar, isSeq, parseDocument, parse } from 'yaml';
import type { Document, Pair, YAMLMap, YAMLSeq } from 'yaml';
import { endOfLine, endOfOwnLines, findPair, measureColumn } from './yaml-lines.ts';
import type { AcceptedRunFinding } from '../domain/findings/acceptance.ts';
import type { Json } from '../domain/policy/policy-document.ts';
import { rewriteYaml } from './yaml-rewrite.ts';

/**
 * Adds items to a list of the configuration, as lines, and leaves every other byte as it is: comments, order, quotes and blank
 * lines. `undefined`: the list is written in one line (JSON), where lines have no place.
 */
export function addToList(text: string, key: string, lines: readonly string[]): string | undefined {
  if (lines.length === 0) return text;
  const document = parseDocument(text, { stringKeys: true });
  if (!isMap(document.contents) || document.contents.flow) return undefined;
  const pair = findPair(document.contents, key);
  if (!pair) return `${text.replace(/\n*$/, '\n')}\n${key}:\n${indent(lines, 2)}`;
  const list = pair.value;
  if (isSeq(list) && list.items.length > 0) return list.flow ? undefined : appendItems(text, list, lines);
  return fillEmpty(text, pair, lines);
}

/** Adds a field to the item of a list whose `id` is this one, behind its `id`. */
export function addToItem(text: string, key: string, id: string, field: string): string {
  const item = findItem(text, key, id);
  const value = item && findPair(item, 'id')?.value;
  const end = isScalar(value) ? value.range?.[1] : undefined;
  if (!item || end === undefined) return text;
  if (item.flow) return `${text.slice(0, end)}, ${field}${text.slice(end)}`;
  const at = endOfLine(text, end);
  const lead = ' '.repeat(measureIndent(text, item));
  const rest = text.slice(at);
  // `azfed init` has written the same line as a hint.
  const hint = `\n${lead}# ${field.replaceAll('"', '')}`;
  const isHinted = rest.startsWith(`${hint}\n`);
  return `${text.slice(0, at)}\n${lead}${field}${isHinted ? rest.slice(hint.length) : rest}`;
}

function measureIndent(text: string, map: YAMLMap): number {
  const key = map.items[0]?.key;
  return isScalar(key) && key.range ? measureColumn(text, key.range[0]) : 0;
}

/** Names of the items of a list whose own text holds this line. */
export function listMarked(text: string, key: string, mark: string): readonly string[] {
  return listItems(text, key).flatMap(({ name, start, end }) =>
    text.slice(start, end).includes(mark) ? [name] : [],
  );
}

/** Takes the items with these names out of a list, with the comments that are indented as their own. */
export function removeItems(text: string, key: string, names: readonly string[]): string {
  const items = listItems(text, key);
  const gone = items.filter(({ name }) => names.includes(name));
  const rest = gone.reduceRight((before, { start, end }) => before.slice(0, start) + before.slice(end), text);
  if (gone.length === 0 || gone.length < items.length) return rest;
  return rest.replace(new RegExp(`^${key}:[ \\t]*$`, 'm'), `${key}: []`);
}

/** The items of a block list as whole lines of the text. */
function listItems(
  text: string,
  key: string,
): readonly { readonly name: string; readonly start: number; readonly end: number }[] {
  const { contents } = parseDocument(text, { stringKeys: true });
  const list = isMap(contents) ? findPair(contents, key)?.value : undefined;
  if (!isSeq(list) || list.flow) return [];
  const column = measureColumn(text, list.range?.[0] ?? 0);
  return list.items.flatMap((item) => {
    if (!isMap(item)) return [];
    const start = (item.range?.[0] ?? 0) - measureColumn(text, item.range?.[0] ?? 0);
    const end = endOfOwnLines(text, item, column) + 1;
    return [{ name: String(item.get('name')), start, end }];
  });
}

function findItem(text: string, key: string, id: string): YAMLMap | undefined {
  const { contents } = parseDocument(text, { stringKeys: true });
  const list = isMap(contents) ? findPair(contents, key)?.value : undefined;
  const items = isSeq(list) ? list.items.filter((one) => isMap(one)) : [];
  return items.find((one) => String(one.get('id')) === id);
}

const indent = (lines: readonly string[], column: number): string =>
  lines.map((line) => `${' '.repeat(column)}${line}\n`).join('');

function appendItems(text: string, list: YAMLSeq, lines: readonly string[]): string {
  const column = measureColumn(text, list.range?.[0] ?? 0);
  const at = endOfOwnLines(text, list.items.at(-1), column);
  return `${text.slice(0, at)}\n${indent(lines, column)}${text.slice(at + 1)}`;
}

/** `key: []`, `key: ~` or `key:` alone. */
function fillEmpty(text: string, { key, value }: Pair, lines: readonly string[]): string {
  const name = key as Document['contents'] & { readonly range?: readonly number[] };
  const afterKey = text.indexOf(':', name.range?.[1] ?? 0) + 1;
  const range = isSeq(value) || isScalar(value) ? value.range : undefined;
  const isWritten = range !== undefined && range !== null && range[1] > range[0];
  const emptied = isWritten ? text.slice(0, afterKey) + text.slice(range[1]) : text;
  const at = endOfLine(emptied, afterKey);
  return `${emptied.slice(0, at)}\n${indent(lines, 2)}${emptied.slice(at + 1)}`;
}

/**
 * The configuration with one more accepted finding; an entry of the same code and scope is replaced. Every other line stays.
 * Throws RangeError for a text that cannot be changed so.
 */
export function addAcceptance(text: string, entry: AcceptedRunFinding): string {
  const wanted = parse(text, { stringKeys: true }) as Record<string, Json> & {
    readonly accepted?: readonly AcceptedRunFinding[];
  };
  const others = (wanted.accepted ?? []).filter((one) => scopeKey(one) !== scopeKey(entry));
  return rewriteYaml(text, { ...wanted, accepted: [...others, entry] as unknown as Json });
}

const scopeKey = ({ code, connection, role, account }: AcceptedRunFinding) =>
  JSON.stringify([code, connection ?? null, role ?? null, account ?? null]);
