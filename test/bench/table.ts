import type { LoadRow } from './loading.ts';
import type { MeasuredRun } from './measure.ts';
import type { MeasuredPlanning } from './planning.ts';
import type { Throughput } from './throughput.ts';
import type { OutsideRequests } from './world.ts';

export type RunKind = 'first creation' | 'steady' | '1 % drift';

export interface RunRow extends MeasuredRun, OutsideRequests {
  readonly run: RunKind;
  readonly connections: number;
}

export interface PlanningRow extends MeasuredPlanning {
  readonly run: Exclude<RunKind, 'first creation'>;
  readonly connections: number;
}

export type Cell = string | number;

export const seconds = (milliseconds: number) => Number((milliseconds / 1_000).toFixed(2));

const columns: readonly (readonly [title: string, value: (row: RunRow) => number])[] = [
  ['connections', ({ connections }) => connections],
  ['changes', ({ changes }) => changes],
  ['IAM reads', ({ iamReads }) => iamReads],
  ['IAM writes', ({ iamWrites }) => iamWrites],
  ['Azure DevOps', ({ azureDevOps }) => azureDevOps],
  ['DynamoDB reads', ({ dynamoDbReads }) => dynamoDbReads],
  ['DynamoDB writes', ({ dynamoDbWrites }) => dynamoDbWrites],
  ['wall s', ({ wallMs }) => seconds(wallMs)],
  ['CPU s', ({ cpuMs }) => seconds(cpuMs)],
  ['peak MB', ({ peakMb }) => Math.round(peakMb)],
];

/** The runs of each kind, smallest first, and how each cost has grown from the smallest to the largest. */
export function runTable(rows: readonly RunRow[]): string {
  const kinds = [...new Set(rows.map(({ run: pass }) => pass))];
  const lines = kinds.flatMap((kind) => {
    const ofKind = rows.filter(({ run: pass }) => pass === kind);
    const cells = ofKind.map((row) => [kind, ...columns.map(([, value]) => value(row))]);
    return ofKind.length > 1 ? [...cells, computeGrowth(ofKind)] : cells;
  });
  return table(['pass', ...columns.map(([title]) => title)], lines);
}

function computeGrowth(rows: readonly RunRow[]): readonly Cell[] {
  const ratios = columns.map(([, value]) => {
    const [least, most] = [rows.at(0), rows.at(-1)].map((row) => (row ? value(row) : 0));
    return least && most ? `x ${(most / least).toFixed(1)}` : '';
  });
  return ['growth', ...ratios];
}

export function planningTable(rows: readonly PlanningRow[]): string {
  return table(
    ['planning alone', 'connections', 'changes', 'CPU s', 'CPU ms per 1,000', 'peak MB'],
    rows.map(({ run: pass, connections, changes, cpuMs, peakMb }) => [
      pass,
      connections,
      changes,
      seconds(cpuMs),
      Math.round((1_000 * cpuMs) / connections),
      Math.round(peakMb),
    ]),
  );
}

export function throughputTable(rows: readonly Throughput[]): string {
  return table(
    ['', 'a second'],
    rows.map(({ what, perSecond }) => [what, Math.round(perSecond)]),
  );
}

export function loadTable(rows: readonly LoadRow[]): string {
  const tenths = (value: number) => Number(value.toFixed(1));
  return table(
    ['loading a bundle', 'kB', 'x empty process', 'x SDK clients'],
    rows.map(({ bundle, kilobytes, toEmpty, toSdk }) => [
      bundle,
      Math.round(kilobytes),
      tenths(toEmpty),
      tenths(toSdk),
    ]),
  );
}

/** As Markdown has it. */
export function table(titles: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const body = rows.map((row) => row.map((cell) => (typeof cell === 'number' ? grouped(cell) : cell)));
  const widths = titles.map((title, at) =>
    Math.max(title.length, ...body.map((row) => row[at]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join(' | ')} |`;
  const rule = widths.map((width, at) => (at === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(titles), line(rule), ...body.map(line)].join('\n');
}

const grouped = (value: number) => value.toLocaleString('en-US');
