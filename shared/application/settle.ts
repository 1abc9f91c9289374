import type { Settlement } from '../domain/change.ts';
import { recordProviderSettled } from '../domain/provider-recording.ts';
import { recordSettled } from '../domain/recording.ts';
import { recordDeleted } from '../domain/retirement-recording.ts';
import type { Records } from './records.ts';
import type { RunErrors } from './run-errors.ts';

/** Lets records catch up with what is true in IAM. A record that cannot be written stops neither others nor changes. */
export async function writeSettlements(
  records: Records,
  settlements: readonly Settlement[],
  errors: RunErrors,
  now: number,
): Promise<void> {
  for (const settlement of settlements) {
    if (settlement.target === 'provider') {
      const { arn } = settlement.recorded;
      await errors.keep(() => records.updateProvider(arn, () => recordProviderSettled(settlement, now)));
      continue;
    }
    for (const binding of settlement.bindings) {
      await errors.keep(() =>
        records.updateConnection(binding, (item) =>
          settlement.target === 'deletion'
            ? recordDeleted(item, settlement, binding, now)
            : recordSettled(item, settlement, binding, now),
        ),
      );
    }
  }
}
