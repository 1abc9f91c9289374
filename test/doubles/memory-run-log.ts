import { HISTORY_DAYS } from '../../shared/contract/table-keys.ts';
import type { RunRecord } from '../../shared/domain/records/run-record.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { RunLog } from '../../shared/ports/state.ts';
import { frozenCopy } from './frozen-copy.ts';
import { toPromise } from './promise-of.ts';

const HISTORY_MS = HISTORY_DAYS * 86_400_000;

export function createMemoryRunLog(clock: Clock): RunLog {
  const records = new Map<string, RunRecord>();
  return {
    append: (record) =>
      toPromise(() => {
        records.set(`${record.time}#${record.run.id}`, frozenCopy(record));
      }),
    latest: (most) =>
      toPromise(() => ({
        entries: [...records]
          .filter(([, { time }]) => Date.parse(time) > clock.now() - HISTORY_MS)
          .sort(([a], [b]) => (a < b ? 1 : -1))
          .slice(0, most)
          .map(([, record]) => record),
        unreadable: 0,
      })),
  };
}
