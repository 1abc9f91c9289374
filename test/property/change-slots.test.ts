import { createFifoQueue } from '../../infra/local/queues/fifo-queue.ts';
import {
  createIamChangeReceiver,
  forwardChanges,
} from '../../shared/application/intake/receive-iam-change.ts';
import type { ChangesMessage, ReconcileMessage } from '../../shared/domain/discovery/queue-message.ts';
import { COALESCING_MS, changesSlot } from '../../shared/domain/discovery/queue-message.ts';
import type { DiscoverQueue } from '../../shared/ports/queue.ts';
import type { ChangeNotes } from '../../shared/ports/state.ts';
import { configuration } from '../builders/configuration.ts';
import { ACCOUNT } from '../builders/domain-ids.ts';
import { fc } from '../builders/fast-check.ts';
import { createMemoryActors } from '../doubles/memory-actors.ts';
import { createMemoryTelemetry } from '../doubles/memory-telemetry.ts';

const START = Date.parse('2026-11-22T09:00:00Z');
const POLL_MS = 500;

/** A change, after so many milliseconds, and how long the table and the queue take for it. */
interface Arrival {
  readonly at: number;
  readonly role: string;
  readonly noteMs: number;
  readonly sendMs: number;
}

interface Mishap {
  /** Of the queue. */
  readonly delaySeconds?: number;
  /** The slot is that in which the event came, whenever the note was there. */
  readonly hasStaleClock?: boolean;
  /** The note is there only when the message was sent. */
  readonly notesLast?: boolean;
}

interface Forwarded {
  readonly at: number;
  readonly slot: number;
  readonly roles: readonly string[] | undefined;
}

/** Waits that end in the order of their time, and everything that follows from one before the next. */
function createTimeline() {
  const timers: { readonly at: number; readonly wake: () => void }[] = [];
  let now = START;
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    now: () => now,
    wait: (milliseconds: number) =>
      new Promise<void>((wake) => {
        timers.push({ at: now + milliseconds, wake });
      }),
    async run(end: number) {
      for (;;) {
        await turn();
        timers.sort((one, other) => one.at - other.at);
        const next = timers.shift();
        if (!next || next.at > end) return;
        now = Math.max(now, next.at);
        next.wake();
      }
    },
  };
}

/** The receiver and the forwarder as they are, on a queue as the embedded one is, in time of their own. */
async function simulate(arrivals: readonly Arrival[], mishap: Mishap = {}): Promise<readonly Forwarded[]> {
  const time = createTimeline();
  const forwarded: Forwarded[] = [];
  const settings = { visibilitySeconds: 330, isContentDeduplicated: false };
  const queue = createFifoQueue(
    { ...settings, delaySeconds: mishap.delaySeconds ?? COALESCING_MS / 1_000 },
    () => undefined,
  );
  const noted = new Map<number, Set<string>>();
  const list: ChangeNotes['list'] = (_account, slot) => Promise.resolve([...(noted.get(slot) ?? [])]);

  async function receive({ at, role, noteMs, sendMs }: Arrival): Promise<void> {
    await time.wait(at);
    const [arrivedAt, late] = [time.now(), [] as (() => void)[]];
    const write = (slot: number, name: string) => noted.set(slot, (noted.get(slot) ?? new Set()).add(name));
    const changes: ChangeNotes = {
      async note(_account, slot, name = 'ALL') {
        await time.wait(noteMs);
        if (mishap.notesLast) late.push(() => write(slot, name));
        else write(slot, name);
      },
      list,
    };
    const discoverQueue: DiscoverQueue = {
      async send(entries) {
        await time.wait(sendMs);
        for (const { message, key } of entries)
          queue.send({ body: JSON.stringify(message), group: ACCOUNT, deduplicationId: key }, time.now());
      },
    };
    const clock = { now: () => (mishap.hasStaleClock ? arrivedAt : time.now()), sleep: time.wait };
    const receiver = createIamChangeReceiver(
      {
        ...{ clock, changes, queue: discoverQueue, telemetry: createMemoryTelemetry() },
        actors: createMemoryActors(clock),
        partitions: { readAccount: () => Promise.resolve({ slices: [], recorded: [], providers: [] }) },
      },
      configuration(),
    );
    const record = {
      ...{ eventSource: 'iam.amazonaws.com', eventName: 'TagRole', eventID: `${role} ${at}` },
      ...{ recipientAccountId: ACCOUNT, eventTime: new Date(arrivedAt).toISOString() },
      userIdentity: { arn: `arn:aws:iam::${ACCOUNT}:user/ops` },
      requestParameters: { roleName: role },
    };
    await receiver({ sender: ACCOUNT, record });
    await time.wait(sendMs);
    for (const write of late) write();
  }

  async function poll(): Promise<void> {
    for (;;) {
      const [message] = queue.receive(1, time.now());
      if (message) {
        const changes = JSON.parse(message.body) as ChangesMessage;
        const send = (entries: readonly { readonly message: ReconcileMessage }[]) => {
          for (const { message: sent } of entries)
            forwarded.push({ at: time.now(), slot: changes.changes, roles: sent.roles });
          return Promise.resolve();
        };
        await forwardChanges(
          { changes: { note: () => Promise.resolve(), list }, reconcileQueue: { send } },
          changes,
        );
        queue.remove(message.handle, time.now());
      } else await time.wait(POLL_MS);
    }
  }

  void poll();
  for (const arrival of arrivals) void receive(arrival);
  await time.run(START + 300_000);
  return forwarded;
}

/** A run reads IAM after its message was sent: what it says was changed before is seen. */
const listLost = (arrivals: readonly Arrival[], forwarded: readonly Forwarded[]) =>
  arrivals.filter(
    ({ at, role }) => !forwarded.some((one) => one.at >= START + at && one.roles?.includes(role)),
  );

const duration = (max: number) =>
  fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max }));
const arrivals = fc.array(
  fc.record({
    at: fc.integer({ min: 0, max: 90_000 }),
    role: fc.integer({ min: 1, max: 20 }).map((number) => `role-${number}`),
    // The function ends after 30 seconds, and its event comes again.
    noteMs: duration(20_000),
    sendMs: duration(45_000),
  }),
  { minLength: 1, maxLength: 12 },
);

describe('changes of IAM in slots', () => {
  it('each lead to a message that names the role, sent after the change, and one for a slot', async () => {
    await fc.assert(
      fc.asyncProperty(arrivals, async (all) => {
        const forwarded = await simulate(all);
        expect(listLost(all, forwarded)).toEqual([]);
        // The queue forgets a key after five minutes, which is longer than any of these takes.
        const slots = forwarded.map(({ slot }) => slot);
        expect(new Set(slots).size).toBe(slots.length);
      }),
      { numRuns: 40 },
    );
  });

  it.each<[string, Mishap]>([
    ['the queue has no delay', { delaySeconds: 0 }],
    ['the delay is shorter than a slot', { delaySeconds: 15 }],
    ['the slot is chosen before the note is there', { hasStaleClock: true }],
    ['the note follows the message', { notesLast: true }],
  ])('would be lost where %s', async (_what, mishap) => {
    const found = await fc.check(
      fc.asyncProperty(arrivals, async (all) => listLost(all, await simulate(all, mishap)).length === 0),
      { numRuns: 200, endOnFailure: true },
    );
    expect(found.failed).toBe(true);
  });

  it('in a burst are one message with all names', async () => {
    const burst = Array.from({ length: 100 }, (_, index) => ({
      ...{ at: index * 100, role: `role-${index}`, noteMs: 5, sendMs: 10 },
    }));
    const forwarded = await simulate(burst);
    expect(forwarded).toHaveLength(1);
    expect(forwarded[0]).toMatchObject({ slot: changesSlot(START) });
    expect(forwarded[0]?.roles).toHaveLength(100);
  });
});
