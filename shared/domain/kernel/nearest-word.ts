/** The word that was probably meant: the nearest one, when it is near enough to be a slip of the hand. */
export function nearestWord(written: string, words: readonly string[]): string | undefined {
  const tolerance = Math.max(1, Math.floor(written.length / 3));
  const ranked = words
    .map((word) => ({ word, distance: editDistance(written.toLowerCase(), word.toLowerCase()) }))
    .filter(({ distance }) => distance <= tolerance)
    .sort((a, b) => a.distance - b.distance);
  return ranked[0]?.word;
}

/** Letters to insert, delete or replace, or neighbours to exchange (optimal string alignment). */
function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number) => rows[row]?.[column] ?? Infinity;
  for (let row = 1; row <= a.length; row++) {
    const next = [row];
    rows.push(next);
    for (let column = 1; column <= b.length; column++) {
      const replaced = at(row - 1, column - 1) + Number(b[column - 1] !== a[row - 1]);
      const isExchanged = b[column - 1] === a[row - 2] && b[column - 2] === a[row - 1];
      const exchanged = isExchanged ? at(row - 2, column - 2) + 1 : Infinity;
      next.push(Math.min(replaced, exchanged, at(row - 1, column) + 1, at(row, column - 1) + 1));
    }
  }
  return at(a.length, b.length);
}
