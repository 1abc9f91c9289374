import type { GuardedPlan } from '../../../shared/application/run/reconcile.ts';
import type { Plan } from '../../../shared/domain/plan/change.ts';
import { ownApproval } from '../../../shared/domain/guard/controls.ts';
import type { GuardedChange } from '../../../shared/domain/guard/guard.ts';
import { timeText } from '../../../shared/domain/kernel/durations.ts';
import { counted } from '../../../shared/domain/kernel/counted.ts';
import type { Invocation } from '../command-line/command.ts';
import { listIf } from '../../../shared/domain/kernel/group-by.ts';

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
    ...listIf(
      others > 0,
      `${counted(others, 'change')} held for somebody else to approve: azfed approve ${snapshot.plan.id}${flag}`,
    ),
  ];
}

const isWaiting = (change: GuardedChange) =>
  change.decision === 'held'
    ? change.blockedBy === 'approval'
    : change.isWideningHeld && change.wideningHold === 'approval';

interface ConfirmationPrompt {
  /** What is about to be done. */
  readonly text: string;
  readonly question: string;
  /** It was agreed to when it was saved. */
  readonly isConfirmed?: boolean;
}

/** Shows what is about to be done and asks; what was agreed to before is only shown. */
export async function confirm(
  { options, terminal }: Invocation,
  { text, question, isConfirmed = false }: ConfirmationPrompt,
): Promise<boolean> {
  if (options.yes || isConfirmed) {
    if (!options.json) terminal.note(text);
    return true;
  }
  // Who is asked sees what about, however quiet.
  terminal.problem(text);
  if (await terminal.confirm(question)) return true;
  terminal.problem('Nothing was written. Answer "yes" to go on, or use --yes where nobody can be asked.');
  return false;
}
