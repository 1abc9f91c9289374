import { hasImpostor } from '../desired/bindings.ts';
import { reasonWhenBlocked, type Change, type Plan } from '../plan/change.ts';
import type { BlockedReason } from '../records/blocked-reason.ts';
import { breakerFinding, trippingBreakers } from './circuit-breakers.ts';
import type { Limits } from '../configuration/configuration.ts';
import { openWindow, type DenyWindow } from '../configuration/deny-window.ts';
import type { Finding } from '../findings/finding.ts';
import type { BreakerScope, Controls } from '../records/deployment-record.ts';
import { breakerState, isApproved, splitNeeds, findPause, sameScope, type Initiator } from './controls.ts';
import type { ProviderArn } from '../kernel/ids.ts';
import { splitRoleArn } from '../kernel/arn.ts';
import { neededProviders } from '../desired/role-design.ts';
import { changeBudget, inFairOrder, type ChangeBudget } from './change-budget.ts';
import type { Step } from '../iam/iam-operation.ts';

export interface GuardRules {
  readonly limits: Limits;
  readonly denyWindows: readonly DenyWindow[];
  readonly initiator: Initiator;
  readonly controls: Controls;
  readonly now: number;
}

/** A change with what may be done of it now. */
export type GuardedChange = Change & {
  /** What may be carried out: all steps, or the narrowing ones alone, or none. */
  readonly steps: readonly Step[];
  readonly isWideningHeld: boolean;
} & (
    | {
        readonly decision: 'allowed';
        /** Why only the narrowing is done, which nothing of this holds. */
        readonly blockedBy?: BlockedReason;
      }
    | { readonly decision: 'held'; readonly blockedBy: BlockedReason }
  );

export type AllowedChange = Extract<GuardedChange, { decision: 'allowed' }>;

export const isAllowed = (change: GuardedChange): change is AllowedChange => change.decision === 'allowed';

/**
 * Decides what of the plan may be done now. Pure, and it can only hold or take away: every step of the result is a step
 * of the plan, in its order.
 *
 * A role that lets in an impostor, or has more than it was granted, is narrowed whatever is held: the narrowing of a repair
 * rests on positive knowledge and takes nothing from anybody who belongs there. Only mode observe, a pause and a
 * deployment that nobody has let write hold it. Breakers, limits, deny windows, disputes, conflicts and missing
 * approvals hold widening, creation, retirement and deletion.
 */
export function guard(plan: Plan, rules: GuardRules): Guarded {
  const tripping = trippingBreakers(plan, rules.limits);
  const isInWindow = openWindow(rules.denyWindows, rules.now) !== undefined;
  const at: Circumstances = { rules, tripping, isInWindow, heldProviders: new Set() };
  const budget = changeBudget(rules.limits, rules.initiator, plan.keptRoles);
  const judged = new Map(
    inFairOrder(plan.changes).map((change) => [change, judge(change, at, budget)] as const),
  );
  return {
    changes: plan.changes.flatMap((change) => judged.get(change) ?? []),
    findings: tripping.map((scope) => breakerFinding(plan, scope)),
    trips: isAutomatic(at) ? tripping.filter((scope) => readBreakerState(scope, at) === 'closed') : [],
  };
}

/** What a run may do now, and what it has found out about itself. */
export interface Guarded {
  readonly changes: readonly GuardedChange[];
  readonly findings: readonly Finding[];
  /** Breakers that have tripped just now. */
  readonly trips: readonly BreakerScope[];
}

function judge(change: Change, at: Circumstances, budget: ChangeBudget): readonly GuardedChange[] {
  const stopped = findBlockedReason(change.target === 'provider' ? [...stops, ...blocks] : stops, change, at);
  if (stopped) return [hold(change, stopped, at)];
  const narrowing = isPositiveNarrowing(change) ? change.narrowing : [];
  const blocked = reasonToBlock(change, at);
  if (narrowing.length > 0 && change.widening.length === 0) return [allow(change, narrowing, blocked)];
  const blockedBy = blocked ?? budget.overspent(change);
  if (blockedBy !== undefined)
    return narrowing.length > 0
      ? [allow(change, narrowing, blockedBy)]
      : holdMeanwhile(change, blockedBy, at);
  return [allowWhole(change, at, budget)];
}

/** AWS has refused it, and the time for the next attempt has not come. A person tries when they like. */
function awaitsNextAttempt({ nextAttemptAt }: Change, at: Circumstances): boolean {
  return isAutomatic(at) && nextAttemptAt !== undefined && at.rules.now < nextAttemptAt;
}

/**
 * What AWS has refused waits for its next attempt, except what takes access away: every run tries that. The steps of a
 * deletion take nothing away, for its role is closed.
 */
function allowWhole(change: Change, at: Circumstances, budget: ChangeBudget): GuardedChange {
  const { kind, narrowing, widening, atOnce = [...narrowing, ...widening] } = change;
  const isWaiting = awaitsNextAttempt(change, at);
  if (isWaiting && (kind === 'delete' || narrowing.length === 0)) return hold(change, 'retry-later', at);
  budget.spend(change);
  return isWaiting ? allow(change, narrowing, 'retry-later') : allow(change, atOnce, undefined);
}

/** What shuts somebody out is held; the role is narrowed meanwhile to what is recorded and granted. */
function holdMeanwhile(
  change: Change,
  blockedBy: BlockedReason,
  at: Circumstances,
): readonly GuardedChange[] {
  const held = hold(change, blockedBy, at);
  const meanwhile = change.target === 'role' ? change.meanwhile : undefined;
  return meanwhile ? [allow(meanwhile, meanwhile.narrowing, blockedBy), held] : [held];
}

function hold(change: Change, blockedBy: BlockedReason, at: Circumstances): GuardedChange {
  if (change.target === 'provider') at.heldProviders.add(change.providerArn);
  return holdWhole(change, blockedBy);
}

/** What is not done is not told as if it were. */
export function holdWhole(change: Change, blockedBy: BlockedReason): GuardedChange {
  const reason = reasonWhenBlocked(change);
  return { ...change, reason, steps: [], isWideningHeld: false, decision: 'held', blockedBy };
}

function allow(change: Change, steps: readonly Step[], blockedBy: BlockedReason | undefined): GuardedChange {
  const isWideningHeld = blockedBy !== undefined && change.widening.length > 0;
  return { ...change, steps, isWideningHeld, decision: 'allowed', ...(blockedBy ? { blockedBy } : {}) };
}

/** The narrowing takes a role back to what is recorded and granted, and revokes nobody who has it by the record. */
function isPositiveNarrowing(change: Change): boolean {
  if (change.target !== 'role' || change.kind === 'create' || change.kind === 'delete') return false;
  return !change.retires && !isRetirement(change);
}

/** The change is of a role that needs one of these providers. */
export function lacksProvider(change: Change, lacking: { has(arn: ProviderArn): boolean }): boolean {
  if (change.target !== 'role') return false;
  return neededProviders(splitRoleArn(change.roleArn), change.bindings).some((arn) => lacking.has(arn));
}

/**
 * A conflict or a dispute is for a person to decide, and a person's apply decides it; a second person's yes lifts what
 * waits for one; a Deny in IAM is its own author's to remove, and a second look only time can give.
 */
function isLifted(hold: BlockedReason, change: Change, { rules }: Circumstances): boolean {
  const { initiator, controls, now } = rules;
  if (hold === 'approval') return isApproved(controls, change.id, initiator, now);
  if (hold !== 'conflict' && hold !== 'disputed') return false;
  return initiator.trigger === 'person' || isApproved(controls, change.id, initiator, now);
}

interface Circumstances {
  readonly rules: GuardRules;
  readonly tripping: readonly BreakerScope[];
  readonly isInWindow: boolean;
  readonly heldProviders: Set<ProviderArn>;
}

const isAutomatic = ({ rules }: Circumstances) => rules.initiator.trigger === 'schedule';

const readBreakerState = (scope: BreakerScope, { rules: { controls, now } }: Circumstances) =>
  breakerState(controls, scope, now);

/** It has tripped before and nobody has resumed, or it trips now and nobody has allowed it to go on. */
function isTripped(scope: BreakerScope, at: Circumstances): boolean {
  const state = readBreakerState(scope, at);
  return state === 'tripped' || (state === 'closed' && at.tripping.some((one) => sameScope(one, scope)));
}

type Checks = readonly (readonly [BlockedReason, (change: Change, at: Circumstances) => boolean])[];

/** What a shared provider is needed for is held only when it is held for each of those who need it. */
function findBlockedReason(all: Checks, change: Change, at: Circumstances): BlockedReason | undefined {
  const reasons = splitNeeds(change).map((one) => all.find(([, applies]) => applies(one, at))?.[0]);
  return reasons.every((reason) => reason !== undefined) ? reasons[0] : undefined;
}

/** What holds every write, in order of what a person should be told first. */
const stops: Checks = [
  ['mode-observe', ({ mode }) => mode === 'observe'],
  ['paused', (change, { rules }) => findPause(rules.controls, change, rules.now) !== undefined],
  ['not-bootstrapped', (_change, at) => isAutomatic(at) && at.rules.controls.bootstrapped === undefined],
];

/** What holds all but narrowing. */
const blocks: Checks = [
  ['mode-repair', (change) => change.mode === 'repair' && (isFirstCreation(change) || isRetirement(change))],
  ['deny-window', (_change, at) => isAutomatic(at) && at.isInWindow],
  [
    'breaker-drift',
    ({ account, kind }, at) => isAutomatic(at) && kind !== 'close' && isTripped({ of: 'drift', account }, at),
  ],
  ['breaker-absence', (change, at) => isAutomatic(at) && isHeldForAbsence(change, at)],
  ['provider', (change, at) => change.kind === 'create' && lacksProvider(change, at.heldProviders)],
];

/**
 * Too many connections of its project, or of too many projects, are missing. Of what shuts somebody out only that is held
 * which rests on absence.
 */
function isHeldForAbsence(change: Change, at: Circumstances): boolean {
  if (change.target === 'provider')
    return isTripped({ of: 'absence', organization: change.organizationId }, at);
  if (isRetirement(change) && !change.bindings.some(({ closed, isAbsent }) => closed && isAbsent))
    return false;
  const { account } = change;
  return change.bindings.some(
    ({ organization: { id: organization }, references }) =>
      isTripped({ of: 'absence', organization }, at) ||
      references.some(({ projectId: project }) =>
        isTripped({ of: 'absence', organization, project, account }, at),
      ),
  );
}

const isFirstCreation = ({ kind, cause }: Change) => kind === 'create' && cause === 'new';

/** A role whose connection asks for it no more; not one that is to be closed to an impostor, or that was opened again. */
function isRetirement(change: Change): boolean {
  if (change.kind === 'delete') return true;
  return change.kind === 'close' && change.cause === 'change' && !isTakeover(change);
}

/** An impostor holds the name of a connection: its role is closed at once (ADR 6). */
function isTakeover(change: Change): boolean {
  if (change.target !== 'role' || change.kind !== 'close') return false;
  return hasImpostor(change.bindings);
}

function reasonToBlock(change: Change, at: Circumstances): BlockedReason | undefined {
  const { hold, wideningHold } = change;
  if (hold !== undefined && !isLifted(hold, change, at)) return hold;
  const blocked = findBlockedReason(blocks, change, at);
  if (blocked !== undefined) return blocked;
  if (wideningHold !== undefined && !isLifted(wideningHold, change, at)) return wideningHold;
  // Nobody is let in through a provider that is not there.
  return change.widening.length > 0 && lacksProvider(change, at.heldProviders) ? 'provider' : undefined;
}
