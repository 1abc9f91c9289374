import type { RecordedRole } from '../records/connection-record.ts';

/** Two looks that agree that a role is gone must lie at least this far apart. */
const ABSENCE_CONFIRMATION_MS = 30_000;

/** Only two looks that lie some time apart make a role gone: one may have met a replica that was behind. */
export function wasAbsentBefore({ absentSince }: Pick<RecordedRole, 'absentSince'>, now: number): boolean {
  return absentSince !== undefined && now - Date.parse(absentSince) >= ABSENCE_CONFIRMATION_MS;
}
