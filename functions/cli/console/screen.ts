import type { Writable } from 'node:stream';
import { USUAL_COLUMNS } from '../output/text.ts';

/** A terminal that can be drawn on, as a stream knows it. */
export interface ScreenStream extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

const escape = '\u001b[';
/** The second screen of xterm and its kin, so that what was typed before is there again afterwards; no cursor, no wrapping. */
const enter = `${escape}?1049h${escape}?25l${escape}?7l`;
const leave = `${escape}?7h${escape}?25h${escape}?1049l`;
/** Shown as a whole by terminals that know synchronized output; the others leave it out. */
const [begin, end] = [`${escape}?2026h`, `${escape}?2026l`];

/** What a line has room for; `undefined` where nobody looks. A terminal that does not know its width says 0. */
export function countColumns({ isTTY, columns = 0 }: ScreenStream): number | undefined {
  if (isTTY !== true) return undefined;
  return columns > 0 ? columns : USUAL_COLUMNS;
}

export interface Screen {
  size(): { readonly columns: number; readonly rows: number };
  /** Over what stands there, line by line: nothing is cleared that is written again. */
  draw(lines: readonly string[]): void;
  /** Back to what was typed before, with these lines below it. */
  close(lines: readonly string[]): void;
}

/** `resized` is called when the terminal has another size. */
export function openScreen(stream: ScreenStream, resized: () => void): Screen {
  stream.write(enter);
  stream.on('resize', resized);
  return {
    size: () => ({ columns: countColumns(stream) ?? USUAL_COLUMNS, rows: stream.rows ?? 24 }),
    draw(lines) {
      // Cleared first: behind a line that is cut at the edge its last character would go.
      const text = lines.map((line) => `${escape}K${line}`).join('\r\n');
      stream.write(`${begin}${escape}H${text}${escape}J${end}`);
    },
    close(lines) {
      stream.off('resize', resized);
      stream.write(`${leave}${lines.map((line) => `${line}\n`).join('')}`);
    },
  };
}
