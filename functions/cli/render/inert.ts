/**
 * Text from outside as a terminal may show it: names can hold escapes that recolour or rewrite what a person reads, line
 * breaks that forge lines, and invisible or direction-changing characters that make one name look like another. They
 * are shown as what they are.
 */
export function inert(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** A whole document for other programs: the same values, and a terminal that shows them sees nothing but text. */
export function jsonText(document: unknown): string {
  return JSON.stringify(document, null, 2).replaceAll(
    /(?!\n)[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (character) =>
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
