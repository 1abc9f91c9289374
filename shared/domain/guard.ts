import type { Change, HeldReason, Plan } from './change.ts';
import type { Limits } from './configuration.ts';
import type { Finding } from './finding.ts';
import { finding } from './finding.ts';
import { groupBy } from './group-by.ts';
import type { BreakerScope, Controls, Person } from './recorded-controls.ts';
import { breakerState, isApproved, pauseOn, sameScope } from './controls.ts';
import type { AccountId, OrganizationId } from './ids.ts';
import type { Step } from './step.ts';
import { isDrift } from './tell.ts';

/** Who asked for the pass. A person has seen the plan and said yes to it; a schedule has nobody to ask. */
export type Asker =
  | { readonly trigger: 'schedule' }
  /** `actor`: who it is, where that is known. */
  | { readonly trigger: 'person'; readonly actor?: Person };

export interface GuardRules {
  readonly limits: Limits;
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
  const at: Circumstances = { rules, tripping, heldProviders: new Set() };
  const spent = { changes: 0, closures: 0, deletions: 0 };
  const changes = plan.changes.map((change) => judge(change, at, spent));
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

function judge(change: Change, at: Circumstances, spent: Spent): GuardedChange {
  const heldBecause = reasonToHold(change, at) ?? overLimit(change, at.rules.limits, spent);
  if (heldBecause) {
    if (change.target === 'provider')
      at.heldProviders.add(providerKey(change.account, change.organizationId));
    return { ...change, steps: [], isWideningHeld: false, decision: 'held', heldBecause };
  }
  const { wideningHold } = change;
  const isWideningHeld = wideningHold !== undefined && !isLifted(wideningHold, change, at);
  if (isWideningHeld && change.narrowing.length === 0)
    return { ...change, steps: [], isWideningHeld, decision: 'held', heldBecause: wideningHold };
  spent[countOf(change)] += 1;
  const steps = isWideningHeld ? change.narrowing : [...change.narrowing, ...change.widening];
  return { ...change, steps, isWideningHeld, decision: 'allowed' };
}

/**
 * A conflict or a dispute is for a person to decide, and a person's apply decides it; a second person's yes lifts what
 * waits for one; a Deny in IAM is its own author's to remove, and a second look only time can give.
 */
function isLifted(hold: HeldReason, change: Change, { rules }: Circumstances): boolean {
  const { asker, controls, now } = rules;
  const isByPerson = asker.trigger === 'person';
  const actor = isByPerson ? asker.actor : undefined;
  if (hold === 'approval') return isApproved(controls, change.id, actor, now);
  if (hold !== 'conflict' && hold !== 'disputed') return false;
  return isByPerson || isApproved(controls, change.id, actor, now);
}

interface Circumstances {
  readonly rules: GuardRules;
  readonly tripping: readonly BreakerScope[];
  /** Account and organization. */
  readonly heldProviders: Set<string>;
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
  [
    'provider',
    (change, at) =>
      change.kind === 'create' &&
      change.target === 'role' &&
      organizationsOf(change).some((id) => at.heldProviders.has(providerKey(change.account, id))),
  ],
];

const providerKey = (account: AccountId, organization: OrganizationId) => `${account} ${organization}`;

const isFirstCreation = ({ kind, cause }: Change) => kind === 'create' && cause === 'new';

/** A role whose connection asks for it no more; not one that is to be closed to a stranger, or that was opened again. */
function isRetirement(change: Change): boolean {
  if (change.target !== 'role' || change.kind !== 'close' || change.cause !== 'change') return false;
  return change.bindings.every(({ closed }) => closed?.reason !== 'recreated');
}

function reasonToHold(change: Change, at: Circumstances): HeldReason | undefined {
  if (change.hold !== undefined && !isLifted(change.hold, change, at)) return change.hold;
  return checks.find(([, applies]) => applies(change, at))?.[0];
}

function organizationsOf(change: Change): readonly OrganizationId[] {
  return change.target === 'provider'
    ? [change.organizationId]
    : change.bindings.map(({ organization }) => organization.id);
}

interface Spent {
  changes: number;
  closures: number;
  deletions: number;
}

function countOf({ kind }: Change): keyof Spent {
  if (kind === 'delete') return 'deletions';
  return kind === 'close' ? 'closures' : 'changes';
}

/** At most one role is deleted in a pass, whatever the configuration says. */
const DELETIONS_PER_PASS = 1;

function overLimit(
  change: Change,
  { changesPerPass, closuresPerPass }: Limits,
  spent: Readonly<Spent>,
): HeldReason | undefined {
  const count = countOf(change);
  const limit = { changes: changesPerPass, closures: closuresPerPass, deletions: DELETIONS_PER_PASS }[count];
  return spent[count] >= limit ? `limit-${count}` : undefined;
}

/** A few at once are incidents of their own, however few there are in all. */
const ALWAYS_TOLERATED = 3;

const isTooMany = (count: number, all: number, percent: number) =>
  count > Math.max(ALWAYS_TOLERATED, (all * percent) / 100);

/** More drifted, or went missing, at once than the limits allow: rather a lost permission than so many single cases. */
function trippingBreakers(plan: Plan, { driftPercent, absencePercent }: Limits): readonly BreakerScope[] {
  const roles = plan.changes.filter((change) => change.target === 'role' && isDrift(change));
  const drifted = [...groupBy(roles, ({ account }) => account)].filter(([account, changes]) =>
    isTooMany(changes.length, plan.keptRoles.get(account) ?? 0, driftPercent),
  );
  const absent = [...plan.missing].filter(([, { missing, kept }]) =>
    isTooMany(missing, kept, absencePercent),
  );
  return [
    ...drifted.map(([account]) => ({ of: 'drift', account }) as const),
    ...absent.map(([organization]) => ({ of: 'absence', organization }) as const),
  ];
}

function breakerFinding(plan: Plan, scope: BreakerScope): Finding {
  if (scope.of === 'drift') {
    const { account } = scope;
    const kept = plan.keptRoles.get(account) ?? 0;
    const message = `Too many of the ${kept} roles in account ${account} drifted at once.`;
    return finding('account.drift-breaker', message, { evidence: { account, kept } });
  }
  const { organization } = scope;
  const message = `Too many connections of organization ${organization} are missing at once.`;
  const evidence = { organization, ...plan.missing.get(organization) };
  return finding('organization.absence-breaker', message, { evidence });
}
