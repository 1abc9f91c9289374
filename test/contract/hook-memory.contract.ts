import type { HookMemory } from '../../shared/ports/state.ts';
import { freshOrganizationId } from '../builders/recorded-items.ts';

const NOON = Date.parse('2026-11-22T12:00:00Z');
const TWO_DAYS = 48 * 3_600_000;

/** What a memory of hooks promises, on every implementation. Every test has an organization of its own. */
export function hookMemoryContract(open: () => HookMemory): void {
  const fresh = (key = '17') => ({ organizationId: freshOrganizationId(), key });

  it('knows what it remembers for 48 hours and not a moment longer', async () => {
    const notification = fresh();
    expect(await open().knows(notification, NOON)).toBe(false);
    await open().remember(notification, NOON);
    expect(await open().knows(notification, NOON)).toBe(true);
    expect(await open().knows(notification, NOON + TWO_DAYS - 1)).toBe(true);
    expect(await open().knows(notification, NOON + TWO_DAYS)).toBe(false);
  });

  it('knows it no longer for being told twice, and anew when the time was over', async () => {
    const notification = fresh();
    await open().remember(notification, NOON);
    await open().remember(notification, NOON + 1_000);
    expect(await open().knows(notification, NOON + TWO_DAYS)).toBe(false);
    await open().remember(notification, NOON + TWO_DAYS);
    expect(await open().knows(notification, NOON + TWO_DAYS + 1)).toBe(true);
  });

  it('keeps notifications and organizations apart', async () => {
    const notification = fresh();
    await open().remember(notification, NOON);
    expect(await open().knows({ ...notification, key: '18' }, NOON)).toBe(false);
    expect(await open().knows(fresh(), NOON)).toBe(false);
  });
}
