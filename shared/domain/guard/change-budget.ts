import type { Change } from '../plan/change.ts';
import type { BlockedReason } from '../records/blocked-reason.ts';
import type { Limits } from '../configuration/configuration.ts';
import type { AccountId } from '../kernel/ids.ts';
import type { Initiator } from './controls.ts';

/** How much of what a run may do it has done; it grows with each change that is allowed whole. */
export interface ChangeBudget {
  /** Why no room is left for the change; `undefined` when there is. */
  overspent(change: Change): BlockedReason | undefined;
  spend(change: Change): void;
}

type Kind = 'changes' | 'closures' | 'deletions';

/** At most one role is deleted in a run, whatever the configuration says. */
const DELETIONS_PER_RUN = 1;

/**
 * Counts what a run changes. Narrowing is not counted: it never waits. An automatic run obeys the limits of the
 * configuration. A person who has seen the plan carries it out whole, or as many changes as they say.
 *
 * Percentages are of the open roles that azfed keeps in the account, and at least one: what is new there is not counted,
 * for it takes nothing from anybody, and at first nothing is kept.
 */
export function changeBudget(
  limits: Limits,
  initiator: Initiator,
  keptRoles: ReadonlyMap<AccountId, number>,
): ChangeBudget {
  return initiator.trigger === 'person'
    ? personBudget(initiator.max ?? Infinity)
    : automaticBudget(limits, keptRoles);
}

function personBudget(max: number): ChangeBudget {
  let all = 0;
  let deletions = 0;
  return {
    overspent(change) {
      if (change.kind === 'delete' && deletions >= DELETIONS_PER_RUN) return 'limit-deletions';
      return all >= max ? 'limit-max' : undefined;
    },
    spend(change) {
      all += 1;
      if (change.kind === 'delete') deletions += 1;
    },
  };
}

function automaticBudget(limits: Limits, keptRoles: ReadonlyMap<AccountId, number>): ChangeBudget {
  const counts: Readonly<Record<Kind, number>> = {
    changes: limits.changesPerPass,
    closures: limits.closuresPerPass,
    deletions: DELETIONS_PER_RUN,
  };
  const percents: Readonly<Record<Kind, number>> = {
    changes: limits.changesPercent,
    closures: limits.closuresPercent,
    deletions: 100,
  };
  const spent = new Map<string, number>();
  const countSpent = (key: string) => spent.get(key) ?? 0;
  const share = (kind: Kind, account: AccountId) =>
    Math.max(1, Math.floor(((keptRoles.get(account) ?? 0) * percents[kind]) / 100));
  return {
    overspent(change) {
      const kind = classifyChange(change);
      if (countSpent(kind) >= counts[kind]) return `limit-${kind}`;
      const isOver =
        isOfKept(change) && countSpent(`${kind} ${change.account}`) >= share(kind, change.account);
      return isOver ? `limit-${kind}` : undefined;
    },
    spend(change) {
      const kind = classifyChange(change);
      for (const key of [kind, ...(isOfKept(change) ? [`${kind} ${change.account}`] : [])])
        spent.set(key, countSpent(key) + 1);
    },
  };
}

function classifyChange({ kind }: Change): Kind {
  if (kind === 'delete') return 'deletions';
  return kind === 'close' ? 'closures' : 'changes';
}

/** A change of a role that is kept already. */
const isOfKept = ({ target, cause }: Change) => target === 'role' && cause !== 'new';

/**
 * The order in which changes share a budget: each project has its turn, with its most dangerous change first, so that
 * nobody uses up what others need. Providers come first, for roles need them.
 */
export function inFairOrder(changes: readonly Change[]): readonly Change[] {
  const turns = new Map<string, number>();
  const placed = changes.map((change, index) => {
    if (change.target === 'provider') return { change, index, turn: -1 };
    const project = makeProjectKey(change);
    const turn = turns.get(project) ?? 0;
    turns.set(project, turn + 1);
    return { change, index, turn };
  });
  return placed.sort((a, b) => a.turn - b.turn || a.index - b.index).map(({ change }) => change);
}

function makeProjectKey(change: Extract<Change, { target: 'role' }>): string {
  const [first] = change.bindings;
  return `${first?.organization.id ?? ''} ${first?.references[0]?.projectId ?? ''}`;
}
