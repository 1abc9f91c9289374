import { mapBounded } from '../../../../shared/adapters/azure-devops/endpoint-views.ts';
import { createRetryBudget } from '../../../../shared/adapters/azure-devops/client.ts';
import { createVirtualClock } from '../../../builders/virtual-clock.ts';

describe('the patience of a look', () => {
  const start = 1_000_000;
  const open = (maxWaitMs: number) => {
    const clock = createVirtualClock(start);
    return { clock, retryBudget: createRetryBudget(clock, maxWaitMs), waited: () => clock.now() - start };
  };

  it('waits for nothing when nobody has asked it to', async () => {
    const { retryBudget, waited } = open(0);
    expect(await retryBudget.turn()).toBe(true);
    expect(waited()).toBe(0);
  });

  it('counts time that several wait together once', async () => {
    const { retryBudget, waited } = open(10_000);
    for (let notified = 0; notified < 5; notified += 1) retryBudget.holdBack(10_000);
    expect(await Promise.all([retryBudget.turn(), retryBudget.turn(), retryBudget.turn()])).toEqual([
      true,
      true,
      true,
    ]);
    expect(waited()).toBe(10_000);
  });

  it('is not shortened by a smaller wish', async () => {
    const { retryBudget, waited } = open(10_000);
    retryBudget.holdBack(8000);
    retryBudget.holdBack(1000);
    await retryBudget.turn();
    expect(waited()).toBe(8000);
  });

  it('ends with its last millisecond, without waiting for what it has no time for', async () => {
    const { retryBudget, waited } = open(10_000);
    retryBudget.holdBack(10_000);
    expect(await retryBudget.turn()).toBe(true);
    retryBudget.holdBack(1);
    expect(await retryBudget.turn()).toBe(false);
    expect(waited()).toBe(10_000);
  });

  it('is used up by time that went by in vain', async () => {
    const { clock, retryBudget } = open(10_000);
    clock.advance(60_000);
    expect(await retryBudget.turn()).toBe(true);
    retryBudget.spend(10_001);
    expect(await retryBudget.turn()).toBe(false);
  });
});

describe('work on a few items at a time', () => {
  it.each([
    [1, 1],
    [3, 3],
    [50, 10],
  ])('has at most %i under way, and keeps the order', async (limit, most) => {
    let underWay = 0;
    let peak = 0;
    const items = Array.from({ length: 10 }, (_, index) => index);
    const results = await mapBounded(items, limit, async (item) => {
      underWay += 1;
      peak = Math.max(peak, underWay);
      for (let turn = 0; turn < 10 - item; turn += 1) await Promise.resolve();
      underWay -= 1;
      return item * 2;
    });
    expect(results).toEqual(items.map((item) => item * 2));
    expect(peak).toBe(most);
  });

  it('gives nothing for nothing', async () => {
    expect(await mapBounded([], 3, () => Promise.resolve(1))).toEqual([]);
  });
});
