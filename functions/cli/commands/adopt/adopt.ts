import { readDesiredState } from '../../../../shared/application/observe/observe.ts';
import type { GuardedPlan } from '../../../../shared/application/run/reconcile.ts';
import { ConfigError } from '../../../../shared/domain/kernel/errors.ts';
import { findingCatalogue } from '../../../../shared/domain/findings/finding.ts';
import { listPredecessorClaims } from '../../../../shared/domain/recording/succession.ts';
import { planPartInteractively } from '../plan/interactive-plan.ts';
import { executePlan } from '../apply/apply-plan.ts';
import type { Choice } from '../../arguments/connection-choice.ts';
import { chooseConnection } from '../../arguments/connection-choice.ts';
import { openDeployment } from '../../composition/deployment.ts';
import { transferRoles } from './hand-over.ts';
import { selectRunScope } from '../../arguments/scope-choice.ts';
import type { ExitCode, Invocation, Verb } from '../../command-line/command.ts';
import { localFlag, endUnread } from '../../command-line/command.ts';
import { displayName } from '../../../../shared/domain/azure-devops/service-connection.ts';

export const adoptVerb: Verb = (command, run) => {
  command
    .argument('<connection>', 'id, project/name, or a name that only one connection has')
    .action((typed: string) => run((invocation) => adopt(invocation, typed)));
};

/** The difference is shown whole, and nothing is taken over without a yes; what narrows is done first. */
async function adopt(invocation: Invocation, typed: string): Promise<ExitCode> {
  const deployment = await openDeployment(invocation, 'prepare');
  const desiredState = await readDesiredState(deployment.ports, deployment.configuration);
  const chosen = chooseConnection(typed, desiredState, 'listed');
  const claims = listPredecessorClaims(desiredState.desiredRoles, chosen.connectionId);
  if (claims.length > 0) return transferRoles(invocation, deployment, desiredState, chosen, claims);
  const scope = { ...selectRunScope(chosen, desiredState), asks: 'adopt' } as const;
  const planned = await planPartInteractively(deployment, desiredState, scope);
  const isAdoption = planned.changes.some(({ kind }) => kind === 'adopt');
  if (!isAdoption && planned.snapshot.plan.isPartial) return endUnread(invocation, planned.findings);
  if (!isAdoption) throw nothingToAdopt(chosen, planned, localFlag(invocation.options));
  return executePlan(invocation, deployment, planned, { before: [order], extent: 'whole' });
}

const order =
  'What is wider than the grant goes first (-); what the grant adds (+) and who is let in come last.\n';

function nothingToAdopt(
  { connectionId, references }: Choice,
  { snapshot, changes, findings }: GuardedPlan,
  flag: string,
): ConfigError {
  const where = displayName(references);
  const [role] = snapshot.desiredRoles.targets.map((target) => target.role.arn);
  const about = findings.filter(
    (found) =>
      (found.connectionId === connectionId || found.roleArn === role) && found.code.startsWith('role.'),
  );
  if (about.length > 0)
    return new ConfigError(
      about.map(({ code, message }) => ({ where, what: message, fix: findingCatalogue[code].fix })),
    );
  const isMissing = changes.some(({ target, kind }) => target === 'role' && kind === 'create');
  const what = isMissing ? 'Its role is not there yet.' : 'azfed keeps its role already.';
  const fix = isMissing
    ? `Let azfed make it: azfed apply${flag}`
    : `See: azfed explain ${connectionId}${flag}`;
  return new ConfigError([{ where, what, fix }]);
}
