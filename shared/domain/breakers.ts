import type { Plan } from './change.ts';
import type { Limits } from './configuration.ts';
import type { Finding } from './finding.ts';
import { finding } from './finding.ts';
import { groupBy } from './group-by.ts';
import type { BreakerScope } from './recorded-controls.ts';
import { isDrift } from './tell.ts';

/** A few at once are incidents of their own, however few there are in all. */
const ALWAYS_TOLERATED = 3;

const isTooMany = (count: number, all: number, percent: number) =>
  count > Math.max(ALWAYS_TOLERATED, (all * percent) / 100);

/** More drifted, or went missing, at once than the limits allow: rather a lost permission than so many single cases. */
export function trippingBreakers(
  plan: Plan,
  { driftPercent, absencePercent }: Limits,
): readonly BreakerScope[] {
  const roles = plan.changes.filter((change) => change.target === 'role' && isDrift(change));
  const drifted = [...groupBy(roles, ({ account }) => account)].filter(([account, changes]) =>
    isTooMany(changes.length, plan.keptRoles.get(account) ?? 0, driftPercent),
  );
  const absent = [...plan.missing].filter(([, { missing, kept }]) =>
    isTooMany(missing, kept, absencePercent),
  );
  return [
    ...drifted.map(([account]) => ({ of: 'drift', account }) as const),
    ...absent.map(([organization]) => ({ of: 'absence', organization }) as const),
  ];
}

/** What a person is told of a breaker that trips. */
export function breakerFinding(plan: Plan, scope: BreakerScope): Finding {
  if (scope.of === 'drift') {
    const { account } = scope;
    const kept = plan.keptRoles.get(account) ?? 0;
    const message = `Too many of the ${kept} roles in account ${account} drifted at once.`;
    return finding('account.drift-breaker', message, { evidence: { account, kept } });
  }
  const { organization } = scope;
  const message = `Too many connections of organization ${organization} are missing at once.`;
  const evidence = { organization, ...plan.missing.get(organization) };
  return finding('organization.absence-breaker', message, { evidence });
}
