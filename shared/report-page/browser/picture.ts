import { counted, drawing, element, section } from './elements.ts';
import type { Connection, Tone } from './report.ts';
import { report, tally, selectTone } from './report.ts';

interface Column {
  readonly noun: string;
  readonly x: number;
  readonly selectKey: (connection: Connection) => string;
}

type Boxes = ReadonlyMap<string, { readonly y: number; readonly connections: readonly Connection[] }>;

const WIDTH = 1_080;
const BOX = { width: 250, height: 50 };
const ROW = 62;
const TOP = 26;
/** Boxes of a column; what is smaller is in the list below. */
const DRAWN = 20;
const LONGEST_NAME = 30;

const columns = [
  { noun: 'organization', x: 0, selectKey: ({ organization }) => JSON.stringify([organization]) },
  {
    noun: 'project',
    x: (WIDTH - BOX.width) / 2,
    selectKey: ({ organization, project }) => JSON.stringify([organization, project]),
  },
  { noun: 'account', x: WIDTH - BOX.width, selectKey: ({ account }) => JSON.stringify([account]) },
] as const satisfies readonly Column[];

/** Organizations, projects and accounts as boxes, with the connections between them as lines: thicker is more. */
export function picture(): HTMLElement {
  const boxes = columns.map(buildBoxes);
  const [organizations, projects, accounts] = boxes;
  if (!organizations || !projects || !accounts) return element('div');
  const height = TOP + ROW * Math.max(1, ...boxes.map(({ size }) => size));
  const says = columns.map((column) => counted(countBoxes(column), column.noun)).join(', ');
  const [first, second, third] = columns;
  const svg = drawing(
    'svg',
    {
      viewBox: `0 0 ${WIDTH} ${height}`,
      role: 'img',
      'aria-label': `${says}; the list below says it in words`,
    },
    [
      ...drawLines([first, organizations], [second, projects]),
      ...drawLines([second, projects], [third, accounts]),
      ...columns.flatMap((column, at) => drawn(column, boxes[at] ?? organizations)),
    ],
  );
  const attributes = { class: 'card picture', tabindex: 0, role: 'group', 'aria-labelledby': 'picture' };
  return section('The federation', 'picture', [element('div', attributes, [svg])]);
}

const countBoxes = ({ selectKey: keyOf }: Column) => new Set(report.connections.map(keyOf)).size;

function buildBoxes({ selectKey: keyOf }: Column): Boxes {
  const members = new Map<string, Connection[]>();
  for (const connection of report.connections) {
    const known = members.get(keyOf(connection));
    if (known) known.push(connection);
    else members.set(keyOf(connection), [connection]);
  }
  const largest = [...members].sort(([, a], [, b]) => b.length - a.length).slice(0, DRAWN);
  return new Map(largest.map(([key, connections], row) => [key, { y: TOP + row * ROW, connections }]));
}

function drawLines([from, fromBoxes]: readonly [Column, Boxes], [to, toBoxes]: readonly [Column, Boxes]) {
  const bundles = tally(
    report.connections.map((one) => JSON.stringify([from.selectKey(one), to.selectKey(one)])),
  );
  return bundles.flatMap(([key, count]) => {
    const [start, end] = JSON.parse(key) as readonly [string, string];
    const [a, b] = [fromBoxes.get(start), toBoxes.get(end)];
    if (!a || !b) return [];
    const [x1, x2] = [from.x + BOX.width, to.x];
    const [y1, y2] = [a.y + BOX.height / 2, b.y + BOX.height / 2];
    const middle = (x1 + x2) / 2;
    const d = `M${x1} ${y1} C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`;
    return [drawing('path', { class: 'flow', 'stroke-width': 1 + Math.min(10, Math.sqrt(count)), d })];
  });
}

function drawn(column: Column, boxes: Boxes): readonly SVGElement[] {
  const hidden = countBoxes(column) - boxes.size;
  const title = hidden > 0 ? `${column.noun}s, the largest; ${hidden} more in the list` : `${column.noun}s`;
  return [
    drawing('text', { class: 'sub', x: column.x, y: 14 }, [title]),
    ...[...boxes].map(([key, { y, connections }]) => box(parseName(key), connections, column.x, y)),
  ];
}

const parseName = (key: string) => (JSON.parse(key) as readonly string[]).at(-1) ?? '';

function box(name: string, connections: readonly Connection[], x: number, y: number): SVGElement {
  const label = name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name || 'not known';
  const roles = new Set(connections.map(({ roleArn }) => roleArn)).size;
  return drawing('g', {}, [
    drawing('title', {}, [name]),
    drawing('rect', { class: 'box', x, y, ...BOX, rx: 8 }),
    drawing('text', { x: x + 12, y: y + 20 }, [label]),
    drawing('text', { class: 'sub', x: x + 12, y: y + 35 }, [
      `${counted(connections.length, 'connection')}, ${counted(roles, 'role')}`,
    ]),
    ...stripe(connections, x + 12, y + 42),
  ]);
}

/** How many are in order, and how many are not. */
function stripe(connections: readonly Connection[], x: number, y: number): readonly SVGElement[] {
  const whole = BOX.width - 24;
  let at = x;
  return (['ok', 'still', 'due', 'bad'] as const satisfies readonly Tone[]).flatMap((tone) => {
    const width = (connections.filter((one) => selectTone(one) === tone).length / connections.length) * whole;
    if (width === 0) return [];
    const piece = drawing('rect', { class: tone, x: at, y, width, height: 3 });
    at += width;
    return [piece];
  });
}
