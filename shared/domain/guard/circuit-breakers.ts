import type { AbsenceCount } from '../discovery/account-slice.ts';
import { isDrift, type MissingCount, type Plan } from '../plan/change.ts';
import type { Limits } from '../configuration/configuration.ts';
import { finding, type Finding } from '../findings/finding.ts';
import { groupItems } from '../kernel/group-by.ts';
import type { AccountId, OrganizationId, ProjectId } from '../kernel/ids.ts';
import type { BreakerScope } from '../records/deployment-record.ts';

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
  const drifted = [...groupItems(roles, ({ account }) => account)].filter(([account, changes]) =>
    isTooMany(changes.length, plan.keptRoles.get(account) ?? 0, driftPercent),
  );
  return [
    ...drifted.map(([account]) => ({ of: 'drift', account }) as const),
    ...absences(plan, absencePercent),
  ];
}

/**
 * Connections are counted for each project and account, so that nobody trips the breaker of another project. That an
 * organization lost a permission shows in several of its projects at once: there each counts for a few at most, so that no
 * project trips the breaker alone.
 */
function absences({ missing, tooManyMissing }: Plan, percent: number): readonly BreakerScope[] {
  const projects = missing
    .filter((count) => isTooMany(count.missing, count.kept, percent))
    .map(
      ({ organization, project, account }) => ({ of: 'absence', organization, project, account }) as const,
    );
  const organizations = tooManyMissing ?? countAbsences(missing, percent);
  return [
    ...projects,
    ...[...organizations.keys()].map((organization) => ({ of: 'absence', organization }) as const),
  ];
}

/** The organizations of which too many connections are missing, with how many of how many that are. */
export function countAbsences(
  missing: readonly MissingCount[],
  percent: number,
): ReadonlyMap<OrganizationId, AbsenceCount> {
  const tooMany = [...groupItems(missing, ({ organization }) => organization)].filter(([, counts]) => {
    const byProject = [...groupItems(counts, ({ project }) => project).values()];
    const capped = byProject.map((those) => Math.min(ALWAYS_TOLERATED, sumCounts(those, 'missing')));
    return isTooMany(
      capped.reduce((all, one) => all + one, 0),
      sumCounts(counts, 'kept'),
      percent,
    );
  });
  return new Map(
    tooMany.map(([organization, counts]) => [
      organization,
      { missing: sumCounts(counts, 'missing'), kept: sumCounts(counts, 'kept') },
    ]),
  );
}

const sumCounts = (counts: readonly MissingCount[], what: 'missing' | 'kept') =>
  counts.reduce((all, one) => all + one[what], 0);

/** What a person is told of a breaker that trips. */
export function breakerFinding(plan: Plan, scope: BreakerScope): Finding {
  if (scope.of === 'drift') {
    const { account } = scope;
    const kept = plan.keptRoles.get(account) ?? 0;
    const message = `Too many of the ${kept} roles in account ${account} drifted at once.`;
    return finding('account.drift-breaker', message, { evidence: { account, kept } });
  }
  const { organization, project, account } = scope;
  const about = plan.missing.filter(
    (count) =>
      count.organization === organization && (project === undefined || isSamePlace(count, project, account)),
  );
  const where = project === undefined ? '' : `project ${project} in account ${account ?? ''}, `;
  const message = `Too many connections of ${where}organization ${organization} are missing at once.`;
  const whole = project === undefined ? plan.tooManyMissing?.get(organization) : undefined;
  const counts = whole ?? { missing: sumCounts(about, 'missing'), kept: sumCounts(about, 'kept') };
  const evidence = { ...scope, ...counts };
  return finding('organization.absence-breaker', message, { evidence });
}

const isSamePlace = (count: MissingCount, project: ProjectId, account: AccountId | undefined) =>
  count.project === project && count.account === account;
