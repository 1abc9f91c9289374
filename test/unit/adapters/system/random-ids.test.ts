import { randomIds } from '../../../../shared/adapters/system/system-clock.ts';

describe('random ids', () => {
  it('are letters and digits, 128 bits of them', () => {
    expect(randomIds.next()).toMatch(/^[0-9a-f]{32}$/);
  });

  it('do not repeat', () => {
    const ids = Array.from({ length: 1000 }, () => randomIds.next());
    expect(new Set(ids).size).toBe(ids.length);
  });
});
