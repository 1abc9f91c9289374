import type { Webhook } from '../../shared/domain/configuration/configuration.ts';
import type { EventSender } from '../../shared/ports/queue.ts';
import { pendingEvent } from '../builders/recorded-items.ts';

/** A sender, and the receiver at its other end. */
export interface SenderUnderTest {
  readonly sender: EventSender;
  readonly webhook: Webhook;
  /** What the next attempt meets, instead of being taken. */
  answerNext(answer: number | 'hang' | 'drop'): void;
  /** Ids of the events that came, failed attempts too, oldest first. */
  arrivals(): readonly string[];
  close(): Promise<void>;
}

/** What every EventSender keeps, whatever carries the events. */
export function describeEventSender(name: string, open: () => Promise<SenderUnderTest>): void {
  describe(`${name} as an EventSender`, () => {
    const event = pendingEvent(1, { data: { reason: 'Übung' } });
    let under: SenderUnderTest;

    beforeEach(async () => {
      under = await open();
    });
    afterEach(() => under.close());

    it('brings an event to its receiver', async () => {
      expect(await under.sender.send(under.webhook, event)).toEqual({ outcome: 'delivered' });
      expect(under.arrivals()).toEqual([event.id]);
    });

    it.each([301, 400, 401, 429, 500, 503])('is refused by %i, with a reason', async (status) => {
      under.answerNext(status);
      const outcome = await under.sender.send(under.webhook, event);
      expect(outcome).toMatchObject({
        outcome: 'refused',
        reason: expect.stringContaining(`HTTP ${status}`) as string,
      });
    });

    it.each(['hang', 'drop'] as const)(
      'is refused by a receiver that would %s, and does not reject',
      async (fault) => {
        under.answerNext(fault);
        const outcome = await under.sender.send(under.webhook, event);
        expect(outcome).toMatchObject({ outcome: 'refused', reason: expect.stringMatching(/\w+/) as string });
      },
    );

    it('is told by 410 that the receiver wants no more', async () => {
      under.answerNext(410);
      expect(await under.sender.send(under.webhook, event)).toMatchObject({ outcome: 'gone' });
    });

    it('sends every attempt under the same id', async () => {
      under.answerNext(500);
      await under.sender.send(under.webhook, event);
      await under.sender.send(under.webhook, event);
      expect(under.arrivals()).toEqual([event.id, event.id]);
    });
  });
}
