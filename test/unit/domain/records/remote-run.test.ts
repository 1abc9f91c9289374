import type { AccountId, OrganizationId } from '../../../../shared/domain/kernel/ids.ts';
import type { RemotePart, RemoteRun, RunSummary } from '../../../../shared/domain/records/remote-run.ts';
import {
  combineSummaries,
  judgeRemoteRun,
  listPartStatus,
} from '../../../../shared/domain/records/remote-run.ts';
import { shortenSummary, toRunExit } from '../../../../shared/domain/guard/run-summary.ts';

const ORGANIZATION = 'org' as OrganizationId;
const [ONE, TWO] = ['111111111111' as AccountId, '222222222222' as AccountId];
const run: RemoteRun = {
  id: 'run',
  at: '2026-11-22T09:00:00.000Z',
  organizations: [ORGANIZATION],
  accounts: [ONE, TWO],
};
const nothing = combineSummaries([]);
const error = { code: 'state.unreachable', message: 'No answer.' };

let works = 0;
const begin = (second: number) => ({ work: String(++works), begunAt: `2026-11-22T09:00:0${second}.000Z` });
const look = (second: number, fields: object = {}): RemotePart => ({
  of: 'organization',
  id: ORGANIZATION,
  ...begin(second),
  ...fields,
});
const work = (id: AccountId, second: number, fields: object = {}): RemotePart => ({
  of: 'account',
  id,
  ...begin(second),
  isLast: false,
  ...fields,
});
const ended = { endedAt: '2026-11-22T09:00:09.000Z' };
const last = (summary: Partial<RunSummary> = {}) => ({
  ...ended,
  isLast: true,
  summary: { ...nothing, ...summary },
});
const judge = (...parts: readonly RemotePart[]) => {
  const status = listPartStatus(run, parts);
  return { states: status.map(({ state }) => state).join(' '), outcome: judgeRemoteRun(status)?.outcome };
};

it.each<[string, readonly RemotePart[], string, string | undefined]>([
  ['nothing has begun', [], 'waiting waiting waiting', undefined],
  ['a look has begun', [look(1)], 'running waiting waiting', undefined],
  ['a look has ended', [look(1, ended)], 'done waiting waiting', undefined],
  [
    'a discovery has asked for a run before the last one',
    [look(1, ended), work(ONE, 2, { ...last(), isLast: false })],
    'done waiting waiting',
    undefined,
  ],
  [
    'all has ended',
    [look(1, ended), work(ONE, 2, last({ outcome: 'held' })), work(TWO, 2, last())],
    'done done done',
    'held',
  ],
  [
    'a look could not read everything',
    [look(1, { ...ended, unread: ['throttled'] }), work(ONE, 2, last()), work(TWO, 2, last())],
    'done done done',
    'partial',
  ],
  [
    'a look has failed, and the runs have begun all the same',
    [look(1, { ...ended, error }), work(ONE, 2, last()), work(TWO, 2, last())],
    'waiting done done',
    'failed',
  ],
  [
    'a look has failed and the next one has succeeded',
    [look(1, { ...ended, error }), look(3, ended), work(ONE, 2, last()), work(TWO, 2, last())],
    'done done done',
    'converged',
  ],
  [
    'a run has failed once: it comes back',
    [look(1, ended), work(ONE, 2, last()), work(TWO, 2, { ...ended, error })],
    'done done waiting',
    undefined,
  ],
  [
    'a run has failed twice: nobody waits any more',
    [
      look(1, ended),
      work(ONE, 2, last()),
      work(TWO, 2, { ...ended, error }),
      work(TWO, 3, { ...ended, error }),
    ],
    'done done failed',
    'failed',
  ],
  [
    'a function was ended in the middle, and the next attempt has succeeded',
    [look(1), look(2, ended), work(ONE, 3), work(ONE, 4, last()), work(TWO, 3, last())],
    'done done done',
    'converged',
  ],
])('judges a remote run of which %s', (_what, parts, states, outcome) => {
  expect(judge(...parts)).toEqual({ states, outcome });
  expect(judge(...[...parts].reverse())).toEqual({ states, outcome });
});

it('adds up what the runs over one account have done, and leaves what the last one has left', () => {
  const counts = { done: 2, failed: 1, skipped: 0, blocked: 4 };
  const first = {
    ...nothing,
    counts,
    outcome: 'changed' as const,
    blockedBy: { paused: 4 },
    isWaiting: true,
  };
  const parts = [work(ONE, 1, { ...ended, summary: first }), work(ONE, 2, last())];
  const [, account] = listPartStatus(run, parts);
  expect(account?.summary).toEqual({
    ...nothing,
    outcome: 'changed',
    counts: { ...nothing.counts, done: 2 },
  });
});

it.each<[Partial<RunSummary>, number]>([
  [{}, 0],
  [{ outcome: 'changed' }, 0],
  [{ outcome: 'held', isWaiting: true }, 2],
  [{ outcome: 'partial', isWaiting: true }, 3],
  [{ outcome: 'partial', counts: { ...nothing.counts, failed: 1 } }, 1],
  [{ outcome: 'failed' }, 1],
])('ends a run with %j as exit code %s', (fields, code) => {
  expect(toRunExit({ ...nothing, ...fields })).toBe(code);
});

it('is small enough for one item, whatever happened', () => {
  const problem = { result: 'failed' as const, place: 'arn', code: 'c', message: 'long '.repeat(1_000) };
  const problems = Array.from({ length: 1_000 }, () => problem);
  const failures = problems.map(({ code, message }) => ({ code, message }));
  expect(JSON.stringify(shortenSummary({ ...nothing, problems, failures })).length).toBeLessThan(50_000);
});
