import type { Cell } from '../table.ts';
import { seconds, table } from '../table.ts';
import type { ContestRun, ContestRow } from './contest.ts';
import { sumCalls } from './promises.ts';

/** What is held against one another. */
const measures: readonly (readonly [title: string, value: (row: ContestRow) => number])[] = [
  ['calls x', sumCalls],
  ['wall x', ({ wallMs }) => wallMs],
];
const ratioTitles = measures.map(([title]) => title);

/** Everybody beside azfed, by run and number of roles; each ratio is to azfed in the same pass over the same roles. */
export function contestTable(rows: readonly ContestRow[], run: ContestRun): string {
  const ofRun = rows.filter((row) => row.run === run);
  return table(
    ['', 'roles', 'calls', 'throttled', 'wall s', 'CPU s', 'peak MB', ...ratioTitles],
    ofRun.map((row) => {
      const own = ofRun.find(({ who, roles }) => who === 'azfed' && roles === row.roles);
      return [row.who, row.roles, ...formatCells(row), ...(own === row ? ['', ''] : ratios(row, own))];
    }),
  );
}

/** What azfed alone was measured at. */
export function repairTable(rows: readonly ContestRow[]): string {
  const alone: readonly ContestRun[] = ['5 % drift, seven kinds', 'once more'];
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
  const { throttled, wallMs, cpuMs, peakMb } = row;
  return [sumCalls(row), throttled, seconds(wallMs), seconds(cpuMs), Math.round(peakMb)];
}

function ratios(row: ContestRow, to: ContestRow | undefined): readonly Cell[] {
  return measures.map(([, value]) => (to ? times(value(row) / value(to)) : ''));
}

const times = (ratio: number) => `x ${ratio.toFixed(1)}`;
