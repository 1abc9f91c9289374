import { hasStranger } from './bindings.ts';
import type { Change, HeldReason, Plan } from './change.ts';
import { breakerFinding, trippingBreakers } from './breakers.ts';
import type { Limits } from './configuration.ts';
import type { DenyWindow } from './deny-window.ts';
import { openWindow } from './deny-window.ts';
import type { Finding } from './finding.ts';
import type { BreakerScope, Controls } from './recorded-controls.ts';
import { breakerState, isApproved, needsOf, pauseOn, sameScope } from './controls.ts';
import type { OrganizationId, ProviderArn } from './ids.ts';
import { parseRoleArn } from './arn.ts';
import { neededProviders } from './role-design.ts';
import type { Asker } from './person.ts';
import type { PassBudget } from './pass-budget.ts';
import { passBudget } from './pass-budget.ts';
import { reasonWhenBlocked } from './reason.ts';
import type { Step } from './step.ts';

export interface GuardRules {
  readonly limits: Limits;
  readonly denyWindows: readonly DenyWindow[];
  readonly asker: Asker;
  readonly controls: Controls;
  readonly now: number;
}

/** A change with what may be done of it now. */
export type GuardedChange = Change & {
  /** What may be carried out: all steps, or the narrowing ones alone, or none. */
  readonly steps: readonly Step[];
  readonly isWideningHeld: boolean;
} & ({ readonly decision: 'allowed' } | { readonly decision: 'held'; readonly heldBecause: HeldReason });

export type AllowedChange = Extract<GuardedChange, { decision: 'allowed' }>;

export function isAllowed(change: GuardedChange): change is AllowedChange {
  return change.decision === 'allowed';
}

/**
 * What of the plan may be done now. Pure, and it can only hold or take away: every step of the result is a step of the
 * plan, in its order. Changes come in order of urgency, so that a limit cuts off the least urgent.
 */
export function guard(plan: Plan, rules: GuardRules): Guarded {
  const tripping = trippingBreakers(plan, rules.limits);
  const isInWindow = openWindow(rules.denyWindows, rules.now) !== undefined;
  const at: Circumstances = { rules, tripping, isInWindow, heldProviders: new Set() };
  const budget = passBudget(rules.limits, plan.keptRoles);
  const changes = plan.changes.map((change) => judge(change, at, budget));
  return {
    changes,
    findings: tripping.map((scope) => breakerFinding(plan, scope)),
    trips: isHandsOff(at) ? tripping.filter((scope) => stateOf(scope, at) === 'closed') : [],
  };
}

/** What a pass may do now, and what it has found out about itself. */
export interface Guarded {
  readonly changes: readonly GuardedChange[];
  readonly findings: readonly Finding[];
  /** Breakers that have tripped just now. */
  readonly trips: readonly BreakerScope[];
}

function judge(change: Change, at: Circumstances, budget: PassBudget): GuardedChange {
  const heldBecause = reasonToHold(change, at) ?? budget.overspent(change);
  if (heldBecause) {
    if (change.target === 'provider') at.heldProviders.add(change.providerArn);
    return blocked(change, heldBecause, false);
  }
  const wideningHold = wideningHoldOf(change, at);
  const isWideningHeld = wideningHold !== undefined;
  if (isWideningHeld && change.narrowing.length === 0) return blocked(change, wideningHold, true);
  budget.spend(change);
  const steps = isWideningHeld ? change.narrowing : [...change.narrowing, ...change.widening];
  return { ...change, steps, isWideningHeld, decision: 'allowed' };
}

/** What is not done is not told as if it were. */
function blocked(change: Change, heldBecause: HeldReason, isWideningHeld: boolean): GuardedChange {
  const reason = reasonWhenBlocked(change);
  return { ...change, reason, steps: [], isWideningHeld, decision: 'held', heldBecause };
}

/** Why the widening alone waits. Nobody is let in through a provider that is not there. */
function wideningHoldOf(change: Change, at: Circumstances): HeldReason | undefined {
  const { wideningHold } = change;
  if (wideningHold !== undefined && !isLifted(wideningHold, change, at)) return wideningHold;
  return change.widening.length > 0 && lacksProvider(change, at.heldProviders) ? 'provider' : undefined;
}

/** The change is of a role that needs one of these providers. */
export function lacksProvider(change: Change, lacking: { has(arn: ProviderArn): boolean }): boolean {
  const role = change.target === 'role' ? parseRoleArn(change.roleArn) : undefined;
  if (change.target !== 'role' || !role) return false;
  return neededProviders(role, change.bindings).some((arn) => lacking.has(arn));
}

/**
 * A conflict or a dispute is for a person to decide, and a person's apply decides it; a second person's yes lifts what
 * waits for one; a Deny in IAM is its own author's to remove, and a second look only time can give.
 */
function isLifted(hold: HeldReason, change: Change, { rules }: Circumstances): boolean {
  const { asker, controls, now } = rules;
  if (hold === 'approval') return isApproved(controls, change.id, asker, now);
  if (hold !== 'conflict' && hold !== 'disputed') return false;
  return asker.trigger === 'person' || isApproved(controls, change.id, asker, now);
}

interface Circumstances {
  readonly rules: GuardRules;
  readonly tripping: readonly BreakerScope[];
  readonly isInWindow: boolean;
  readonly heldProviders: Set<ProviderArn>;
}

const isHandsOff = ({ rules }: Circumstances) => rules.asker.trigger === 'schedule';

const stateOf = (scope: BreakerScope, { rules: { controls, now } }: Circumstances) =>
  breakerState(controls, scope, now);

/** It has tripped before and nobody has resumed, or it trips now and nobody has allowed it to go on. */
function isTripped(scope: BreakerScope, at: Circumstances): boolean {
  const state = stateOf(scope, at);
  return state === 'tripped' || (state === 'closed' && at.tripping.some((one) => sameScope(one, scope)));
}

/** The checks, in order of what a person should be told first. */
const checks: readonly (readonly [HeldReason, (change: Change, at: Circumstances) => boolean])[] = [
  ['mode-observe', ({ mode }) => mode === 'observe'],
  ['mode-repair', (change) => change.mode === 'repair' && (isFirstCreation(change) || isRetirement(change))],
  ['paused', (change, { rules }) => pauseOn(rules.controls, change, rules.now) !== undefined],
  ['not-bootstrapped', (_change, at) => isHandsOff(at) && at.rules.controls.bootstrapped === undefined],
  ['deny-window', (change, at) => isHandsOff(at) && at.isInWindow && !isTakeover(change)],
  [
    'breaker-drift',
    ({ account, kind }, at) => isHandsOff(at) && kind !== 'close' && isTripped({ of: 'drift', account }, at),
  ],
  [
    'breaker-absence',
    (change, at) =>
      isHandsOff(at) &&
      organizationsOf(change).some((organization) => isTripped({ of: 'absence', organization }, at)),
  ],
  ['provider', (change, at) => change.kind === 'create' && lacksProvider(change, at.heldProviders)],
];

const isFirstCreation = ({ kind, cause }: Change) => kind === 'create' && cause === 'new';

/** A role whose connection asks for it no more; not one that is to be closed to a stranger, or that was opened again. */
function isRetirement(change: Change): boolean {
  if (change.kind === 'delete') return true;
  return change.kind === 'close' && change.cause === 'change' && !isTakeover(change);
}

/** A stranger holds the name of a connection: its role is closed, which can wait for no window (ADR 6). */
function isTakeover(change: Change): boolean {
  if (change.target !== 'role' || change.kind !== 'close') return false;
  return hasStranger(change.bindings);
}

function reasonToHold(change: Change, at: Circumstances): HeldReason | undefined {
  if (change.hold !== undefined && !isLifted(change.hold, change, at)) return change.hold;
  const reasons = needsOf(change).map((one) => checks.find(([, applies]) => applies(one, at))?.[0]);
  return reasons.every((reason) => reason !== undefined) ? reasons[0] : undefined;
}

function organizationsOf(change: Change): readonly OrganizationId[] {
  return change.target === 'provider'
    ? [change.organizationId]
    : change.bindings.map(({ organization }) => organization.id);
}
