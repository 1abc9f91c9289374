import { attribute } from '../../../../shared/application/attribution/attribute.ts';
import { addBoundaryFindings } from '../../../../shared/application/checks/boundary-cuts.ts';
import { addReachedFindings } from '../../../../shared/application/checks/reached-roles.ts';
import type { Snapshot, DesiredState } from '../../../../shared/application/observe/observe.ts';
import { observe, observeDesiredState } from '../../../../shared/application/observe/observe.ts';
import type { GuardedPlan } from '../../../../shared/application/run/reconcile.ts';
import { guardSnapshot } from '../../../../shared/application/run/reconcile.ts';
import type { Configuration } from '../../../../shared/domain/configuration/configuration.ts';
import type { Finding } from '../../../../shared/domain/findings/finding.ts';
import { isConverged } from '../../../../shared/domain/findings/finding.ts';
import { isAllowed } from '../../../../shared/domain/guard/guard.ts';
import type { Initiator } from '../../../../shared/domain/guard/controls.ts';
import type { RunScope } from '../../../../shared/domain/desired/scope.ts';
import type { PlanDocument } from '../../../../shared/domain/guard/plan-document.ts';
import { planDocument } from '../../../../shared/domain/guard/plan-document.ts';
import type { Person, RecordedControls } from '../../../../shared/domain/records/deployment-record.ts';
import type { Deployment } from '../../composition/deployment.ts';

/** What a person at the keyboard has before them. */
export interface View {
  readonly snapshot: Snapshot;
  readonly controls: RecordedControls;
  /** Who they are, where that can be told. */
  readonly actor: Person | undefined;
}

export async function observeInteractively({ ports, configuration }: Deployment): Promise<View> {
  const [snapshot, controls, actor] = await Promise.all([
    observe(ports, configuration).then((seen) => addForesight(ports, configuration, seen)),
    ports.state.readControls(),
    ports.callers.caller(),
  ]);
  return { snapshot, controls, actor };
}

/** What a person has to know before roles go, are made again, or get a boundary. */
async function addForesight(
  ports: Pick<Deployment['ports'], 'accounts' | 'clock'>,
  configuration: Configuration,
  seen: Snapshot,
): Promise<Snapshot> {
  const withReached = await addReachedFindings(ports.accounts, configuration, seen);
  return addBoundaryFindings(ports, configuration, withReached);
}

/** A part of what there is, after a sketch, and what they ask for there. */
export async function planPartInteractively(
  deployment: Deployment,
  desiredState: DesiredState,
  scope: RunScope,
): Promise<GuardedPlan> {
  const { ports, configuration } = deployment;
  const [snapshot, controls, actor] = await Promise.all([
    observeDesiredState(ports, desiredState, scope).then((seen) => addForesight(ports, configuration, seen)),
    ports.state.readControls(),
    ports.callers.caller(),
  ]);
  const sight = { snapshot, controls, actor };
  return guardView(deployment, sight, toInitiator(actor), scope);
}

const toInitiator = (actor: Person | undefined, max?: number): Initiator => ({
  trigger: 'person',
  ...(actor === undefined ? {} : { actor }),
  ...(max === undefined ? {} : { max }),
});

/** What of it may be done, asked for by them or by somebody else. */
export function guardView(
  { ports, configuration }: Deployment,
  sight: View,
  initiator: Initiator,
  scope?: RunScope,
): GuardedPlan {
  const { limits, denyWindows } = configuration;
  const rules = { initiator, controls: sight.controls, limits, denyWindows, now: ports.clock.now() };
  return guardSnapshot(sight.snapshot, rules, scope);
}

/**
 * A person who asks has seen the plan before anything is done: only what a person must not override is held, and what is
 * more than the `max` changes that they want now.
 */
export async function planInteractively(deployment: Deployment, max?: number): Promise<GuardedPlan> {
  const sight = await observeInteractively(deployment);
  const planned = guardView(deployment, sight, toInitiator(sight.actor, max));
  return attribute(deployment.ports, deployment.configuration, planned);
}

export function toPlanDocument(
  { dynamodb }: Deployment,
  { snapshot, changes, findings }: GuardedPlan,
): PlanDocument {
  const outcome = snapshot.plan.isPartial ? 'partial' : outcomeWord(changes, findings);
  return planDocument(snapshot.plan.id, outcome, changes, findings, {
    ...snapshot.reads,
    dynamodb: [...dynamodb.values()].reduce((sum, next) => sum + next, 0),
  });
}

function outcomeWord(
  changes: GuardedPlan['changes'],
  findings: readonly Finding[],
): 'converged' | 'changes' | 'held' {
  if (changes.some(isAllowed)) return 'changes';
  return isConverged(changes, findings) ? 'converged' : 'held';
}
