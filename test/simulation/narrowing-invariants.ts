import type { RunReport } from '../../shared/application/run/reconcile.ts';
import { severityRank } from '../../shared/domain/kernel/severity.ts';
import type { GuardedChange } from '../../shared/domain/guard/guard.ts';
import type { WriteStep } from '../../shared/domain/iam/iam-operation.ts';
import type { RoleArn } from '../../shared/domain/kernel/ids.ts';
import { excess } from './objections.ts';
import type { Process } from './process.ts';
import { findGrant } from './role-write.ts';
import { listRoleRecords } from './table.ts';
import { listAllRoles } from './world.ts';
import type { World } from './world.ts';

/**
 * I17: what a run has found too wide of a role that azfed keeps is narrowed when the run ends, whatever else was held.
 * I18: above all where a breaker or a limit held it, which other people's changes can bring about.
 */
export function leftWide(world: World, process: Process, report: RunReport): readonly string[] {
  if (process.isDisturbed) return [];
  return listAllRoles(world).flatMap((role) => {
    const found = process.found.get(role.arn);
    if (found?.id !== role.id || !isKept(world, role.arn, role.id)) return [];
    const still = excess(world, process.seen ?? [], role);
    const wide = [...excess(world, process.seen ?? [], found)].filter(
      (one) => still.has(one) && !isExcused(world, report, role.arn, one),
    );
    return wide.flatMap((one) => [
      `I17 ${role.name} still has ${one} at the end of a run that saw it`,
      ...(isHeldForOthers(report, role.arn) ? [`I18 ${role.name} keeps ${one} for what others did`] : []),
    ]);
  });
}

/** I17: what a limit cuts off is never more dangerous than what it lets through of the same project. */
export function leavesWorse({ plan: { changes } }: RunReport): readonly string[] {
  const spent = changes.filter((one) => one.decision === 'allowed' && one.blockedBy === undefined);
  return changes.flatMap((one) => {
    if (one.decision !== 'held' || one.blockedBy !== 'limit-changes') return [];
    const less = spent.find(
      (other) => isAlike(one, other) && severityRank(other.severity) > severityRank(one.severity),
    );
    return less
      ? [`I17 ${getTarget(one)} (${one.severity}) waits for ${getTarget(less)} (${less.severity})`]
      : [];
  });
}

/** They share what a limit leaves to one project. */
function isAlike(one: GuardedChange, other: GuardedChange): boolean {
  const kinds = ['close', 'delete'];
  return (
    one.account === other.account &&
    !kinds.includes(other.kind) &&
    other.cause !== 'new' &&
    findProject(one) !== undefined &&
    findProject(one) === findProject(other)
  );
}

const findProject = (change: GuardedChange) =>
  change.target === 'role' ? change.bindings[0]?.references[0]?.projectId : undefined;

const getTarget = (change: GuardedChange) => (change.target === 'role' ? change.roleArn : change.providerArn);

/** Somebody is let in by the record, and the grant is there. */
function isKept(world: World, arn: RoleArn, id: string): boolean {
  const isOpen = listRoleRecords(world.table, arn).some(({ role }) => role.id === id && !role.closed);
  return isOpen && findGrant(world, arn) !== undefined && [...world.memory.made].some((made) => made === id);
}

/** What takes the width away. */
const narrowings: readonly (readonly [string, readonly WriteStep['action'][]])[] = [
  ['trust in', ['setTrust']],
  ['policy', ['detachManagedPolicy']],
  ['inline', ['putInlinePolicy', 'deleteInlinePolicy']],
  ['boundary', ['setBoundary']],
  ['sessions', ['updateRole']],
];

/** AWS refuses to take just this away. One refusal excuses nothing else. */
const isRefused = ({ refused }: World, width: string): boolean =>
  narrowings.some(([text, actions]) => width.startsWith(text) && actions.some((one) => refused.has(one)));

/** Nothing may be written there, or the outside has refused it, which was told. */
function isExcused(world: World, { plan, results }: RunReport, arn: RoleArn, width: string): boolean {
  const own = plan.changes.filter((change) => change.target === 'role' && change.roleArn === arn);
  const stops = ['mode-observe', 'paused', 'not-bootstrapped', 'not-reviewed'];
  return (
    own.some((change) => change.decision === 'held' && stops.includes(change.blockedBy)) ||
    results.some(
      ({ changeId, result, error }) =>
        result !== 'done' &&
        own.some(({ id }) => id === changeId) &&
        (error?.code !== 'permission' || isRefused(world, width)),
    )
  );
}

function isHeldForOthers({ plan }: RunReport, arn: RoleArn): boolean {
  return plan.changes.some(
    (change) =>
      change.target === 'role' &&
      change.roleArn === arn &&
      change.decision === 'held' &&
      /^(?:breaker|limit)-/.test(change.blockedBy),
  );
}
