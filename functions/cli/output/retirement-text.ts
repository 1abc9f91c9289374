import type { RetirementStatus } from '../../../shared/domain/migration/retirement-status.ts';

/** Days are enough for what lasts weeks. */
export function retirementText(state: string, { closedAt, dueAt, isRestorable }: RetirementStatus): string {
  if (state === 'deleted') return isRestorable ? 'deleted (restorable)' : 'deleted';
  if (state !== 'closed') return state;
  const since = `closed since ${dayText(closedAt)}`;
  return dueAt === null ? since : `${since}, to be deleted after ${dayText(dueAt)}`;
}

const dayText = (iso: string) => iso.slice(0, 10);
