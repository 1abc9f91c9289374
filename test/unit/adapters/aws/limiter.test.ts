import { createLimiter } from '../../../../shared/adapters/aws/limiter.ts';
import { createVirtualClock } from '../../../builders/virtual-clock.ts';

describe('the limiter of an account', () => {
  it('spaces requests of one kind, and lets the other kind pass', async () => {
    const clock = createVirtualClock(0);
    const limiter = createLimiter(clock, { reads: 5, writes: 2 });
    const times: [string, number][] = [];
    for (const kind of ['reads', 'writes', 'reads', 'reads', 'writes'] as const) {
      await limiter(kind);
      times.push([kind, clock.now()]);
    }
    expect(times).toEqual([
      ['reads', 0],
      ['writes', 0],
      ['reads', 200],
      ['reads', 400],
      ['writes', 500],
    ]);
  });

  it('saves nothing up for a burst', async () => {
    const clock = createVirtualClock(0);
    const limiter = createLimiter(clock, { reads: 5, writes: 2 });
    await limiter('reads');
    clock.advance(60_000);
    await limiter('reads');
    await limiter('reads');
    expect(clock.now()).toBe(60_200);
  });
});
