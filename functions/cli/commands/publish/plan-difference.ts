import type { GuardedPlan } from '../../../../shared/application/run/reconcile.ts';
import type { Configuration } from '../../../../shared/domain/configuration/configuration.ts';
import type { Finding } from '../../../../shared/domain/findings/finding.ts';
import type { GuardedChange } from '../../../../shared/domain/guard/guard.ts';
import { canonicalJson } from '../../../../shared/domain/kernel/digest.ts';
import { planInteractively } from '../plan/interactive-plan.ts';
import type { Deployment } from '../../composition/deployment.ts';

/** What another configuration would change in the plan. */
export interface PlanDifference {
  readonly added: readonly GuardedChange[];
  readonly removed: readonly GuardedChange[];
  /** Those that are new. */
  readonly findings: readonly Finding[];
  /** Something could not be read: more may differ. */
  readonly isPartial: boolean;
}

/** Plans with both, one after the other. Without a base everything is new. */
export async function comparePlans(
  deployment: Deployment,
  base: Configuration | undefined,
  proposed: Configuration,
): Promise<PlanDifference> {
  const before =
    base && (await planInteractively({ ...deployment, configuration: await deployment.resolve(base) }));
  const after = await planInteractively({ ...deployment, configuration: await deployment.resolve(proposed) });
  const known = listKeys(before);
  const wanted = listKeys(after);
  const isPartial = [before, after].some((planned) => planned?.snapshot.plan.isPartial === true);
  return {
    added: after.changes.filter((change) => !known.has(formatKey(change))),
    removed: before?.changes.filter((change) => !wanted.has(formatKey(change))) ?? [],
    findings: after.findings.filter((finding) => !known.has(canonicalJson(finding))),
    isPartial,
  };
}

/** The same change that is blocked now is another one for a reader. */
const formatKey = ({ id, decision }: GuardedChange) => `${decision} ${id}`;

const listKeys = (planned: GuardedPlan | undefined): ReadonlySet<string> =>
  new Set([...(planned?.changes.map(formatKey) ?? []), ...(planned?.findings.map(canonicalJson) ?? [])]);
