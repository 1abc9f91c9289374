import type { Cell } from '../table.ts';
import { seconds, table } from '../table.ts';
import type { ContestPass, ContestRow } from './contest.ts';
import { callsOf } from './promises.ts';

/** Everybody beside azfed, by pass and number of roles; each ratio is to azfed in the same pass over the same roles. */
export function contestTable(rows: readonly ContestRow[], pass: ContestPass): string {
  const ofPass = rows.filter((row) => row.pass === pass);
  return table(
    ['', 'roles', 'calls', 'throttled', 'wall s', 'CPU s', 'peak MB', 'calls x', 'wall x'],
    ofPass.map((row) => [row.who, row.roles, ...cellsOf(row), ...ratiosOf(row, ofPass)]),
  );
}

/** What azfed alone was measured at. */
export function repairTable(rows: readonly ContestRow[]): string {
  const alone: readonly ContestPass[] = ['5 % drift, seven kinds', 'once more', 'first creation'];
  return table(
    ['azfed', 'roles', 'changes', 'reads', 'writes', 'throttled', 'wall s', 'CPU s', 'peak MB'],
    rows
      .filter(({ pass }) => alone.includes(pass))
      .map(({ pass, roles, changes = 0, reads, writes, throttled, wallMs, cpuMs, peakMb }) => [
        pass,
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

function cellsOf(row: ContestRow): readonly Cell[] {
  const { throttled, wallMs, cpuMs, peakMb, isBound } = row;
  const wall = seconds(wallMs);
  return [
    callsOf(row),
    isBound ? '' : throttled,
    isBound ? `>= ${wall.toLocaleString('en-US')}` : wall,
    seconds(cpuMs),
    Math.round(peakMb),
  ];
}

function ratiosOf(row: ContestRow, all: readonly ContestRow[]): readonly Cell[] {
  const own = all.find(({ who, roles }) => who === 'azfed' && roles === row.roles);
  if (!own || own === row) return ['', ''];
  return [`x ${(callsOf(row) / callsOf(own)).toFixed(0)}`, `x ${(row.wallMs / own.wallMs).toFixed(1)}`];
}
