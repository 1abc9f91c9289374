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
  report: RunReport,
  reading: AccountReading | undefined,
  now: number,
): void {
  const { outcome, results, plan } = report;
  const { changes, findings, snapshot } = plan;
  telemetry.add(metrics.runs, 1, { outcome });
  const numbers = {
    drift: count(changes, isDrift),
    changesDone: count(results, ({ result }) => result === 'done'),
    changesFailed: count(results, ({ result }) => result === 'failed'),
    changesHeld: count(changes, ({ decision }) => decision === 'held'),
    // Where the table did not take what was counted, all of them count: nobody has heard of them.
    severeFindings: reading?.freshSevere ?? count(findings, isUrgent),
    ...countTroubles(report),
    iamRequests: snapshot.reads.iam,
  };
  for (const [name, number] of Object.entries(numbers))
    telemetry.add(metrics[name as keyof typeof numbers], number);
  if (reading) countUnread(telemetry, reading, now);
}

/** What alarms are about that no other line says. */
export const countTroubles = ({ results, plan: { findings, trips } }: RunReport) => ({
  // A lease keeps all changes of its account from being made.
  unreadableItems:
    count(findings, ({ code }) => code === 'record.unreadable') +
    (results.some(({ error }) => isUnreadable(error)) ? 1 : 0),
  rolesDisputed: count(findings, ({ code }) => code === 'role.disputed'),
  breakersTripped: trips.length,
});

const count = <Item>(items: readonly Item[], isOne: (item: Item) => boolean): number =>
  items.filter(isOne).length;

function countUnread(telemetry: Telemetry, { item }: AccountReading, now: number): void {
  const isUnread = item.unread.length > 0;
  telemetry.add(metrics.accountsUnread, isUnread ? 1 : 0);
  telemetry.add(metrics.oldestReadingAge, computeReadingAge(item, now));
  if (isUnread) telemetry.add(metrics.accountsUnread, 1, { account: item.subject.id });
}
