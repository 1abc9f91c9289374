import type { RecordSync } from '../../domain/plan/change.ts';
import { changedArn, withoutFailingOf } from '../../domain/plan/failing-changes.ts';
import { recordProviderSynced } from '../../domain/recording/provider-recording.ts';
import { recordSynced } from '../../domain/recording/recording.ts';
import { recordDeleted } from '../../domain/recording/retirement-recording.ts';
import type { Snapshot } from '../observe/observe.ts';
import type { Records } from './records.ts';
import type { RunErrors } from './run-errors.ts';

/** Providers of which nothing is to be done any more: somebody else made or repaired them, or no role needs them. */
export async function clearProviderFailures(
  records: Records,
  { plan, providers }: Pick<Snapshot, 'plan' | 'providers'>,
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
export async function writeRecordSyncs(
  records: Records,
  recordSyncs: readonly RecordSync[],
  errors: RunErrors,
  now: number,
): Promise<void> {
  for (const recordSync of recordSyncs) {
    if (recordSync.target === 'provider') {
      const { arn } = recordSync.recorded;
      await errors.keep(() => records.updateProvider(arn, () => recordProviderSynced(recordSync, now)));
      continue;
    }
    for (const binding of recordSync.bindings) {
      await errors.keep(() =>
        records.updateConnection(binding, (item) =>
          recordSync.target === 'deletion'
            ? recordDeleted(item, recordSync, binding, now)
            : recordSynced(item, recordSync, binding, now),
        ),
      );
    }
  }
}
