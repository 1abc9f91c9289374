import type { Change, HeldReason } from './change.ts';
import type { Limits } from './configuration.ts';
import type { AccountId } from './ids.ts';

/** How much of what a pass may do it has done; it grows with each change that is allowed. */
export interface PassBudget {
  /** Why no room is left for the change; `undefined` when there is. */
  overspent(change: Change): HeldReason | undefined;
  spend(change: Change): void;
}

type Kind = 'changes' | 'closures' | 'deletions';

/** At most one role is deleted in a pass, whatever the configuration says. */
const DELETIONS_PER_PASS = 1;

/**
 * Counts are those of the whole pass. Percentages are of the open roles that azfed keeps in the account, and at least
 * one: what is new there is not counted, for it takes nothing from anybody, and at first nothing is kept.
 */
export function passBudget(limits: Limits, keptRoles: ReadonlyMap<AccountId, number>): PassBudget {
  const counts: Readonly<Record<Kind, number>> = {
    changes: limits.changesPerPass,
    closures: limits.closuresPerPass,
    deletions: DELETIONS_PER_PASS,
  };
  const percents: Readonly<Record<Kind, number>> = {
    changes: limits.changesPercent,
    closures: limits.closuresPercent,
    deletions: 100,
  };
  const spent = new Map<string, number>();
  const spentOn = (key: string) => spent.get(key) ?? 0;
  const share = (kind: Kind, account: AccountId) =>
    Math.max(1, Math.floor(((keptRoles.get(account) ?? 0) * percents[kind]) / 100));
  return {
    overspent(change) {
      const kind = kindOf(change);
      if (spentOn(kind) >= counts[kind]) return `limit-${kind}`;
      const isOver = isOfKept(change) && spentOn(`${kind} ${change.account}`) >= share(kind, change.account);
      return isOver ? `limit-${kind}` : undefined;
    },
    spend(change) {
      const kind = kindOf(change);
      for (const key of [kind, ...(isOfKept(change) ? [`${kind} ${change.account}`] : [])])
        spent.set(key, spentOn(key) + 1);
    },
  };
}

function kindOf({ kind }: Change): Kind {
  if (kind === 'delete') return 'deletions';
  return kind === 'close' ? 'closures' : 'changes';
}

/** A change of a role that is kept already. */
const isOfKept = ({ target, cause }: Change) => target === 'role' && cause !== 'new';
