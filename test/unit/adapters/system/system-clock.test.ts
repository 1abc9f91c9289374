import { systemClock } from '../../../../shared/adapters/system/system-clock.ts';

describe('the clock of the system', () => {
  it('tells the time of this machine', () => {
    const before = Date.now();
    const now = systemClock.now();
    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(Date.now());
  });

  it('sleeps for as long as it is asked to', async () => {
    const before = performance.now();
    await systemClock.sleep(20);
    // Timers may fire up to a millisecond early (Node.js, timers).
    expect(performance.now() - before).toBeGreaterThanOrEqual(19);
  });
});
