import type { Change, HeldReason, Plan } from './change.ts';
import type { Limits } from './configuration.ts';
import type { Finding } from './finding.ts';
import { finding } from './finding.ts';
import { groupBy } from './group-by.ts';
import type { AccountId, OrganizationId } from './ids.ts';
import type { Step } from './step.ts';
import { isDrift } from './tell.ts';

/** Who asked for the pass. A person has seen the plan and said yes to it; a schedule has nobody to ask. */
type Trigger = 'person' | 'schedule';

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

export type AllowedChange = Extract<GuardedChange, { decision: 'allowed' }>;

export function isAllowed(change: GuardedChange): change is AllowedChange {
  return change.decision === 'allowed';
}

/**
 * What of the plan may be done now. Pure, and it can only hold or take away: every step of the result is a step of the
 * plan, in its order. Changes come in order of urgency, so that a limit cuts off the least urgent.
 */
export function guard(
  plan: Plan,
  rules: GuardRules,
): { readonly changes: readonly GuardedChange[]; readonly findings: readonly Finding[] } {
  const heldProviders = new Set<string>();
  const driftedAccounts = tooManyDrifted(plan, rules.limits);
  const absentOrganizations = tooManyMissing(plan, rules.limits);
  const at: Circumstances = { rules, driftedAccounts, absentOrganizations, heldProviders };
  const spent = { changes: 0, closures: 0 };
  const changes = plan.changes.map((change): GuardedChange => {
    const held = reasonToHold(change, at) ?? overLimit(change, rules.limits, spent);
    if (held) {
      if (change.target === 'provider') heldProviders.add(providerKey(change.account, change.organizationId));
      return { ...change, steps: [], isWideningHeld: false, decision: 'held', heldBecause: held };
    }
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
    spent[change.kind === 'close' ? 'closures' : 'changes'] += 1;
    const steps = isWideningHeld ? change.narrowing : [...change.narrowing, ...change.widening];
    return { ...change, steps, isWideningHeld, decision: 'allowed' };
  });
  return { changes, findings: breakerFindings(plan, at) };
}

/** A conflict is for a person to decide, and a person's apply decides it; a Deny in IAM is its own author's to remove. */
function mayWiden(hold: 'conflict' | 'incident', trigger: Trigger): boolean {
  return hold === 'conflict' && trigger === 'person';
}

interface Circumstances {
  readonly rules: GuardRules;
  readonly driftedAccounts: ReadonlySet<AccountId>;
  readonly absentOrganizations: ReadonlySet<OrganizationId>;
  /** Account and organization. */
  readonly heldProviders: ReadonlySet<string>;
}

const isHandsOff = ({ rules }: Circumstances) => rules.trigger === 'schedule';

/** The checks, in order of what a person should be told first. */
const checks: readonly (readonly [HeldReason, (change: Change, at: Circumstances) => boolean])[] = [
  ['mode-observe', ({ mode }) => mode === 'observe'],
  ['mode-repair', (change) => change.mode === 'repair' && (isFirstCreation(change) || isRetirement(change))],
  ['not-bootstrapped', (_change, at) => isHandsOff(at) && !at.rules.isBootstrapped],
  [
    'breaker-drift',
    ({ account, kind }, at) => isHandsOff(at) && at.driftedAccounts.has(account) && kind !== 'close',
  ],
  [
    'breaker-absence',
    (change, at) => isHandsOff(at) && organizationsOf(change).some((id) => at.absentOrganizations.has(id)),
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
  return change.hold ?? checks.find(([, applies]) => applies(change, at))?.[0];
}

function organizationsOf(change: Change): readonly OrganizationId[] {
  return change.target === 'provider'
    ? [change.organizationId]
    : change.bindings.map(({ organization }) => organization.id);
}

function overLimit(
  change: Change,
  limits: Limits,
  spent: { readonly changes: number; readonly closures: number },
): HeldReason | undefined {
  if (change.kind === 'close') return spent.closures >= limits.closuresPerPass ? 'limit-closures' : undefined;
  return spent.changes >= limits.changesPerPass ? 'limit-changes' : undefined;
}

/** A few at once are incidents of their own, however few there are in all. */
const ALWAYS_TOLERATED = 3;

const isTooMany = (count: number, all: number, percent: number) =>
  count > Math.max(ALWAYS_TOLERATED, (all * percent) / 100);

/** Accounts in which more roles drifted at once than the limits allow. */
function tooManyDrifted(plan: Plan, { driftPercent }: Limits): ReadonlySet<AccountId> {
  const roles = plan.changes.filter((change) => change.target === 'role' && isDrift(change));
  const drifted = groupBy(roles, ({ account }) => account);
  const tripped = [...drifted].filter(([account, changes]) =>
    isTooMany(changes.length, plan.keptRoles.get(account) ?? 0, driftPercent),
  );
  return new Set(tripped.map(([account]) => account));
}

/** Organizations that lost sight of more connections at once than the limits allow: rather a lost permission. */
function tooManyMissing(plan: Plan, { absencePercent }: Limits): ReadonlySet<OrganizationId> {
  const tripped = [...plan.missing].filter(([, { missing, kept }]) =>
    isTooMany(missing, kept, absencePercent),
  );
  return new Set(tripped.map(([organization]) => organization));
}

function breakerFindings(
  plan: Plan,
  { driftedAccounts, absentOrganizations }: Circumstances,
): readonly Finding[] {
  return [
    ...[...driftedAccounts].map((account) => {
      const kept = plan.keptRoles.get(account) ?? 0;
      return finding(
        'account.drift-breaker',
        `Too many of the ${kept} roles in account ${account} drifted at once.`,
        { evidence: { account, kept } },
      );
    }),
    ...[...absentOrganizations].map((organization) =>
      finding(
        'organization.absence-breaker',
        `Too many connections of organization ${organization} are missing at once.`,
        {
          evidence: { organization, ...plan.missing.get(organization) },
        },
      ),
    ),
  ];
}
