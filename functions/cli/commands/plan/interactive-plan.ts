import { attribute } from '../../../../shared/application/attribution/attribute.ts';
import type { Look, Sketch } from '../../../../shared/application/observe/observe.ts';
import { look, lookWithin } from '../../../../shared/application/observe/observe.ts';
import type { GuardedPlan } from '../../../../shared/application/run/reconcile.ts';
import { guardLook } from '../../../../shared/application/run/reconcile.ts';
import type { Finding } from '../../../../shared/domain/findings/finding.ts';
import { isConverged } from '../../../../shared/domain/findings/finding.ts';
import { isAllowed } from '../../../../shared/domain/guard/guard.ts';
import type { Asker } from '../../../../shared/domain/guard/person.ts';
import type { LookScope } from '../../../../shared/domain/desired/scope.ts';
import type { PlanDocument } from '../../../../shared/domain/guard/plan-document.ts';
import { planDocument } from '../../../../shared/domain/guard/plan-document.ts';
import type { Person, RecordedControls } from '../../../../shared/domain/records/deployment-record.ts';
import type { Deployment } from '../../composition/deployment.ts';

/** What a person at the keyboard has before them. */
export interface Sight {
  readonly look: Look;
  readonly controls: RecordedControls;
  /** Who they are, where that can be told. */
  readonly actor: Person | undefined;
}

export async function lookByHand({ ports, configuration }: Deployment): Promise<Sight> {
  const [looked, controls, actor] = await Promise.all([
    look(ports, configuration),
    ports.state.readControls(),
    ports.callers.caller(),
  ]);
  return { look: looked, controls, actor };
}

/** A part of what there is, after a sketch, and what they ask for there. */
export async function planPartByHand(
  deployment: Deployment,
  sketched: Sketch,
  scope: LookScope,
): Promise<GuardedPlan> {
  const { ports } = deployment;
  const [looked, controls, actor] = await Promise.all([
    lookWithin(ports, sketched, scope),
    ports.state.readControls(),
    ports.callers.caller(),
  ]);
  const sight = { look: looked, controls, actor };
  return guardSight(deployment, sight, personOf(actor), scope);
}

const personOf = (actor: Person | undefined, max?: number): Asker => ({
  trigger: 'person',
  ...(actor === undefined ? {} : { actor }),
  ...(max === undefined ? {} : { max }),
});

/** What of it may be done, asked for by them or by somebody else. */
export function guardSight(
  { ports, configuration }: Deployment,
  sight: Sight,
  asker: Asker,
  scope?: LookScope,
): GuardedPlan {
  const { limits, denyWindows } = configuration;
  const rules = { asker, controls: sight.controls, limits, denyWindows, now: ports.clock.now() };
  return guardLook(sight.look, rules, scope);
}

/**
 * A person who asks has seen the plan before anything is done: only what a person must not override is held, and what is
 * more than the `max` changes that they want now.
 */
export async function planByHand(deployment: Deployment, max?: number): Promise<GuardedPlan> {
  const sight = await lookByHand(deployment);
  const planned = guardSight(deployment, sight, personOf(sight.actor, max));
  return attribute(deployment.ports, deployment.configuration, planned);
}

export function documentOf(
  { dynamodb }: Deployment,
  { look: looked, changes, findings }: GuardedPlan,
): PlanDocument {
  const outcome = looked.plan.isPartial ? 'partial' : outcomeWord(changes, findings);
  return planDocument(looked.plan.id, outcome, changes, findings, {
    ...looked.reads,
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
