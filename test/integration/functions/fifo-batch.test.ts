import type { QueueMessage } from '../../../functions/runtime/fifo-batch.ts';
import { processBatch, readMessages } from '../../../functions/runtime/fifo-batch.ts';
import { createMemoryTelemetry } from '../../doubles/memory-telemetry.ts';
import { sqsRecord } from '../../builders/sqs-records.ts';

/** Messages by their group: `a1` is the first of group a. */
const batch = readMessages({
  Records: ['a1', 'b1', 'a2', 'c1', 'b2', 'a3'].map((id) => sqsRecord(id, id.charAt(0))),
});

function run(failing: readonly string[], escapes?: (error: unknown) => boolean) {
  const telemetry = createMemoryTelemetry();
  const done: string[] = [];
  const work = async (message: QueueMessage) => {
    await Promise.resolve();
    if (failing.includes(message.messageId)) throw new Error(`planted ${message.messageId}`);
    done.push(message.messageId);
  };
  const response = processBatch(batch, work, { telemetry, ...(escapes ? { escapes } : {}) });
  return { telemetry, done, response };
}

const returned = async (response: ReturnType<typeof processBatch>) =>
  (await response).batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).sort();

describe('a batch of a FIFO queue', () => {
  it.each([
    { failing: [], back: [], worked: ['a1', 'a2', 'a3', 'b1', 'b2', 'c1'] },
    { failing: ['a1'], back: ['a1', 'a2', 'a3'], worked: ['b1', 'b2', 'c1'] },
    { failing: ['a2'], back: ['a2', 'a3'], worked: ['a1', 'b1', 'b2', 'c1'] },
    { failing: ['a3', 'b1'], back: ['a3', 'b1', 'b2'], worked: ['a1', 'a2', 'c1'] },
  ])('of which $failing fail gives back $back and nothing else', async ({ failing, back, worked }) => {
    const { response, done } = run(failing);
    expect(await returned(response)).toEqual(back);
    expect([...done].sort()).toEqual(worked);
  });

  it('keeps the order of each group', async () => {
    const { response, done } = run([]);
    await response;
    expect(done.filter((id) => id.startsWith('a'))).toEqual(['a1', 'a2', 'a3']);
  });

  it('says of each failure which message, group, and how often, in ids alone', async () => {
    const { response, telemetry } = run(['b1']);
    await response;
    expect(telemetry.lines).toEqual([
      expect.objectContaining({ level: 'error', messageId: 'b1', group: 'b', receives: 1, returned: 2 }),
    ]);
  });

  it('rejects with an error that has to be seen, after all other groups had their turn', async () => {
    const { response, done } = run(['a1'], () => true);
    await expect(response).rejects.toThrow('planted a1');
    expect([...done].sort()).toEqual(['b1', 'b2', 'c1']);
  });
});
