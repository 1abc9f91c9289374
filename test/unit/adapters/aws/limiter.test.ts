import { IAMServiceException } from '@aws-sdk/client-iam';
import { createTokenBuckets } from '../../../../infra/local/aws/protocol/token-buckets.ts';
import { createLimiter } from '../../../../shared/adapters/aws/limiter.ts';
import type { Rates } from '../../../../shared/domain/iam/pace.ts';
import { TransientError } from '../../../../shared/domain/kernel/errors.ts';
import type { AccountId } from '../../../../shared/domain/kernel/ids.ts';
import type { Clock } from '../../../../shared/ports/clock.ts';
import type { RateStore } from '../../../../shared/ports/rates.ts';
import { createEventClock } from '../../../builders/event-clock.ts';
import { createVirtualClock } from '../../../builders/virtual-clock.ts';

const ACCOUNT = '111111111111' as AccountId;
const LATENCY_MS = 25;
const ok = () => Promise.resolve('done');

const throttling = () =>
  new IAMServiceException({
    name: 'Throttling',
    message: 'Rate exceeded',
    $fault: 'client',
    $metadata: { httpStatusCode: 400 },
  });

/** A store in memory, with what was remembered last. */
function createStore(remembered?: Partial<Rates>) {
  const store = {
    remembered,
    recall: () => Promise.resolve(store.remembered),
    remember: (_account: AccountId, rates: Rates) => {
      store.remembered = rates;
      return Promise.resolve();
    },
  };
  return store;
}

/** IAM with one bucket for an account: who calls, and how much of it was refused. */
function createIam(clock: Clock, limit = { perSecond: 20, burst: 50 }) {
  const takeToken = createTokenBuckets(limit);
  const counts = new Map<string, { calls: number; throttled: number }>();
  const call = async (who: string) => {
    await clock.sleep(LATENCY_MS);
    const count = counts.get(who) ?? { calls: 0, throttled: 0 };
    counts.set(who, count);
    count.calls += 1;
    if (takeToken(ACCOUNT, clock.now())) return;
    count.throttled += 1;
    throw throttling();
  };
  const refusedShare = (who: string) => {
    const { calls, throttled } = counts.get(who) ?? { calls: 1, throttled: 0 };
    return throttled / calls;
  };
  return { call, refusedShare };
}

/** So many writes, fifty under way at once, each until it is taken. Gives the seconds that it took. */
async function writeAll(
  clock: Clock,
  writes: number,
  iam: Pick<ReturnType<typeof createIam>, 'call'>,
  perSecond = 0,
  rates?: RateStore,
) {
  const limiter = createLimiter(ACCOUNT, { clock, ...(rates ? { rates } : {}) });
  const begun = clock.now();
  let left = writes;
  let isOver = false;
  const work = async () => {
    while (left > 0) {
      left -= 1;
      for (let isTaken = false; !isTaken;)
        isTaken = await limiter('writes', () => iam.call('azfed')).then(
          () => true,
          () => false,
        );
    }
  };
  const others = async () => {
    while (!isOver) {
      await clock.sleep(1_000 / perSecond);
      await iam.call('others').catch(() => undefined);
    }
  };
  const other = perSecond > 0 ? others() : undefined;
  await Promise.all(Array.from({ length: 50 }, work));
  const seconds = (clock.now() - begun) / 1_000;
  isOver = true;
  await other;
  return seconds;
}

describe('the limiter of an account', () => {
  it.each([
    { roles: 100, others: 0 },
    { roles: 1_000, others: 0 },
    { roles: 100, others: 5 },
    { roles: 1_000, others: 5 },
  ])(
    'finds out how fast IAM takes 3 writes for each of $roles roles, beside $others calls a second of others',
    async ({ roles, others }) => {
      const clock = createEventClock();
      const iam = createIam(clock);
      const seconds = await writeAll(clock, 3 * roles, iam, others);
      const floor = (3 * roles - 50) / (20 - others);
      expect(seconds / floor).toBeLessThan(1.2);
      expect(iam.refusedShare('azfed')).toBeLessThan(0.02);
      expect(iam.refusedShare('others')).toBeLessThan(0.05);
    },
  );

  it('goes on where IAM takes hardly anything, and takes more where it can', async () => {
    const [slow, fast] = [createEventClock(), createEventClock()];
    const little = createIam(slow, { perSecond: 1, burst: 2 });
    expect(await writeAll(slow, 60, little)).toBeLessThan(1.3 * 58);
    expect(await writeAll(fast, 3_000, createIam(fast, { perSecond: 1_000, burst: 1_000 }))).toBeLessThan(70);
  });

  it('lets requests of one kind wait in the order in which they came, and the other kind pass', async () => {
    const clock = createEventClock();
    const limiter = createLimiter(ACCOUNT, { clock });
    const sent: string[] = [];
    const send = (name: string) => () => {
      sent.push(clock.now() === 0 ? `${name} at once` : name);
      return Promise.resolve();
    };
    await Promise.all([
      ...Array.from({ length: 9 }, (_, index) => limiter('writes', send(`write ${index}`))),
      limiter('reads', send('read')),
    ]);
    // The turns of half a second are there at first.
    const first = Array.from({ length: 6 }, (_, index) => `write ${index} at once`);
    expect(sent.filter((line) => line.startsWith('write'))).toEqual([
      ...first,
      'write 6',
      'write 7',
      'write 8',
    ]);
    expect(sent.indexOf('read at once')).toBeLessThan(sent.indexOf('write 6'));
  });

  it('starts with what an earlier process has found out, and remembers what it finds out', async () => {
    const clock = createVirtualClock(0);
    const store = createStore({ reads: 3, writes: 20 });
    const limiter = createLimiter(ACCOUNT, { clock, rates: store });
    await expect(limiter('writes', () => Promise.reject(throttling()))).rejects.toThrow('Rate exceeded');
    expect(store.remembered).toEqual({ reads: 3, writes: 14 });
  });

  it.each([
    ['too fast', { reads: 1e9, writes: 1e9 }],
    ['too slow', { reads: 0, writes: -1 }],
    ['no number', { reads: Number.NaN, writes: Number.NaN }],
    ['nothing', undefined],
  ])('starts at ten a second where %s is remembered', async (_what, remembered) => {
    const clock = createVirtualClock(0);
    const store = createStore(remembered);
    const limiter = createLimiter(ACCOUNT, { clock, rates: store });
    for (let sent = 0; sent < 6; sent++) await limiter('writes', ok);
    expect(clock.now()).toBe(0);
    await limiter('writes', ok);
    expect(clock.now()).toBe(100);
    await expect(limiter('writes', () => Promise.reject(throttling()))).rejects.toThrow('Rate exceeded');
    expect(store.remembered?.reads).toBe(10);
  });

  it('does without its memory where the table does not answer', async () => {
    const away = () => Promise.reject(new TransientError('state.unavailable', 'planted'));
    const limiter = createLimiter(ACCOUNT, {
      clock: createVirtualClock(0),
      rates: { recall: away, remember: away },
    });
    await expect(limiter('reads', ok)).resolves.toBe('done');
    await expect(limiter('reads', () => Promise.reject(throttling()))).rejects.toThrow('Rate exceeded');
  });
});

describe('the memory of the rate', () => {
  /** What a process sends in its first second, after an earlier one has found out that IAM takes two writes a second. */
  async function countFirstSecond(alter: (store: RateStore) => RateStore = (same) => same): Promise<number> {
    const clock = createEventClock();
    const rates = alter(createStore());
    await writeAll(clock, 100, createIam(clock, { perSecond: 2, burst: 2 }), 0, rates);
    const limiter = createLimiter(ACCOUNT, { clock, rates });
    const end = clock.now() + 1_000;
    const sent = await Promise.all(
      Array.from({ length: 40 }, () => limiter('writes', () => Promise.resolve(clock.now()))),
    );
    return sent.filter((at) => at < end).length;
  }

  it('lets the next process begin as slowly as IAM has asked for', async () => {
    expect(await countFirstSecond()).toBeLessThan(6);
  });

  it.each<[string, (store: RateStore) => RateStore]>([
    [
      'takes it for no limit',
      (store) => ({ ...store, recall: () => Promise.resolve({ reads: 50, writes: 50 }) }),
    ],
    ['never lowers it', (store) => ({ ...store, remember: () => Promise.resolve() })],
  ])('is of no use to a product that %s', async (_what, alter) => {
    expect(await countFirstSecond(alter)).toBeGreaterThan(10);
  });
});
