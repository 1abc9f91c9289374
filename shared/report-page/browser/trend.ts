import { runCountKinds, type RunCount, type RunRecord } from '../../domain/records/run-record.ts';
import { DAY_MS, formatDate } from '../../domain/kernel/durations.ts';
import { groupItems } from '../../domain/kernel/group-by.ts';
import { formatDay } from '../title.ts';
import { buildTable, countedText, drawFitted, drawing, element, moment, section } from './elements.ts';
import { report } from './report.ts';
import { formatViewHref } from './view.ts';

const HEIGHT = 170;
const PLOT = { top: 8, bottom: 24, left: 36, right: 14 };
/** Units of the drawing between the parts of a bar: no two are told apart by their colours alone. */
const GAP = 1.5;
/** Pixels that a day takes at least. */
const NARROWEST_DAY = 20;
const MOST_DAYS = 30;

interface Day {
  /** `2026-11-29`. */
  readonly day: string;
  readonly counts: Readonly<Record<RunCount, number>>;
  readonly total: number;
}

/** What runs did, by day: as a drawing with axes, and run by run as a table. */
export function trend(): HTMLElement {
  const title = 'Changes by day';
  const { runs } = report;
  if (runs.length === 0)
    return section(title, 'trend', [
      element('p', { class: 'faint' }, ['No run has done anything yet, or none that is remembered.']),
    ]);
  const chart = element('div', { class: 'chart' });
  return section(title, 'trend', [
    element('figure', { class: 'card trend' }, [legend(), drawFitted(chart, drawChart)]),
    element('details', { class: 'same' }, [
      element('summary', {}, ['Run by run, as a table']),
      buildTable(heads, runs.map(row), 'trend'),
    ]),
  ]);
}

/** The kinds that there are, with how often; each leads to the events of its kind. */
function legend(): HTMLElement {
  const items = runCountKinds
    .map((kind) => [kind, sumChanges(report.runs, kind)] as const)
    .filter(([, sum]) => sum > 0)
    .map(([kind, sum]) =>
      element('li', {}, [
        element('a', { href: formatViewHref({ event: kind }), class: `key ${kind}` }, [
          `${sum.toLocaleString('en-US')} ${kind}`,
        ]),
      ]),
    );
  const says = `Connections by what was done, in ${countedText(report.runs.length, 'run')}`;
  return element('figcaption', {}, [
    element('p', { class: 'faint', id: 'deeds' }, [says]),
    element('ul', { class: 'legend', 'aria-labelledby': 'deeds' }, items),
  ]);
}

const sumChanges = (runs: readonly RunRecord[], kind: RunCount) =>
  runs.reduce((sum, { deeds }) => sum + deeds[kind], 0);

function listDays(count: number): readonly Day[] {
  const byDay = groupItems(report.runs, ({ time }) => time.slice(0, 10));
  const today = Math.floor(Date.parse(report.madeAt) / DAY_MS);
  return Array.from({ length: count }, (_, at) => {
    const day = formatDate((today - count + 1 + at) * DAY_MS);
    const runs = byDay.get(day) ?? [];
    const counts = Object.fromEntries(runCountKinds.map((kind) => [kind, sumChanges(runs, kind)]));
    const total = runCountKinds.reduce((sum, kind) => sum + (counts[kind] ?? 0), 0);
    return { day, counts: counts as Day['counts'], total };
  });
}

/** The next of 1, 2, 5, 10, 20, 50, ... */
function chooseTop(most: number): number {
  const power = 10 ** Math.floor(Math.log10(most));
  return ([1, 2, 5].find((step) => step * power >= most) ?? 10) * power;
}

function drawChart(width: number): SVGElement {
  const plot = width - PLOT.left - PLOT.right;
  const days = listDays(Math.min(MOST_DAYS, Math.floor(plot / NARROWEST_DAY)));
  const most = Math.max(1, ...days.map(({ total }) => total));
  const top = chooseTop(most);
  const says = `${countedText(days.length, 'day')}, at most ${countedText(most, 'connection')} in one; the table below has every run`;
  const pitch = plot / days.length;
  const bars = days.flatMap((day, at) =>
    day.total === 0
      ? []
      : [drawDay(day, { x: PLOT.left + at * pitch + pitch * 0.15, width: pitch * 0.7 }, top)],
  );
  return drawing(
    'svg',
    { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, role: 'group', 'aria-label': says },
    [...drawLevels(width, top), ...drawDates(days, pitch), ...bars],
  );
}

const toY = (count: number, top: number) =>
  HEIGHT - PLOT.bottom - (count / top) * (HEIGHT - PLOT.top - PLOT.bottom);

function drawLevels(width: number, top: number): readonly SVGElement[] {
  const levels = top === 1 ? [0, 1] : [0, top / 2, top].filter(Number.isInteger);
  return levels.flatMap((level) => {
    const y = toY(level, top);
    return [
      drawing('line', { class: 'level', x1: PLOT.left, x2: width, y1: y, y2: y }),
      drawing('text', { class: 'sub count', x: PLOT.left - 8, y: y + 4 }, [String(level)]),
    ];
  });
}

/** Pixels that a date needs. */
const DATE_WIDTH = 62;

function drawDates(days: readonly Day[], pitch: number): readonly SVGElement[] {
  const every = Math.ceil(DATE_WIDTH / pitch);
  return days.flatMap(({ day }, at) =>
    (days.length - 1 - at) % every === 0
      ? [
          drawing('text', { class: 'sub date', x: PLOT.left + (at + 0.5) * pitch, y: HEIGHT - 6 }, [
            formatDay(day).slice(0, -5),
          ]),
        ]
      : [],
  );
}

function drawDay(
  { day, counts }: Day,
  across: { readonly x: number; readonly width: number },
  top: number,
): SVGElement {
  let below = 0;
  const parts = runCountKinds.flatMap((kind) => {
    if (counts[kind] === 0) return [];
    const bottom = toY(below, top);
    below += counts[kind];
    const height = Math.max(1, bottom - toY(below, top) - GAP);
    return [drawing('rect', { class: kind, ...across, y: bottom - height - GAP / 2, height })];
  });
  const done = runCountKinds.filter((kind) => counts[kind] > 0).map((kind) => `${counts[kind]} ${kind}`);
  const says = `${formatDay(day)}: ${done.join(', ')}`;
  return drawing('a', { href: formatViewHref({ day }), 'aria-label': says }, [
    drawing('title', {}, [says]),
    ...parts,
  ]);
}

const heads = ['When (UTC)', 'Account', 'Asked by', 'In order', 'Drifted', ...runCountKinds.map(capital)];

const row = (run: RunRecord) => [
  moment(run.time),
  run.accounts.join(', '),
  run.run.trigger === 'person' ? 'a person' : 'the service',
  ...[run.inOrder, run.drifted, ...runCountKinds.map((kind) => run.deeds[kind])].map(numeral),
];

/** Nothing where there is nothing: what happened is seen at once. */
const numeral = (count: number) => (count === 0 ? '' : count.toLocaleString('en-US'));

function capital(word: string): string {
  return `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
}
