import type { RunRecord } from '../../shared/domain/records/run-record.ts';
import { ACCOUNT } from './domain-ids.ts';

/** A run that put one drift right. */
export function runRecord(fields: Partial<RunRecord> = {}): RunRecord {
  return {
    run: { id: 'run-1', trigger: 'schedule' },
    time: '2026-11-22T09:00:00.000Z',
    accounts: [ACCOUNT],
    inOrder: 9,
    drifted: 1,
    deeds: { repaired: 1, created: 0, changed: 0, closed: 0, held: 0, failed: 0 },
    ...fields,
  };
}
