import { isMap, isScalar, isSeq, type Pair, type YAMLMap } from 'yaml';

/** Where things of a YAML text stand: offsets from 0, columns from 0. */
export const measureColumn = (text: string, offset: number): number => offset - findLine(text, offset);

/** Where the line of an offset begins. */
export const findLine = (text: string, offset: number): number => text.lastIndexOf('\n', offset - 1) + 1;

/** What the line of an offset begins with. */
export const readIndentation = (text: string, offset: number): string =>
  /^[ \t]*/.exec(text.slice(findLine(text, offset)))?.[0] ?? '';

/** Where the line of an offset ends, before its line break. */
export function endOfLine(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  if (end < 0) return text.length;
  return end > offset && text[end - 1] === '\r' ? end - 1 : end;
}

/** Behind the line break of the line of an offset. */
export function findNextLine(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end < 0 ? text.length : end + 1;
}

export function findPair(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((pair) => isScalar(pair.key) && pair.key.value === key);
}

/** The end of what a node says. `range` of a block collection reaches over blank lines and comments behind it. */
export function measureEnd(text: string, node: unknown): number {
  if (isMap(node) && !node.flow)
    return Math.max(
      0,
      ...node.items.flatMap(({ key, value }) => [measureEnd(text, key), measureEnd(text, value)]),
    );
  if (isSeq(node) && !node.flow) return Math.max(0, ...node.items.map((item) => measureEnd(text, item)));
  const end = getEnd(node);
  const isBlock = isScalar(node) && (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED');
  return isBlock ? text.slice(0, end).trimEnd().length : end;
}

type Ranged = { readonly range?: readonly number[] | null } | null | undefined;

export const getStart = (node: unknown): number => (node as Ranged)?.range?.[0] ?? 0;
export const getEnd = (node: unknown): number => (node as Ranged)?.range?.[1] ?? 0;

/** The end of the last line of an item: behind its values, and behind the comments that are indented as its own. */
export function endOfOwnLines(text: string, item: unknown, column: number): number {
  let at = endOfLine(text, measureEnd(text, item));
  for (;;) {
    const start = findNextLine(text, at);
    const next = text.slice(start, endOfLine(text, start));
    const isOwnComment = /^ *#/.test(next) && next.search(/\S/) > column;
    if (start >= text.length || !isOwnComment) return at;
    at = start + next.length;
  }
}
