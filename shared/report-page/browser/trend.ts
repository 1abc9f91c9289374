import type { RunCount, RunRecord } from '../../domain/records/run-record.ts';
import { runCountKinds } from '../../domain/records/run-record.ts';
import { counted, drawing, element, moment, section, buildTable } from './elements.ts';
import { report } from './report.ts';

const WIDTH = 1_080;
const HEIGHT = 100;
/** A few runs do not become walls. */
const WIDEST = 60;
/** Between two bars. */
const SPACE = 6;
/** Units of the drawing between the parts of a bar: no two are told apart by their colours alone. */
const GAP = 1.5;

const total = ({ deeds }: RunRecord) => runCountKinds.reduce((sum, kind) => sum + deeds[kind], 0);

/** What the latest runs did that did something: as a drawing, and as a table. */
export function trend(): HTMLElement {
  const title = 'Trend over runs';
  const { runs } = report;
  const ends = [...new Set([runs.at(-1), runs[0]])].filter((run) => run !== undefined);
  if (runs.length === 0)
    return section(title, 'trend', [
      element('p', { class: 'faint' }, ['No run has done anything yet, or none that is remembered.']),
    ]);
  return section(title, 'trend', [
    element('figure', { class: 'card bars trend' }, [
      element('figcaption', {}, [legend()]),
      chart(),
      element('p', { class: 'faint ends' }, ends.map(ended)),
    ]),
    element('details', { class: 'same' }, [
      element('summary', {}, ['The same as a table']),
      buildTable(heads, runs.map(row), 'trend'),
    ]),
  ]);
}

const ended = ({ time }: RunRecord) => element('span', {}, [moment(time), ' UTC']);

/** The kinds that there are, with how often; a drawing's colours mean nothing by themselves. */
function legend(): HTMLElement {
  const items = runCountKinds
    .map((kind) => [kind, sumChanges(kind)] as const)
    .filter(([, sum]) => sum > 0)
    .map(([kind, sum]) =>
      element('li', {}, [
        drawing('svg', { viewBox: '0 0 12 12', width: 12, height: 12, 'aria-hidden': 'true' }, [
          drawing('rect', { class: kind, width: 12, height: 12, rx: 2 }),
        ]),
        `${sum.toLocaleString('en-US')} ${kind}`,
      ]),
    );
  const says = `Connections by what was done, in ${counted(report.runs.length, 'run')}`;
  return element('div', {}, [
    element('p', { class: 'faint', id: 'deeds' }, [says]),
    element('ul', { class: 'legend', 'aria-labelledby': 'deeds' }, items),
  ]);
}

const sumChanges = (kind: RunCount) => report.runs.reduce((sum, { deeds }) => sum + deeds[kind], 0);

/** The latest on the right. */
function chart(): SVGElement {
  const most = Math.max(1, ...report.runs.map(total));
  const place = WIDTH / report.runs.length;
  const width = Math.min(WIDEST, place - SPACE);
  const bars = [...report.runs]
    .reverse()
    .map((run, index) => bar(run, { x: (index + 0.5) * place - width / 2, width }, most));
  const says = `${counted(report.runs.length, 'run')}, at most ${counted(most, 'connection')} in one; the table below says it in words`;
  const attributes = { preserveAspectRatio: 'none', role: 'img', 'aria-label': says };
  return drawing('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT + 2}`, ...attributes }, [
    drawing('line', { x1: 0, x2: WIDTH, y1: HEIGHT + 1, y2: HEIGHT + 1 }),
    ...bars,
  ]);
}

function bar(
  run: RunRecord,
  across: { readonly x: number; readonly width: number },
  most: number,
): SVGElement {
  let bottom = HEIGHT;
  const parts = runCountKinds.flatMap((kind) => {
    const height = (run.deeds[kind] / most) * (HEIGHT - runCountKinds.length * GAP);
    if (height === 0) return [];
    bottom -= height + GAP;
    return [drawing('rect', { class: kind, ...across, y: bottom, height })];
  });
  return drawing('g', {}, [drawing('title', {}, [inWords(run)]), ...parts]);
}

function inWords(run: RunRecord): string {
  const done = runCountKinds
    .filter((kind) => run.deeds[kind] > 0)
    .map((kind) => `${run.deeds[kind]} ${kind}`);
  return `${run.time.slice(0, 16).replace('T', ' ')}: ${done.join(', ') || 'no connection'}`;
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
