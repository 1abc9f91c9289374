import { fc } from '../../../builders/fast-check.ts';
import { slowPace, startPace, takeTurn } from '../../../../shared/domain/iam/pace.ts';

/** Requests that come one after the other: how long after the one before, and whether IAM throttles it. */
const requests = fc.array(
  fc.record({
    pause: fc.oneof(fc.constant(0), fc.nat(700), fc.constant(60_000)),
    isThrottled: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, fc.constant(true)),
  }),
  { minLength: 1, maxLength: 60 },
);

describe('the pace of an account', () => {
  it('saves up the turns of half a second at most, and lets no more than these pass in a second beside its rate', () => {
    fc.assert(
      fc.property(requests, fc.integer({ min: 1, max: 50 }), (list, start) => {
        let pace = startPace(start);
        let askedAt = 0;
        const sent: { readonly at: number; readonly rate: number }[] = [];
        for (const { pause, isThrottled } of list) {
          askedAt = Math.max(askedAt, sent.at(-1)?.at ?? 0) + pause;
          const sentAt = Math.max(askedAt, pace.nextTurn);
          pace = takeTurn(pace, { askedAt, sentAt });
          sent.push({ at: sentAt, rate: pace.rate });
          if (isThrottled) pace = slowPace(pace, sentAt, sentAt);
        }
        for (const { at: from } of sent) {
          const second = sent.filter(({ at }) => at >= from && at < from + 1_000);
          expect(second.length).toBeLessThan(1.5 * Math.max(...second.map(({ rate }) => rate)) + 1);
        }
      }),
    );
  });

  it('sends nothing for a second after IAM has throttled a request, however long nobody has asked', () => {
    fc.assert(
      fc.property(requests, fc.integer({ min: 1, max: 50 }), (list, start) => {
        let pace = startPace(start);
        let now = 0;
        for (const { pause, isThrottled } of list) {
          const askedAt = now + pause;
          now = Math.max(askedAt, pace.nextTurn);
          pace = takeTurn(pace, { askedAt, sentAt: now });
          if (!isThrottled) continue;
          pace = slowPace(pace, now, now);
          expect(pace.nextTurn).toBeGreaterThanOrEqual(now + 1_000);
        }
      }),
    );
  });
});
