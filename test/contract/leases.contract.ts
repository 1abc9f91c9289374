import type { AccountId } from '../../shared/domain/kernel/ids.ts';
import type { Lease } from '../../shared/domain/records/lease.ts';
import type { LeaseStore } from '../../shared/ports/state.ts';
import { freshAccountId } from '../builders/recorded-items.ts';

const NOON = Date.parse('2026-11-22T12:00:00Z');
const MINUTE = 60_000;

/** What a lease store promises, on every implementation. Every test has an account of its own. */
export function leasesContract(open: () => LeaseStore): void {
  const take = (account: AccountId, owner: string, now: number) =>
    open().acquire(account, owner, now, MINUTE);

  async function granted(account: AccountId, owner: string, now: number): Promise<Lease> {
    const lease = await take(account, owner, now);
    if (!lease) throw new Error(`The lease was not granted to ${owner}.`);
    return lease;
  }

  describe('a free lease', () => {
    it('is granted, and held up to its end but not at it', async () => {
      const account = freshAccountId();
      const lease = await granted(account, 'a', NOON);
      expect(lease).toEqual({ account, owner: 'a', fence: 1, until: NOON + MINUTE });
      expect(await open().isHeld(lease, NOON)).toBe(true);
      expect(await open().isHeld(lease, NOON + MINUTE - 1)).toBe(true);
      expect(await open().isHeld(lease, NOON + MINUTE)).toBe(false);
    });

    it('goes to exactly one of those who race for it', async () => {
      const account = freshAccountId();
      const answers = await Promise.all(['a', 'b', 'c', 'd'].map((owner) => take(account, owner, NOON)));
      expect(answers.filter((lease) => lease !== undefined)).toHaveLength(1);
    });

    it('is not held by one who only says so', async () => {
      const invented = { account: freshAccountId(), owner: 'a', fence: 1, until: NOON + MINUTE };
      expect(await open().isHeld(invented, NOON)).toBe(false);
    });
  });

  describe('a held lease', () => {
    it.each([0, 1, MINUTE - 1])('is refused to another owner %i ms after the grant', async (afterMs) => {
      const account = freshAccountId();
      const lease = await granted(account, 'a', NOON);
      expect(await take(account, 'b', NOON + afterMs)).toBeUndefined();
      expect(await open().isHeld(lease, NOON + afterMs)).toBe(true);
    });

    it('names its holder to who asks, and nobody once it is given back', async () => {
      const account = freshAccountId();
      expect(await open().holder(account)).toBeUndefined();
      const lease = await granted(account, 'a', NOON);
      expect(await open().holder(account)).toEqual(lease);
      await open().release(lease);
      expect(await open().holder(account)).toBeUndefined();
    });

    it('says nothing about another account', async () => {
      await granted(freshAccountId(), 'a', NOON);
      expect(await take(freshAccountId(), 'b', NOON)).toMatchObject({ owner: 'b', fence: 1 });
    });

    it('is granted to its owner again with a higher fence, and the earlier grant is over', async () => {
      const account = freshAccountId();
      const first = await granted(account, 'a', NOON);
      const second = await granted(account, 'a', NOON + 1);
      expect(second.fence).toBeGreaterThan(first.fence);
      expect(await open().isHeld(first, NOON + 1)).toBe(false);
      expect(await open().isHeld(second, NOON + 1)).toBe(true);
    });
  });

  describe('an ended lease', () => {
    it('is taken over with a higher fence, and its late holder is known as such', async () => {
      const account = freshAccountId();
      const late = await granted(account, 'a', NOON);
      const taken = await granted(account, 'b', NOON + MINUTE + 1);
      expect(taken.fence).toBeGreaterThan(late.fence);
      expect(await open().isHeld(taken, NOON + MINUTE + 1)).toBe(true);
      // The holder's own clock may still stand before the end.
      expect(await open().isHeld(late, NOON)).toBe(false);
    });

    it('goes to exactly one of those who race for it', async () => {
      const account = freshAccountId();
      await granted(account, 'a', NOON);
      const later = NOON + MINUTE + 1;
      const answers = await Promise.all(['b', 'c', 'd'].map((owner) => take(account, owner, later)));
      expect(answers.filter((lease) => lease !== undefined)).toHaveLength(1);
    });
  });

  describe('a lease that ends later than azfed could have written', () => {
    it.each([
      ['holds up to ten minutes beyond a new one, for clocks differ', 11 * MINUTE, false],
      ['holds nobody off after that', 11 * MINUTE + 1, true],
      ['holds nobody off until 2099', 73 * 365 * 24 * 60 * MINUTE, true],
    ])('%s', async (_what, durationMs, isTaken) => {
      const account = freshAccountId();
      const forged = await open().acquire(account, 'a', NOON, durationMs);
      const taken = await take(account, 'b', NOON);
      expect(taken !== undefined).toBe(isTaken);
      expect(forged && (await open().isHeld(forged, NOON))).toBe(!isTaken);
    });
  });

  describe('a release', () => {
    it('frees the lease at once and keeps the fence', async () => {
      const account = freshAccountId();
      const first = await granted(account, 'a', NOON);
      await open().release(first);
      expect(await open().isHeld(first, NOON)).toBe(false);
      const second = await granted(account, 'b', NOON);
      expect(second.fence).toBeGreaterThan(first.fence);
    });

    it('may be repeated', async () => {
      const lease = await granted(freshAccountId(), 'a', NOON);
      await open().release(lease);
      await expect(open().release(lease)).resolves.toBeUndefined();
    });

    it('does nothing when another owner has taken over', async () => {
      const account = freshAccountId();
      const stale = await granted(account, 'a', NOON);
      const current = await granted(account, 'b', NOON + MINUTE + 1);
      await open().release(stale);
      expect(await open().isHeld(current, NOON + MINUTE + 1)).toBe(true);
    });

    it('does nothing when the same owner has taken it again', async () => {
      const account = freshAccountId();
      const stale = await granted(account, 'a', NOON);
      const current = await granted(account, 'a', NOON);
      await open().release(stale);
      expect(await open().isHeld(current, NOON)).toBe(true);
    });

    it('does nothing when nobody ever held it', async () => {
      const account = freshAccountId();
      await open().release({ account, owner: 'a', fence: 1, until: NOON });
      expect(await take(account, 'b', NOON)).toMatchObject({ fence: 1 });
    });
  });
}
