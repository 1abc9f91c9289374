import type { GuardedPlan } from '../../shared/application/reconcile.ts';
import { ownApproval } from '../../shared/domain/controls.ts';
import type { GuardedChange } from '../../shared/domain/guard.ts';
import { counted } from './render/counted.ts';
import { timeText } from './render/time.ts';

/** What can be done about the changes of a person's plan that wait for somebody else's yes, in sentences. */
export function approvalNotes(
  { changes, controls, asker, look }: GuardedPlan,
  now: number,
  flag: string,
): readonly string[] {
  const actor = asker.trigger === 'person' ? asker.actor : undefined;
  const waiting = changes.filter(isWaiting);
  const own = waiting.flatMap(({ id }) => ownApproval(controls, id, actor ?? '', now) ?? []);
  const [first] = own;
  const others = waiting.length - own.length;
  return [
    ...(first
      ? [
          `${counted(own.length, 'change')} held: you approved it yourself, until ${timeText(first.until)}. The next hands-off pass carries it out, or somebody else with: azfed apply${flag}`,
        ]
      : []),
    ...(others > 0
      ? [
          `${counted(others, 'change')} held for somebody else to approve: azfed approve ${look.plan.id}${flag}`,
        ]
      : []),
  ];
}

const isWaiting = (change: GuardedChange) =>
  change.decision === 'held'
    ? change.heldBecause === 'approval'
    : change.isWideningHeld && change.wideningHold === 'approval';
