import type { DiscoverMessage } from '../../shared/domain/discovery/queue-message.ts';
import type { DiscoverQueue } from '../../shared/ports/queue.ts';
import { organizationId, projectId } from '../builders/domain-ids.ts';
import type { VirtualClock } from '../builders/virtual-clock.ts';

export interface QueueUnderTest {
  readonly queue: DiscoverQueue;
  /** What it holds, in order. */
  readonly messages: () => readonly DiscoverMessage[];
}

/** What a queue promises, on every implementation. Every test has a queue of its own. */
export function queueContract(open: () => QueueUnderTest, clock: VirtualClock): void {
  const project = (number: number) => ({ organizationId: organizationId(1), projectId: projectId(number) });
  const entries = (...keys: readonly string[]) =>
    keys.map((key, index) => ({ message: project(index), key }));

  it('holds what it was sent, in the order of sending, over more than one batch', async () => {
    const { queue, messages } = open();
    const sent = Array.from({ length: 23 }, (_gap, index) => ({ message: project(index), key: `k${index}` }));
    await queue.send(sent);
    expect(messages()).toEqual(sent.map(({ message }) => message));
  });

  it('says nothing of a project when none is meant', async () => {
    const { queue, messages } = open();
    await queue.send([{ message: { organizationId: organizationId(1) }, key: 'whole' }]);
    expect(messages()).toStrictEqual([{ organizationId: organizationId(1) }]);
  });

  it('takes one key once in five minutes, whatever the message, and again after that', async () => {
    const { queue, messages } = open();
    await queue.send(entries('a', 'a', 'b'));
    clock.advance(5 * 60_000 - 1);
    await queue.send(entries('a', 'b'));
    expect(messages()).toEqual([project(0), project(2)]);
    clock.advance(1);
    await queue.send(entries('b'));
    expect(messages()).toEqual([project(0), project(2), project(0)]);
  });

  it('is content with nothing to send', async () => {
    const { queue, messages } = open();
    await queue.send([]);
    expect(messages()).toEqual([]);
  });
}
