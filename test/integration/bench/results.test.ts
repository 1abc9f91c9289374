import { readResults } from '../../bench/results.ts';
import { connectFunction } from '../../bench/service/invocation.ts';
import type { FunctionRow } from '../../bench/service/service.ts';
import { COUNTED, measureService } from '../../bench/service/service.ts';

const names = ['discover', 'reconcile', 'sweep'] as const;

/** What is counted; times and memory are those of a machine. */
const pickCounts = ({ reads, writes, messages, iamCalls }: FunctionRow) => ({
  reads,
  writes,
  messages,
  iamCalls,
});

describe('test/bench/results.json, from which docs/reference/benchmarks.md and the cost table are made', () => {
  it('counts what the functions take today (when not: npm run bench -- --write)', async () => {
    const { counted } = readResults();
    const today = await measureService(COUNTED, async (invocation) => {
      const troubles = await connectFunction(invocation)();
      return { cpuMs: 0, growthMb: 0, troubles };
    });
    for (const name of names)
      expect({ name, ...pickCounts(today[name]) }).toEqual({ name, ...pickCounts(counted[name]) });
  }, 300_000);

  it('says that a discovery of nothing new writes nothing and sends no message', () => {
    for (const { discover, reconcile } of readResults().service) {
      expect(discover).toMatchObject({ writes: 0, messages: 0 });
      expect(reconcile.reads).toBeLessThanOrEqual(60);
    }
  });
});
