import { element } from './elements.ts';

/** Up to so many the browser holds by itself; of more it holds what is near the screen. */
const MOST_WHOLE = 500;
/** Rows above and below the screen. */
const MARGIN = 20;

export interface VirtualRows<T> {
  readonly host: HTMLElement;
  show(items: readonly T[]): void;
}

/**
 * A list in the flow of the page of which only the rows near the screen exist. All of them have the height that the style
 * gives as `--row-height`. Printing needs them all.
 */
export function createVirtualRows<T>(buildRow: (item: T, index: number) => HTMLElement): VirtualRows<T> {
  const host = element('div', { role: 'rowgroup', class: 'rows' });
  const made = new Map<number, HTMLElement>();
  let items: readonly T[] = [];
  let isPrinting = false;

  const draw = () => {
    const isWhole = isPrinting || items.length <= MOST_WHOLE;
    host.classList.toggle('virtual', !isWhole);
    const { start, end, height } = isWhole ? wholeRange(items.length) : measureRange(host, items.length);
    host.style.height = isWhole ? '' : `${items.length * height}px`;
    removeOutside(made, start, end);
    for (let index = start; index < end; index += 1) {
      const item = items[index];
      if (item === undefined || made.has(index)) continue;
      const row = buildRow(item, index);
      if (height > 0) row.style.transform = `translateY(${index * height}px)`;
      insertInOrder(host, row, made, index);
      made.set(index, row);
    }
  };
  const redraw = () => {
    host.replaceChildren();
    made.clear();
    draw();
  };
  const print = (isNow: boolean) => {
    if (isNow === isPrinting) return;
    isPrinting = isNow;
    redraw();
  };
  listenToScreen(print, () => {
    if (items.length > MOST_WHOLE) draw();
  });
  return {
    host,
    show(next) {
      items = next;
      redraw();
    },
  };
}

function listenToScreen(print: (isNow: boolean) => void, draw: () => void): void {
  addEventListener('scroll', draw, { passive: true });
  addEventListener('resize', draw);
  addEventListener('beforeprint', () => {
    print(true);
  });
  addEventListener('afterprint', () => {
    print(false);
  });
  matchMedia('print').addEventListener('change', ({ matches }) => {
    print(matches);
  });
}

interface Range {
  readonly start: number;
  readonly end: number;
  /** Pixels; 0: as it comes. */
  readonly height: number;
}

const wholeRange = (count: number): Range => ({ start: 0, end: count, height: 0 });

function measureRange(host: HTMLElement, count: number): Range {
  const height = Number.parseFloat(getComputedStyle(host).getPropertyValue('--row-height'));
  const top = -host.getBoundingClientRect().top;
  const start = Math.min(count, Math.max(0, Math.floor(top / height) - MARGIN));
  const end = Math.min(count, Math.max(start, Math.ceil((top + innerHeight) / height) + MARGIN));
  return { start, end, height };
}

/** A row that has the focus stays, wherever it is. */
function removeOutside(made: Map<number, HTMLElement>, start: number, end: number): void {
  for (const [index, row] of made)
    if ((index < start || index >= end) && !row.contains(document.activeElement)) {
      row.remove();
      made.delete(index);
    }
}

/** So that the keyboard and a screen reader meet the rows in their order. */
function insertInOrder(
  host: HTMLElement,
  row: HTMLElement,
  made: ReadonlyMap<number, HTMLElement>,
  index: number,
): void {
  const before = made.get(index - 1);
  if (before) {
    before.after(row);
    return;
  }
  const next = [...made].filter(([other]) => other > index).sort(([a], [b]) => a - b)[0];
  host.insertBefore(row, next?.[1] ?? null);
}
