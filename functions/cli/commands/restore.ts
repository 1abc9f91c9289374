import { readDesiredState, type DesiredState } from '../../../shared/application/observe/observe.ts';
import { ConfigError } from '../../../shared/domain/kernel/errors.ts';
import { findingCatalogue } from '../../../shared/domain/findings/finding.ts';
import { splitRoleArn } from '../../../shared/domain/kernel/arn.ts';
import type { RunScope } from '../../../shared/domain/desired/scope.ts';
import { listClaims, type RecordedRole } from '../../../shared/domain/records/connection-record.ts';
import { planPartInteractively } from './plan/interactive-plan.ts';
import { executePlan } from './apply/apply-plan.ts';
import { chooseConnection, type Choice } from '../arguments/connection-choice.ts';
import { openDeployment } from '../composition/deployment.ts';
import { localFlag, endUnread, type ExitCode, type Invocation, type Verb } from '../command-line/command.ts';
import { displayName } from '../../../shared/domain/azure-devops/service-connection.ts';

export const restoreVerb: Verb = (command, run) => {
  command
    .argument('<connection>', 'id, project/name, or a name that only one connection has')
    .action(run(restore));
};

/** From the snapshot that was taken before the deletion. Nobody is let in by it. */
async function restore(invocation: Invocation, typed: string): Promise<ExitCode> {
  const deployment = await openDeployment(invocation, 'change');
  const desiredState = await readDesiredState(deployment.ports, deployment.configuration);
  const chosen = chooseConnection(typed, desiredState);
  const flag = localFlag(invocation.options);
  const planned = await planPartInteractively(
    deployment,
    desiredState,
    selectDeletedRole(chosen, desiredState, flag),
  );
  const refusals = [...planned.snapshot.plan.roles.values()].flatMap(({ refusal }) =>
    refusal?.reason === 'not-restorable' ? refusal.finding : [],
  );
  const where = displayName(chosen.references);
  if (refusals.length > 0)
    throw new ConfigError(
      refusals.map(({ code, message }) => ({ where, what: message, fix: findingCatalogue[code].fix })),
    );
  if (planned.changes.length === 0 && planned.snapshot.plan.isPartial)
    return endUnread(invocation, planned.findings);
  if (planned.changes.length === 0)
    throw new ConfigError({
      where,
      what: 'A role of that name is there again.',
      fix: `See: azfed status${flag}`,
    });
  const before = ['It is made again from what was kept of it before it was deleted; nobody is let in.\n'];
  const after = [
    'The role stays closed. It opens when its connection asks for it again and a second person approves:',
    `  azfed plan${flag}, azfed approve <plan id>${flag}, azfed apply${flag}`,
  ];
  return executePlan(invocation, deployment, planned, { before, isWhole: true, after });
}

/**
 * The one that is to come back: what was restored already comes after what was not, the last deleted first. Throws
 * ConfigError when azfed has deleted none, or its connection asks for it again, which makes it anew.
 */
function selectDeletedRole(
  { connectionId, references }: Choice,
  { recorded, desiredRoles }: DesiredState,
  flag: string,
): RunScope {
  const where = displayName(references);
  const deleted = recorded
    .filter((item) => item.connectionId === connectionId)
    .flatMap((item) => listClaims(item).map(({ role }) => role))
    .filter(({ snapshot, deletedAt }) => snapshot !== undefined && deletedAt !== undefined);
  if (deleted.length === 0)
    throw new ConfigError({
      where,
      what: 'azfed has deleted no role of it.',
      fix: `See: azfed status${flag}`,
    });
  const requested = new Set(desiredRoles.targets.flatMap(({ role, grant }) => (grant ? [role.arn] : [])));
  const [last] = deleted.filter(({ arn }) => !requested.has(arn)).sort(byDeletion);
  if (!last)
    throw new ConfigError({
      where,
      what: 'It asks for its role again, which is made anew from its grant.',
      fix: `Run: azfed apply${flag}`,
    });
  const { account, name } = splitRoleArn(last.arn);
  return { account, roles: [name], asks: 'restore' };
}

function byDeletion(a: RecordedRole, b: RecordedRole): number {
  const [isDone, isOtherDone] = [a, b].map(({ restoredAt }) => restoredAt !== undefined);
  return Number(isDone) - Number(isOtherDone) || (b.deletedAt ?? 0) - (a.deletedAt ?? 0);
}
