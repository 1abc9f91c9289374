import { groupItems } from '../../domain/kernel/group-by.ts';
import { countedText, drawFitted, drawing, element } from './elements.ts';
import { compareUrgency, rows, type Row } from './report.ts';
import { drawSquares } from './squares.ts';
import type { View } from '../view-keys.ts';
import { formatViewHref } from './view.ts';

interface Column {
  readonly noun: string;
  readonly selectKey: (row: Row) => string;
  readonly selectName: (row: Row) => string;
  readonly selectView: (row: Row) => View;
}

interface Node {
  readonly y: number;
  readonly some: readonly Row[];
}

const BOX = { width: 230, height: 58 };
/** Pixels that lines between two columns need. */
const CURVE = 60;
const PITCH = 72;
const TOP = 26;
/** Pixels of a letter of a name. */
const LETTER = 7.5;

const columns: readonly Column[] = [
  {
    noun: 'organization',
    selectKey: ({ connection }) => connection.organization,
    selectName: ({ connection }) => connection.organization,
    selectView: ({ connection: { organization } }) => ({ organization }),
  },
  {
    noun: 'project',
    selectKey: ({ connection: { organization, project } }) => JSON.stringify([organization, project]),
    selectName: ({ connection }) => connection.project,
    selectView: ({ connection: { project } }) => ({ project }),
  },
  {
    noun: 'account',
    selectKey: ({ connection }) => connection.account,
    selectName: ({ accountName, connection: { account } }) => accountName || account || 'no account',
    selectView: ({ connection: { account } }) => ({ account }),
  },
];

/** Organizations, projects and accounts as boxes that lead to their connections, and lines between them: thicker is more. */
export function drawMap(): HTMLElement {
  const host = element('div', { class: 'card map' });
  return drawFitted(host, drawNodes);
}

function drawNodes(width: number): SVGElement {
  const placed = columns.map((column) => placeNodes(column));
  const height = TOP + PITCH * Math.max(1, ...placed.map(({ size }) => size));
  const boxWidth = Math.min(BOX.width, Math.floor((width - 2 * CURVE) / columns.length));
  const x = columns.map((_, at) => (at * (width - boxWidth)) / (columns.length - 1));
  const lines = [0, 1].flatMap((at) => drawLines(at, placed, x, boxWidth));
  const boxes = columns.flatMap((column, at) => [
    drawing('text', { class: 'sub', x: x[at], y: 14 }, [`${column.noun}s`]),
    ...[...(placed[at] ?? [])].map(([, node]) => drawNode(column, node, x[at] ?? 0, boxWidth)),
  ]);
  const says = columns.map((column, at) => countedText(placed[at]?.size ?? 0, column.noun)).join(', ');
  return drawing(
    'svg',
    { width, height, viewBox: `0 0 ${width} ${height}`, role: 'group', 'aria-label': says },
    [...lines, ...boxes],
  );
}

function placeNodes({ selectKey }: Column): ReadonlyMap<string, Node> {
  const groups = [...groupItems(rows, selectKey)].sort(([, a], [, b]) => b.length - a.length);
  return new Map(groups.map(([key, some], at) => [key, { y: TOP + at * PITCH, some }]));
}

/** A line has the tone of the sickest connection in it. */
function drawLines(
  at: number,
  placed: readonly ReadonlyMap<string, Node>[],
  x: readonly number[],
  boxWidth: number,
): readonly SVGElement[] {
  const [from, to] = [columns[at], columns[at + 1]];
  if (!from || !to) return [];
  const bundles = groupItems(rows, (row) => JSON.stringify([from.selectKey(row), to.selectKey(row)]));
  return [...bundles.values()].flatMap((some) => {
    const worst = [...some].sort(compareUrgency)[0];
    const a = worst && placed[at]?.get(from.selectKey(worst));
    const b = worst && placed[at + 1]?.get(to.selectKey(worst));
    if (!a || !b) return [];
    const [x1, x2] = [(x[at] ?? 0) + boxWidth, x[at + 1] ?? 0];
    const [y1, y2, middle] = [a.y + BOX.height / 2, b.y + BOX.height / 2, (x1 + x2) / 2];
    const d = `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`;
    return [
      drawing('path', { class: `flow ${worst.tone}`, 'stroke-width': 1.5 + Math.sqrt(some.length), d }),
    ];
  });
}

function drawNode(
  { selectName, selectView }: Column,
  { y, some }: Node,
  x: number,
  width: number,
): SVGElement {
  const [first] = some;
  if (!first) return drawing('g');
  const name = selectName(first);
  const longest = Math.floor((width - 60) / LETTER);
  const label = name.length > longest ? `${name.slice(0, longest - 1)}…` : name;
  const most = Math.floor((width - 28) / 12);
  const squares = drawSquares(some, { size: 9, pitch: 12, columns: most, most });
  squares.setAttribute('x', String(x + 14));
  squares.setAttribute('y', String(y + 38));
  const children = [
    drawing(
      'rect',
      { class: 'box', x, y, width, height: BOX.height, rx: 10 },
      label === name ? [] : [drawing('title', {}, [name])],
    ),
    drawing('text', { x: x + 14, y: y + 24 }, [label]),
    drawing('text', { class: 'sub count', x: x + width - 14, y: y + 24 }, [
      some.length.toLocaleString('en-US'),
    ]),
    squares,
  ];
  const view = selectView(first);
  if (Object.values(view).every((value) => value === '')) return drawing('g', {}, children);
  return drawing('a', { href: formatViewHref(view) }, children);
}
