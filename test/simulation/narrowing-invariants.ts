import type { PassReport } from '../../shared/application/reconcile.ts';
import type { RoleArn } from '../../shared/domain/ids.ts';
import { excess } from './objections.ts';
import type { Process } from './process.ts';
import { grantOf } from './role-write.ts';
import { recordsOf } from './table.ts';
import { rolesOf } from './world.ts';
import type { World } from './world.ts';

/**
 * I17: what a run has found too wide of a role that azfed keeps is narrowed when the run ends, whatever else was held.
 * I18: above all where a breaker or a limit held it, which other people's changes can bring about.
 */
export function leftWide(world: World, process: Process, report: PassReport): readonly string[] {
  const { plan } = report;
  if (process.isDisturbed || plan.look.plan.isPartial) return [];
  return rolesOf(world).flatMap((role) => {
    const found = process.found.get(role.arn);
    if (found?.id !== role.id || !isKept(world, role.arn, role.id) || isExcused(report, role.arn)) return [];
    const still = excess(world, process.seen ?? [], role);
    const wide = [...excess(world, process.seen ?? [], found)].filter((one) => still.has(one));
    return wide.flatMap((one) => [
      `I17 ${role.name} still has ${one} at the end of a run that saw it`,
      ...(isHeldForOthers(report, role.arn) ? [`I18 ${role.name} keeps ${one} for what others did`] : []),
    ]);
  });
}

/** Somebody is let in by the record, and the grant is there. */
function isKept(world: World, arn: RoleArn, id: string): boolean {
  const isOpen = recordsOf(world.table, arn).some(({ role }) => role.id === id && !role.closed);
  return isOpen && grantOf(world, arn) !== undefined && [...world.memory.made].some((made) => made === id);
}

/** Nothing may be written there, or the outside has refused it, which was told. */
function isExcused({ plan, results }: PassReport, arn: RoleArn): boolean {
  const own = plan.changes.filter((change) => change.target === 'role' && change.roleArn === arn);
  const stops = ['mode-observe', 'paused', 'not-bootstrapped'];
  return (
    own.some((change) => change.decision === 'held' && stops.includes(change.heldBecause)) ||
    results.some(({ changeId, result }) => result !== 'done' && own.some(({ id }) => id === changeId))
  );
}

function isHeldForOthers({ plan }: PassReport, arn: RoleArn): boolean {
  return plan.changes.some(
    (change) =>
      change.target === 'role' &&
      change.roleArn === arn &&
      change.decision === 'held' &&
      /^(?:breaker|limit)-/.test(change.heldBecause),
  );
}
