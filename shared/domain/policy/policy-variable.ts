/** What a request holds under a condition key: its values, none when it surely lacks the key. */
export type Lookup = (key: string) => readonly string[] | 'unknown';

/** A piece of a policy's value. In a literal piece `*` and `?` are themselves: it came from a variable or an escape. */
export interface Piece {
  readonly text: string;
  readonly isLiteral: boolean;
}

/** `absent`: a variable without default names a key that the request lacks, so the value equals nothing. */
export type Expansion = readonly Piece[] | 'absent' | 'unknown';

const variable = /\$\{(?:([*?$])|\s*([^\s{},*?$]+)\s*(?:,\s*'([^']*)'\s*)?)\}/g;

/**
 * Expands `${key}`, `${key, 'default'}` and the escapes `${*} ${?} ${$}` (IAM User Guide, policy variables). Only for
 * documents of Version 2012-10-17; in older ones `${` is plain text.
 */
export function expandVariables(text: string, lookup: Lookup): Expansion {
  const pieces: (Piece | 'absent' | 'unknown')[] = [];
  let end = 0;
  for (const match of text.matchAll(variable)) {
    pieces.push(plainPiece(text.slice(end, match.index)), variablePiece(match, lookup));
    end = match.index + match[0].length;
  }
  pieces.push(plainPiece(text.slice(end)));
  if (pieces.includes('unknown')) return 'unknown';
  return pieces.includes('absent') ? 'absent' : pieces.filter((piece) => typeof piece === 'object');
}

/** The text without `${*} ${?} ${$}`, which stand for the characters themselves. */
export const withoutEscapes = (text: string): string => text.replace(/\$\{[*?$]\}/g, '');

/** Whether the text holds a variable, or something that could be read as one. */
export const hasVariable = (text: string): boolean => withoutEscapes(text).includes('${');

function plainPiece(text: string): Piece | 'unknown' {
  return text.includes('${') ? 'unknown' : { text, isLiteral: false };
}

function variablePiece(
  [, escaped, key = '', fallback]: RegExpExecArray,
  lookup: Lookup,
): Piece | 'absent' | 'unknown' {
  if (escaped !== undefined) return { text: escaped, isLiteral: true };
  const values = lookup(key);
  // A key with many values has no meaning as a variable.
  if (values === 'unknown' || values.length > 1) return 'unknown';
  const text = values[0] ?? fallback;
  return text === undefined ? 'absent' : { text, isLiteral: true };
}
