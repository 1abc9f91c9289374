import type { Settlement } from '../domain/change.ts';
import { recordProviderSettled } from '../domain/provider-recording.ts';
import { recordSettled } from '../domain/recording.ts';
import { recordDeleted } from '../domain/retirement-recording.ts';
import type { Records } from './records.ts';

/** Lets records catch up with what is true in IAM. */
export async function writeSettlements(
  records: Records,
  settlements: readonly Settlement[],
  now: number,
): Promise<void> {
  for (const settlement of settlements) {
    if (settlement.target === 'provider') {
      await records.updateProvider(settlement.recorded.arn, () => recordProviderSettled(settlement, now));
      continue;
    }
    for (const binding of settlement.bindings) {
      await records.updateConnection(binding, (item) =>
        settlement.target === 'deletion'
          ? recordDeleted(item, settlement, binding, now)
          : recordSettled(item, settlement, binding, now),
      );
    }
  }
}
