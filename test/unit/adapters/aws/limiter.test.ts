import { fc } from '../../../builders/fast-check.ts';
import { createLimiter } from '../../../../shared/adapters/aws/iam-client.ts';
import { createVirtualClock } from '../../../builders/virtual-clock.ts';

describe('the limiter of an account', () => {
  it('lets as many run at once as a second may have, then waits, and lets the other kind pass', async () => {
    const clock = createVirtualClock(0);
    const limiter = createLimiter(clock, { reads: 3, writes: 1 });
    const times: [string, number][] = [];
    for (const kind of ['reads', 'writes', 'reads', 'reads', 'reads', 'writes'] as const) {
      await limiter(kind);
      times.push([kind, clock.now()]);
    }
    expect(times).toEqual([
      ['reads', 0],
      ['writes', 0],
      ['reads', 0],
      ['reads', 0],
      ['reads', 1_000],
      ['writes', 1_000],
    ]);
  });

  it('saves nothing up for a burst', async () => {
    const clock = createVirtualClock(0);
    const limiter = createLimiter(clock, { reads: 2, writes: 2 });
    await limiter('reads');
    clock.advance(60_000);
    for (let sent = 0; sent < 3; sent++) await limiter('reads');
    expect(clock.now()).toBe(61_000);
  });

  it('never lets more pass in a second than its rate, whenever they come', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(700), { minLength: 1, maxLength: 40 }), async (pauses) => {
        const clock = createVirtualClock(0);
        const limiter = createLimiter(clock, { reads: 5, writes: 2 });
        const sent: number[] = [];
        for (const pause of pauses) {
          clock.advance(pause);
          await limiter('reads');
          sent.push(clock.now());
        }
        const mostInASecond = Math.max(
          ...sent.map((from) => sent.filter((time) => time >= from && time < from + 1_000).length),
        );
        expect(mostInASecond).toBeLessThanOrEqual(5);
      }),
    );
  });
});
