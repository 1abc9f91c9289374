import type { MeasuredRun } from './measure.ts';
import type { MeasuredPlanning } from './planning.ts';
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

/** The runs of each kind, smallest first. */
export function runTable(rows: readonly RunRow[]): string {
  const kinds = [...new Set(rows.map(({ run }) => run))];
  const lines = kinds.flatMap((kind) =>
    rows.filter(({ run }) => run === kind).map((row) => [kind, ...columns.map(([, value]) => value(row))]),
  );
  return table(['run', ...columns.map(([title]) => title)], lines);
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
