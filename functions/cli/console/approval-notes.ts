import type { GuardedPlan } from '../../../shared/application/run/reconcile.ts';
import type { Plan } from '../../../shared/domain/plan/change.ts';
import { ownApproval } from '../../../shared/domain/guard/controls.ts';
import type { GuardedChange } from '../../../shared/domain/guard/guard.ts';
import { timeText } from '../../../shared/domain/kernel/time-text.ts';
import { counted } from '../output/counted.ts';

type HeldPlan = Pick<GuardedPlan, 'changes' | 'controls' | 'initiator'> & {
  readonly snapshot: { readonly plan: Pick<Plan, 'id'> };
};

/** What can be done about the changes of a person's plan that wait for somebody else's yes, in sentences. */
export function approvalNotes(
  { changes, controls, initiator, snapshot }: HeldPlan,
  now: number,
  flag: string,
): readonly string[] {
  const actor = initiator.trigger === 'person' ? initiator.actor : undefined;
  const waiting = changes.filter(isWaiting);
  const own = waiting.flatMap(({ id }) => ownApproval(controls, id, actor ?? '', now) ?? []);
  const [first] = own;
  const others = waiting.length - own.length;
  const them = own.length === 1 ? 'it' : 'them';
  return [
    ...(first
      ? [
          `${counted(own.length, 'change')} held: you approved ${them} yourself, until ${timeText(first.until)}. The next automatic run carries ${them} out, or somebody else with: azfed apply${flag}`,
        ]
      : []),
    ...(others > 0
      ? [
          `${counted(others, 'change')} held for somebody else to approve: azfed approve ${snapshot.plan.id}${flag}`,
        ]
      : []),
  ];
}

const isWaiting = (change: GuardedChange) =>
  change.decision === 'held'
    ? change.blockedBy === 'approval'
    : change.isWideningHeld && change.wideningHold === 'approval';
