import type { Change, HeldReason, Plan } from './change.ts';
import type { Limits } from './configuration.ts';
import type { Finding } from './finding.ts';
import { finding } from './finding.ts';
import type { AccountId } from './ids.ts';
import type { Step } from './step.ts';

/** Who asked for the pass. A person has seen the plan and said yes to it; a schedule has nobody to ask. */
export type Trigger = 'person' | 'schedule';

export interface GuardRules {
  readonly limits: Limits;
  readonly trigger: Trigger;
  /** A person has let this deployment write before. */
  readonly isBootstrapped: boolean;
}

/** A change with what may be done of it now. */
export type GuardedChange = Change & {
  /** What may be carried out: all steps, or the narrowing ones alone, or none. */
  readonly steps: readonly Step[];
  readonly isWideningHeld: boolean;
} & ({ readonly decision: 'allowed' } | { readonly decision: 'held'; readonly heldBecause: HeldReason });

/**
 * What of the plan may be done now. Pure, and it can only hold or take away: every step of the result is a step of the
 * plan, in its order. Changes come in order of urgency, so that a limit cuts off the least urgent.
 */
export function guard(
  plan: Plan,
  rules: GuardRules,
): { readonly changes: readonly GuardedChange[]; readonly findings: readonly Finding[] } {
  const tripped = trippedAccounts(plan, rules.limits);
  const heldProviders = new Set<string>();
  const spent = { changes: 0, closures: 0 };
  const changes = plan.changes.map((change): GuardedChange => {
    const held =
      reasonToHold(change, rules, tripped, heldProviders) ?? overLimit(change, rules.limits, spent);
    if (held) {
      if (change.target === 'provider') heldProviders.add(change.account);
      return { ...change, steps: [], isWideningHeld: false, decision: 'held', heldBecause: held };
    }
    spent[change.kind === 'close' ? 'closures' : 'changes'] += 1;
    const isWideningHeld = change.wideningHold !== undefined && !mayWiden(change.wideningHold, rules.trigger);
    if (isWideningHeld && change.narrowing.length === 0) {
      return {
        ...change,
        steps: [],
        isWideningHeld,
        decision: 'held',
        heldBecause: change.wideningHold ?? 'conflict',
      };
    }
    const steps = isWideningHeld ? change.narrowing : [...change.narrowing, ...change.widening];
    return { ...change, steps, isWideningHeld, decision: 'allowed' };
  });
  return { changes, findings: [...tripped].map((account) => breakerFinding(account, plan)) };
}

/** A conflict is for a person to decide, and a person's apply decides it; a Deny in IAM is its own author's to remove. */
function mayWiden(hold: 'conflict' | 'incident', trigger: Trigger): boolean {
  return hold === 'conflict' && trigger === 'person';
}

/** The checks in order of what a person should be told first. */
function reasonToHold(
  change: Change,
  rules: GuardRules,
  tripped: ReadonlySet<AccountId>,
  heldProviders: ReadonlySet<string>,
): HeldReason | undefined {
  if (change.hold) return change.hold;
  if (change.mode === 'observe') return 'mode-observe';
  if (change.mode === 'repair' && change.kind === 'create' && change.cause === 'new') return 'mode-repair';
  if (rules.trigger === 'schedule' && !rules.isBootstrapped) return 'not-bootstrapped';
  if (rules.trigger === 'schedule' && tripped.has(change.account) && change.kind !== 'close')
    return 'breaker-drift';
  return change.target === 'role' && change.kind === 'create' && heldProviders.has(change.account)
    ? 'provider'
    : undefined;
}

function overLimit(
  change: Change,
  limits: Limits,
  spent: { readonly changes: number; readonly closures: number },
): HeldReason | undefined {
  if (change.kind === 'close') return spent.closures >= limits.closuresPerPass ? 'limit-closures' : undefined;
  return spent.changes >= limits.changesPerPass ? 'limit-changes' : undefined;
}

/** A few drifted roles are an incident of their own, however few roles there are. */
const ALWAYS_TOLERATED = 3;

/** Accounts in which more drifted at once than the limits allow. */
function trippedAccounts(plan: Plan, { driftPercent }: Limits): ReadonlySet<AccountId> {
  const drifted = new Map<AccountId, number>();
  for (const { account, cause } of plan.changes) {
    if (cause === 'drift' || cause === 'conflict' || cause === 'gone')
      drifted.set(account, (drifted.get(account) ?? 0) + 1);
  }
  const tolerated = (account: AccountId) =>
    Math.max(ALWAYS_TOLERATED, ((plan.keptRoles.get(account) ?? 0) * driftPercent) / 100);
  return new Set(
    [...drifted].filter(([account, count]) => count > tolerated(account)).map(([account]) => account),
  );
}

function breakerFinding(account: AccountId, plan: Plan): Finding {
  const kept = plan.keptRoles.get(account) ?? 0;
  return finding(
    'account.drift-breaker',
    `Too many of the ${kept} roles in account ${account} drifted at once.`,
    { evidence: { account, kept } },
  );
}
