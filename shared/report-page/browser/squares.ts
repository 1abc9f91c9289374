import { drawing } from './elements.ts';
import { compareUrgency, type Row, type Tone } from './report.ts';

const order: readonly Tone[] = ['bad', 'due', 'busy', 'still', 'ok'];

export interface SquareGrid {
  /** Pixels of a square, and of a square with the space beside it. */
  readonly size: number;
  readonly pitch: number;
  /** Squares of a line. */
  readonly columns: number;
  readonly most: number;
}

/** A square for each connection, what is sick first: one path for each tone, so that thousands cost nothing. */
export function drawSquares(some: readonly Row[], { size, pitch, columns, most }: SquareGrid): SVGElement {
  const shown = [...some].sort(compareUrgency).slice(0, most);
  const lines = Math.ceil(shown.length / columns);
  const paths = order.flatMap((tone) => {
    const d = shown
      .flatMap((row, at) =>
        row.tone === tone
          ? [`M${(at % columns) * pitch} ${Math.floor(at / columns) * pitch}h${size}v${size}h-${size}z`]
          : [],
      )
      .join('');
    return d === '' ? [] : [drawing('path', { class: tone, d })];
  });
  const width = Math.min(shown.length, columns) * pitch - (pitch - size);
  const height = lines * pitch - (pitch - size);
  return drawing(
    'svg',
    { class: 'squares', 'aria-hidden': 'true', width, height, viewBox: `0 0 ${width} ${height}` },
    paths,
  );
}

/** Groups in the order of what is sickest in them; then the largest. */
export function sortGroups(
  groups: ReadonlyMap<string, readonly Row[]>,
): readonly (readonly [string, readonly Row[]])[] {
  const weigh = (some: readonly Row[]) => order.map((tone) => some.filter((row) => row.tone === tone).length);
  const weights = new Map([...groups].map(([key, some]) => [key, weigh(some)]));
  return [...groups].sort(([a], [b]) => {
    const [one, other] = [weights.get(a) ?? [], weights.get(b) ?? []];
    const at = one.findIndex((count, place) => count !== other[place]);
    return at < 0 ? (a < b ? -1 : 1) : (other[at] ?? 0) - (one[at] ?? 0);
  });
}
