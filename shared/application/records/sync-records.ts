import type { Settlement } from '../../domain/plan/change.ts';
import { changedArn, withoutFailingOf } from '../../domain/plan/failing-changes.ts';
import { recordProviderSettled } from '../../domain/recording/provider-recording.ts';
import { recordSettled } from '../../domain/recording/recording.ts';
import { recordDeleted } from '../../domain/recording/retirement-recording.ts';
import type { Look } from '../observe/observe.ts';
import type { Records } from './records.ts';
import type { RunErrors } from './run-errors.ts';

/** Providers of which nothing is to be done any more: somebody else made or repaired them, or no role needs them. */
export async function clearProviderFailures(
  records: Records,
  { plan, providers }: Pick<Look, 'plan' | 'providers'>,
  errors: RunErrors,
): Promise<void> {
  if (plan.isPartial) return;
  const planned = new Set<string>(plan.changes.map(changedArn));
  for (const known of providers.filter((item) => item.failing && !item.unreadable && !planned.has(item.arn)))
    await errors.keep(() =>
      records.updateProvider(known.arn, (item = known) => withoutFailingOf(item, known.arn)),
    );
}

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
