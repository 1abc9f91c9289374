import {
  LONGEST_QUIET_MS,
  continueRemoteRun,
  followRemoteRun,
  noteAttempt,
  startRemoteRun,
} from '../../../shared/application/run/remote-run.ts';
import type { AccountId, OrganizationId } from '../../../shared/domain/kernel/ids.ts';
import type { RemotePart, RemoteRun } from '../../../shared/domain/records/remote-run.ts';
import { combineSummaries } from '../../../shared/domain/records/remote-run.ts';
import type { RemoteRuns } from '../../../shared/ports/state.ts';
import type { DiscoverMessage, ReconcileMessage } from '../../../shared/domain/discovery/queue-message.ts';
import { configuration, contoso, fabrikam } from '../../builders/configuration.ts';
import { ACCOUNT } from '../../builders/domain-ids.ts';
import { createVirtualClock } from '../../builders/virtual-clock.ts';

const START = Date.parse('2026-11-22T09:00:00.000Z');
const run: RemoteRun = {
  id: 'run',
  at: '2026-11-22T09:00:00.000Z',
  organizations: ['org' as OrganizationId],
  accounts: ['111111111111' as AccountId],
};
const at = (seconds: number) => new Date(START + seconds * 1_000).toISOString();
const look: RemotePart = {
  of: 'organization',
  id: 'org' as OrganizationId,
  work: 'l',
  begunAt: at(31),
  endedAt: at(40),
};
const work: RemotePart = {
  of: 'account',
  id: '111111111111' as AccountId,
  work: 'w',
  begunAt: at(41),
  endedAt: at(95),
  isLast: true,
  summary: combineSummaries([]),
};

/** The table as it is at each moment. */
function follow(parts: readonly RemotePart[], stop = new AbortController(), stopAfter = Infinity) {
  const clock = createVirtualClock(START);
  const remoteRuns: Pick<RemoteRuns, 'read'> = {
    read: () => {
      if (clock.now() >= START + stopAfter) stop.abort();
      const now = new Date(clock.now()).toISOString();
      const entries = parts
        .filter(({ begunAt }) => begunAt <= now)
        .map(({ endedAt, ...part }) =>
          endedAt !== undefined && endedAt <= now ? { ...part, endedAt } : part,
        );
      return Promise.resolve({ run, parts: { entries, unreadable: 0 }, readUnits: 0.5 });
    },
  };
  const states: string[] = [];
  const onProgress: Parameters<typeof followRemoteRun>[2]['onProgress'] = (found) => {
    states.push(found.map(({ state }) => state).join(' '));
  };
  return followRemoteRun({ remoteRuns: remoteRuns as RemoteRuns, clock }, run.id, {
    onProgress,
    stop: stop.signal,
  }).then((followed) => ({ ...followed, states, seconds: (clock.now() - START) / 1_000 }));
}

it('follows a run to its end, tells each change once, and reads less and less often', async () => {
  const { end, states, reads, readUnits, summary } = await follow([look, work]);
  expect({ end, outcome: summary?.outcome }).toEqual({ end: 'over', outcome: 'converged' });
  expect(states).toEqual(['waiting waiting', 'running waiting', 'done waiting', 'done running', 'done done']);
  expect(reads).toBeLessThan(30);
  expect(readUnits).toBe(reads / 2);
});

it('gives up only after the longest time that a function may take, and has read the table rarely', async () => {
  const { end, seconds, reads, parts } = await follow([look]);
  expect(end).toBe('stalled');
  expect(seconds * 1_000 - 45_000).toBeGreaterThanOrEqual(LONGEST_QUIET_MS - 15_000);
  expect(reads).toBeLessThan(80);
  expect(parts.map(({ state }) => state)).toEqual(['done', 'waiting']);
});

it('ends soon after it is stopped, with what is open', async () => {
  const { end, seconds, summary } = await follow([look], undefined, 20_000);
  expect({ end, summary }).toEqual({ end: 'stopped', summary: undefined });
  expect(seconds).toBeLessThan(45);
});

it('asks the accounts once every organization was looked at, whether or not that went well', async () => {
  const clock = createVirtualClock(START);
  let head: RemoteRun | undefined;
  const notes = new Map<string, RemotePart>();
  const remoteRuns: RemoteRuns = {
    start: (started) => Promise.resolve(void (head = started)),
    note: (_id, part) => Promise.resolve(void notes.set(part.work, part)),
    read: () =>
      Promise.resolve(
        head && { run: head, parts: { entries: [...notes.values()], unreadable: 0 }, readUnits: 1 },
      ),
  };
  const looks: DiscoverMessage[] = [];
  const runs: ReconcileMessage[] = [];
  const ports = {
    remoteRuns,
    clock,
    ids: { next: () => 'run' },
    discoverQueue: {
      send: (entries: readonly { readonly message: unknown }[]) =>
        Promise.resolve(void looks.push(...entries.map(({ message }) => message as DiscoverMessage))),
    },
    reconcileQueue: {
      send: (entries: readonly { readonly message: ReconcileMessage }[]) =>
        Promise.resolve(void runs.push(...entries.map(({ message }) => message))),
    },
  };
  const world = configuration({ organizations: [contoso, fabrikam] });
  await expect(startRemoteRun(ports, world, ['999999999999' as AccountId])).rejects.toThrow(/none of/);
  await startRemoteRun(ports, world);
  expect(looks).toEqual([contoso, fabrikam].map(({ id }) => ({ organizationId: id, remote: 'run' })));
  const observeOnce = (id: OrganizationId, work: () => Promise<unknown>) =>
    noteAttempt(
      ports,
      'run',
      { of: 'organization', id, work: id, begunAt: at(1) },
      { work, describe: () => ({ unread: [] }) },
    );
  await observeOnce(contoso.id, () => Promise.resolve());
  await continueRemoteRun(ports, 'run');
  expect(runs).toEqual([]);
  await expect(observeOnce(fabrikam.id, () => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
  await continueRemoteRun(ports, 'run');
  expect(runs).toEqual([{ account: ACCOUNT, remote: 'run' }]);
  expect(notes.get(fabrikam.id)?.error?.message).toBe('gone');
});
