import { guard } from '../../../../shared/domain/guard/guard.ts';
import type { GuardedChange } from '../../../../shared/domain/guard/guard.ts';
import {
  planDocument,
  limitToReviewed,
  reviewedChanges,
} from '../../../../shared/domain/guard/plan-document.ts';
import type { Step } from '../../../../shared/domain/iam/iam-operation.ts';
import { connection } from '../../../builders/connection.ts';
import { roleArn } from '../../../builders/domain-ids.ts';
import { rules } from '../../../builders/rules.ts';
import { makePlan, world } from '../../../builders/small-world.ts';

const plan = makePlan(world([connection(1)]));
const { changes } = guard(plan, rules({ initiator: { trigger: 'person' } }));
const roleChanges = changes.filter(({ target }) => target === 'role');
const narrowingSteps: readonly Step[] = [
  {
    action: 'detachManagedPolicy',
    role: roleArn('r1'),
    policy: 'arn:aws:iam::aws:policy/AdministratorAccess',
  },
];

/** As it is read again from the file: through JSON. */
const saveReviewed = (shown: readonly GuardedChange[]) =>
  reviewedChanges(
    (
      JSON.parse(
        JSON.stringify(planDocument('plan-1', 'changes', shown, [], { azureDevOps: 0, iam: 0, dynamodb: 0 })),
      ) as ReturnType<typeof planDocument>
    ).changes,
  );

const heldNow = (change: GuardedChange): GuardedChange => ({
  ...change,
  steps: [],
  decision: 'held',
  blockedBy: 'paused',
});
const inPart = (change: GuardedChange): GuardedChange => ({
  ...change,
  narrowing: narrowingSteps,
  steps: narrowingSteps,
  isWideningHeld: true,
  wideningHold: 'approval',
});
const whole = (change: GuardedChange): GuardedChange => ({
  ...inPart(change),
  steps: [...narrowingSteps, ...change.widening],
  isWideningHeld: false,
});

describe('of a saved plan is carried out', () => {
  it('what it showed as allowed', () => {
    expect(changes.some(({ steps }) => steps.length > 0)).toBe(true);
    expect(limitToReviewed(changes, saveReviewed(changes))).toEqual(changes);
  });

  it('nothing of a change that it showed as held', () => {
    const limited = limitToReviewed(changes, saveReviewed(changes.map(heldNow)));
    expect(limited.map(({ decision, steps }) => ({ decision, steps }))).toEqual(
      changes.map(() => ({ decision: 'held', steps: [] })),
    );
    expect(limited).toEqual(
      changes.map(() => expect.objectContaining({ blockedBy: 'not-reviewed' }) as unknown),
    );
  });

  it('only the narrowing of a change of which it showed only that as allowed', () => {
    const limited = limitToReviewed(roleChanges.map(whole), saveReviewed(roleChanges.map(inPart)));
    expect(limited.map(({ steps, isWideningHeld }) => ({ steps, isWideningHeld }))).toEqual(
      roleChanges.map(() => ({ steps: narrowingSteps, isWideningHeld: true })),
    );
  });

  it('nothing that it did not name, and nothing that is held now', () => {
    expect(limitToReviewed(changes, new Map()).map(({ decision }) => decision)).toEqual(
      changes.map(() => 'held'),
    );
    const held = changes.map(heldNow);
    expect(limitToReviewed(held, saveReviewed(changes))).toEqual(held);
  });
});
