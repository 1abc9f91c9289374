import type { RoleArn } from '../../../../shared/domain/kernel/ids.ts';
import { readFileSync } from 'node:fs';
import type { TaskVerdict } from '../../../../shared/domain/verify/run-verdict.ts';
import { judgeTask } from '../../../../shared/domain/verify/run-verdict.ts';
import type { SignInClaims } from '../../../../shared/domain/verify/run-verdict.ts';
import { readTaskLog } from '../../../../shared/domain/verify/task-log.ts';

interface LogCase extends Omit<TaskVerdict, 'task' | 'evidence'> {
  readonly name: string;
  /** Where the lines are from. */
  readonly source: string;
  readonly log: readonly string[];
  readonly sessionName?: string;
  readonly evidence?: string;
}

const table = JSON.parse(readFileSync('test/fixtures/task-logs.json', 'utf8')) as {
  readonly expected: SignInClaims & { readonly roleArn: RoleArn };
  readonly blocks: Readonly<Record<string, readonly string[]>>;
  readonly cases: readonly LogCase[];
};

function judge({ log, sessionName }: LogCase, stamp: string): TaskVerdict {
  const { roleArn, ...claims } = table.expected;
  const lines = log.flatMap((line) => (line.startsWith('@') ? (table.blocks[line.slice(1)] ?? []) : [line]));
  const session = sessionName === undefined ? {} : { sessionName };
  const expected = { claims: [claims], roleArn, ...session };
  return judgeTask('AWSCLI', readTaskLog(lines.map((line) => `${stamp}${line}`)), expected);
}

const makeVerdict = ({ outcome, failure, evidence }: Omit<LogCase, 'name' | 'source' | 'log'>) => ({
  task: 'AWSCLI',
  outcome,
  ...(failure === undefined ? {} : { failure }),
  ...(evidence === undefined ? {} : { evidence }),
});

describe('the log of a task', () => {
  it.each(table.cases.map((row) => [row.name, row] as const))('says what it shows: %s', (_name, row) => {
    const verdict = judge(row, '2026-11-22T09:00:00.1234567Z ');
    expect(verdict).toMatchObject(makeVerdict(row));
    expect(verdict.failure).toBe(row.failure);
  });

  it.each(table.cases.map((row) => [row.name, row] as const))(
    'says the same without times: %s',
    (_name, row) => {
      expect(judge(row, '')).toEqual(judge(row, '2026-11-22T09:00:00.1234567Z '));
    },
  );

  it('names a source for each row', () => {
    expect(table.cases.filter(({ source }) => source === '')).toEqual([]);
    expect(new Set(table.cases.map(({ name }) => name)).size).toBe(table.cases.length);
  });
});
