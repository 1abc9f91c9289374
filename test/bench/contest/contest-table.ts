import type { Cell } from '../table.ts';
import { seconds, table } from '../table.ts';
import type { ContestRun, ContestRow } from './contest.ts';
import { sumCalls } from './promises.ts';

/** What is held against one another. */
const measures: readonly (readonly [title: string, value: (row: ContestRow) => number])[] = [
  ['calls x', sumCalls],
  ['wall x', ({ wallMs }) => wallMs],
  ['CPU x', ({ cpuMs }) => cpuMs],
  ['peak x', ({ peakMb }) => peakMb],
];
const ratioTitles = measures.map(([title]) => title);

/** Everybody beside azfed, by run and number of roles; each ratio is to azfed in the same pass over the same roles. */
export function contestTable(rows: readonly ContestRow[], run: ContestRun): string {
  const ofRun = rows.filter((row) => row.run === run);
  return table(
    ['', 'roles', 'calls', 'throttled', 'wall s', 'CPU s', 'peak MB', ...ratioTitles],
    ofRun.map((row) => {
      const own = ofRun.find(({ who, roles }) => who === 'azfed' && roles === row.roles);
      return [
        row.who,
        row.roles,
        ...formatCells(row),
        ...(own === row ? ['', '', '', ''] : ratios(row, own)),
      ];
    }),
  );
}

/** Calls that were answered: what has to be asked, however often it is refused. */
const answered = (row: ContestRow) => sumCalls(row) - row.throttled;

/** How everybody's steady run has grown from the fewest roles to the most; empty where there is one number alone. */
export function growthTable(rows: readonly ContestRow[]): string {
  const steady = rows.filter(({ run }) => run === 'steady');
  const sizes = [...new Set(steady.map(({ roles }) => roles))].sort((a, b) => a - b);
  const [fewest, most] = [sizes.at(0), sizes.at(-1)];
  if (fewest === undefined || most === undefined || fewest === most) return '';
  const titles = ['', 'roles', 'calls answered', 'growth', 'wall growth'];
  const grown = steady
    .filter(({ roles }) => roles === fewest)
    .flatMap((before) => {
      const after = steady.find(({ who, roles }) => who === before.who && roles === most);
      return after ? [{ before, after }] : [];
    });
  return table(
    titles,
    grown.map(({ before, after }) => [
      before.who,
      `${fewest} to ${most.toLocaleString('en-US')}`,
      `${answered(before).toLocaleString('en-US')} to ${answered(after).toLocaleString('en-US')}`,
      times(answered(after) / answered(before)),
      `${after.isBound ? '>= ' : ''}${times(after.wallMs / before.wallMs)}`,
    ]),
  );
}

/** The repair of several kinds of drift by kind: what the role that took the most of IAM has taken. */
export function kindTable(rows: readonly ContestRow[]): string {
  return table(
    ['one field of a role', 'roles', 'reads of each, at most', 'writes of each, at most'],
    rows
      .flatMap(({ kinds = [] }) => kinds)
      .map(({ kind, roles, reads, writes }) => [kind, roles, reads, writes]),
  );
}

/** What azfed alone was measured at. */
export function repairTable(rows: readonly ContestRow[]): string {
  const alone: readonly ContestRun[] = ['5 % drift, seven kinds', 'once more', 'first creation'];
  return table(
    ['azfed', 'roles', 'changes', 'reads', 'writes', 'throttled', 'wall s', 'CPU s', 'peak MB'],
    rows
      .filter(({ run }) => alone.includes(run))
      .map(({ run, roles, changes = 0, reads, writes, throttled, wallMs, cpuMs, peakMb }) => [
        run,
        roles,
        changes,
        reads,
        writes,
        throttled,
        seconds(wallMs),
        seconds(cpuMs),
        Math.round(peakMb),
      ]),
  );
}

function formatCells(row: ContestRow): readonly Cell[] {
  const { throttled, wallMs, cpuMs, peakMb, isBound } = row;
  const bound = (value: number) => (isBound ? `>= ${value.toLocaleString('en-US')}` : value);
  return [
    bound(sumCalls(row)),
    isBound ? '' : throttled,
    bound(seconds(wallMs)),
    bound(seconds(cpuMs)),
    Math.round(peakMb),
  ];
}

function ratios(row: ContestRow, to: ContestRow | undefined): readonly Cell[] {
  return measures.map(([, value]) => (to ? times(value(row) / value(to)) : ''));
}

const times = (ratio: number) => `x ${ratio.toFixed(1)}`;
