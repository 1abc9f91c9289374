import type { RunRecord } from '../../shared/domain/records/run-record.ts';
import type { RunLog } from '../../shared/ports/state.ts';
import { runRecord } from '../builders/run-record.ts';
import type { VirtualClock } from '../builders/virtual-clock.ts';

const NOW = Date.parse('2026-11-22T09:00:00.000Z');
const DAY_MS = 86_400_000;

/** What a log of runs promises, on every implementation. Every test has a log of its own. */
export function runLogContract(open: () => Promise<RunLog>, clock: VirtualClock): void {
  let log: RunLog;
  beforeEach(async () => {
    clock.set('2026-11-22T09:00:00.000Z');
    log = await open();
  });

  const at = (ms: number, fields: Partial<RunRecord> = {}) =>
    runRecord({ time: new Date(NOW + ms).toISOString(), ...fields });

  it('has nothing before the first run that did something', async () => {
    expect((await log.latest(10)).entries).toEqual([]);
  });

  it('gives back exactly what it was given, newest first, and no more than was asked for', async () => {
    const records = [3, 1, 4, 2].map((number) => at(number * 1_000, { inOrder: number }));
    for (const record of records) await log.append(record);
    expect((await log.latest(3)).entries).toStrictEqual([records[2], records[0], records[3]]);
    expect((await log.latest(10)).entries).toHaveLength(4);
  });

  it('has one entry for a run that is written twice, and two for two runs that ended at once', async () => {
    const [one, other] = [at(0, { run: { id: 'a', trigger: 'person' } }), at(0)];
    for (const record of [one, one, other]) await log.append(record);
    expect(new Set((await log.latest(10)).entries.map(({ run }) => run.id))).toEqual(
      new Set([one.run.id, other.run.id]),
    );
  });

  it('tells a run for 400 days, and then no more, though it may still lie in the table', async () => {
    await log.append(at(0));
    await log.append(at(2 * DAY_MS));
    clock.advance(400 * DAY_MS - 1_000);
    expect((await log.latest(10)).entries).toHaveLength(2);
    clock.advance(1_000);
    expect((await log.latest(10)).entries).toEqual([at(2 * DAY_MS)]);
  });
}
