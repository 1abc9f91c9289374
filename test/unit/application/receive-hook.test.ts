import { fc } from '../../builders/fast-check.ts';
import { createMemoryHooks } from '../../doubles/memory-hooks.ts';
import { createMemoryQueue } from '../../doubles/memory-queue.ts';
import { createMemoryTelemetry } from '../../doubles/memory-telemetry.ts';
import { receiveHook } from '../../../shared/application/intake/receive-hook.ts';
import { COALESCING_MS } from '../../../shared/domain/discovery/queue-message.ts';
import type { DiscoverMessage } from '../../../shared/domain/discovery/queue-message.ts';
import { contoso } from '../../builders/configuration.ts';
import { organizationId, projectId } from '../../builders/domain-ids.ts';
import { createVirtualClock } from '../../builders/virtual-clock.ts';

const PASSWORD = 'planted-current-password';
const authorization = `Basic ${Buffer.from(`u:${PASSWORD}`).toString('base64')}`;

function openPorts() {
  const clock = createVirtualClock();
  return {
    clock,
    passwords: { read: () => Promise.resolve({ current: PASSWORD }) },
    memory: createMemoryHooks(),
    queue: createMemoryQueue<DiscoverMessage>(clock),
    telemetry: createMemoryTelemetry(),
  };
}

const makeBody = (project: number, notificationId: number) =>
  Buffer.from(
    JSON.stringify({
      eventType: 'ms.vss-endpoint.endpoint-updated',
      subscriptionId: projectId(99),
      notificationId,
      resourceContainers: { collection: { id: organizationId(1) }, project: { id: projectId(project) } },
    }),
  );

describe('hooks', () => {
  it('are at most one discovery in 30 seconds and project, even 10,000 of them in four minutes', async () => {
    const ports = openPorts();
    const begun = ports.clock.now();
    for (let number = 0; number < 10_000; number += 1) {
      const body = makeBody(number % 2, number);
      expect(await receiveHook(ports, [contoso], { authorization, body })).toBe('queued');
      ports.clock.advance(24);
    }
    const slots = Math.ceil((ports.clock.now() - begun) / COALESCING_MS) + 1;
    expect(ports.queue.messages.length).toBeLessThanOrEqual(2 * slots);
    expect(ports.queue.messages.length).toBeGreaterThanOrEqual(2 * (slots - 1));
  });

  it('are each followed by a discovery that begins after they came, whenever they come', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(60_000), { minLength: 1, maxLength: 30 }), async (gaps) => {
        const ports = openPorts();
        const began: number[] = [];
        for (const [number, gap] of gaps.entries()) {
          ports.clock.advance(gap);
          const before = ports.queue.messages.length;
          await receiveHook(ports, [contoso], { authorization, body: makeBody(1, number) });
          if (ports.queue.messages.length > before) began.push(ports.clock.now() + COALESCING_MS);
          expect(began.at(-1)).toBeGreaterThan(ports.clock.now());
        }
      }),
      { numRuns: 50 },
    );
  });
});
