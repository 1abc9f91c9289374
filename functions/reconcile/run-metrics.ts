import type { AccountReading } from '../../shared/application/records/readings.ts';
import type { RunReport } from '../../shared/application/run/reconcile.ts';
import { metrics } from '../../shared/contract/metrics.ts';
import { isUnreadable } from '../../shared/domain/kernel/errors.ts';
import { computeReadingAge, isUrgent } from '../../shared/domain/recording/reading-recording.ts';
import type { Telemetry } from '../../shared/ports/clock.ts';
import { isDrift } from '../../shared/domain/plan/change.ts';

/** What a run has come to, in numbers. Zeros are counted as well: no data means that no run was made. */
export function countRun(
  telemetry: Telemetry,
  { outcome, results, plan }: RunReport,
  reading: AccountReading | undefined,
  now: number,
): void {
  const { changes, findings, trips, snapshot } = plan;
  const count = <Item>(items: readonly Item[], isOne: (item: Item) => boolean) => items.filter(isOne).length;
  telemetry.add(metrics.runs, 1, { outcome });
  telemetry.add(metrics.drift, count(changes, isDrift));
  telemetry.add(
    metrics.changesDone,
    count(results, ({ result }) => result === 'done'),
  );
  telemetry.add(
    metrics.changesFailed,
    count(results, ({ result }) => result === 'failed'),
  );
  telemetry.add(
    metrics.changesHeld,
    count(changes, ({ decision }) => decision === 'held'),
  );
  telemetry.add(
    metrics.severeFindings,
    // Where the table did not take what was counted, all of them count: nobody has heard of them.
    reading?.freshSevere ?? count(findings, isUrgent),
  );
  telemetry.add(
    metrics.unreadableItems,
    count(findings, ({ code }) => code === 'record.unreadable') +
      // A lease keeps all changes of its account from being made.
      (results.some(({ error }) => isUnreadable(error)) ? 1 : 0),
  );
  telemetry.add(
    metrics.rolesDisputed,
    count(findings, ({ code }) => code === 'role.disputed'),
  );
  telemetry.add(metrics.breakersTripped, trips.length);
  telemetry.add(metrics.iamRequests, snapshot.reads.iam);
  if (reading) countUnread(telemetry, reading, now);
}

function countUnread(telemetry: Telemetry, { item }: AccountReading, now: number): void {
  const isUnread = item.unread.length > 0;
  telemetry.add(metrics.accountsUnread, isUnread ? 1 : 0);
  telemetry.add(metrics.oldestReadingAge, computeReadingAge(item, now));
  if (isUnread) telemetry.add(metrics.accountsUnread, 1, { account: item.subject.id });
}
