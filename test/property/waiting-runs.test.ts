import { noteRequests, runRequested } from '../../shared/application/run/requested-run.ts';
import type { ReconcileMessage } from '../../shared/domain/discovery/queue-message.ts';
import type { RunRequests } from '../../shared/ports/state.ts';
import { ACCOUNT } from '../builders/domain-ids.ts';
import { fc } from '../builders/fast-check.ts';

/** Somebody asks after so many turns; what a run reads and what a request takes lasts so many turns. */
interface Request {
  readonly at: number;
  readonly noteTurns: number;
  readonly sendTurns: number;
}
interface Course {
  readonly requests: readonly Request[];
  /** Of each run in turn: how long it lasts, and whether it is whole, cut short or fails. */
  readonly runs: readonly { readonly turns: number; readonly end: 'whole' | 'cut' | 'failed' }[];
}

type Alter = (requests: RunRequests, alterations: { readonly read: () => string | undefined }) => RunRequests;

/** The account's group of the queue, one worker at a time; a message that fails comes back, five times at most. */
async function simulate({ requests: asked, runs }: Course, alter: Alter = (same) => same) {
  let [turn, version] = [0, undefined as string | undefined];
  const waits: { readonly until: number; readonly wake: () => void }[] = [];
  const wait = (turns: number) =>
    new Promise<void>((wake) => {
      waits.push({ until: turn + turns, wake });
    });
  const store: RunRequests = {
    note: async (_account, request) => {
      await wait(1);
      version = request;
    },
    read: async () => {
      await wait(1);
      return version;
    },
    complete: async (_account, request) => {
      await wait(1);
      if (version === request) version = undefined;
    },
  };
  const requests = alter(store, { read: () => version });
  const queue: ReconcileMessage[] = [];
  const begun: number[] = [];
  const changedAt: number[] = [];
  let count = 0;

  async function ask({ at, noteTurns, sendTurns }: Request, index: number): Promise<void> {
    await wait(at);
    // What the run is to see is stored by now.
    const storedAt = turn;
    await wait(noteTurns);
    await noteRequests(requests, [ACCOUNT], `discovery-${index}`);
    await wait(sendTurns);
    queue.push({ account: ACCOUNT, discovery: `discovery-${index}` });
    changedAt.push(storedAt);
  }

  async function work(): Promise<void> {
    for (let receives = 1; ; receives++) {
      const [message] = queue;
      if (!message) {
        await wait(1);
        receives = 0;
        continue;
      }
      const outcome = await runRequested(requests, message, async () => {
        const start = turn;
        const { turns = 1, end = 'whole' } = runs[count++] ?? {};
        await wait(turns);
        if (end === 'failed' && receives < 5) throw new Error('later');
        if (end !== 'failed') begun.push(start);
        return { isWhole: end === 'whole' };
      }).catch(() => 'failed' as const);
      if (outcome !== 'failed') {
        queue.shift();
        receives = 0;
      }
    }
  }

  void work();
  asked.forEach((request, index) => void ask(request, index));
  for (; turn < 400; turn++) {
    for (const due of waits.filter(({ until }) => until <= turn)) {
      waits.splice(waits.indexOf(due), 1);
      due.wake();
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  return {
    lost: changedAt.filter((at) => !begun.some((start) => start >= at)),
    runs: count,
    left: queue.length,
  };
}

const few = fc.integer({ min: 0, max: 6 });
const course: fc.Arbitrary<Course> = fc.record({
  requests: fc.array(fc.record({ at: fc.integer({ min: 0, max: 60 }), noteTurns: few, sendTurns: few }), {
    minLength: 1,
    maxLength: 8,
  }),
  runs: fc.array(
    fc.record({
      turns: fc.integer({ min: 1, max: 25 }),
      end: fc.constantFrom('whole' as const, 'whole' as const, 'cut' as const, 'failed' as const),
    }),
    { maxLength: 8 },
  ),
});

describe('runs over a whole account that wait', () => {
  it('are one, and see all that was asked for before they begin', async () => {
    await fc.assert(
      fc.asyncProperty(course, async (one) => {
        expect(await simulate(one)).toMatchObject({ lost: [], left: 0 });
      }),
      { numRuns: 40 },
    );
    const burst = Array.from({ length: 20 }, (_, index) => ({ at: 2 + index, noteTurns: 0, sendTurns: 0 }));
    expect((await simulate({ requests: burst, runs: [{ turns: 40, end: 'whole' }] })).runs).toBe(2);
  });

  it.each<[string, Alter]>([
    [
      'a run completes whatever was asked for by then',
      (store, { read }) => ({ ...store, complete: (account) => store.complete(account, read() ?? '') }),
    ],
    ['a request is noted after its message', (store) => ({ ...store, note: () => Promise.resolve() })],
  ])('would be lost where %s', async (_what, alter) => {
    const found = await fc.check(
      fc.asyncProperty(course, async (one) => (await simulate(one, alter)).lost.length === 0),
      { numRuns: 200, endOnFailure: true },
    );
    expect(found.failed).toBe(true);
  });
});
