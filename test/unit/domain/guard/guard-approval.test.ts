import type { BlockedReason } from '../../../../shared/domain/records/blocked-reason.ts';
import { recordApproval } from '../../../../shared/domain/guard/controls-recording.ts';
import type { Initiator } from '../../../../shared/domain/guard/controls.ts';
import { guard } from '../../../../shared/domain/guard/guard.ts';
import { connection } from '../../../builders/connection.ts';
import { bootstrapped, rules } from '../../../builders/rules.ts';
import { START, makePlan, world } from '../../../builders/small-world.ts';

const MINUTE = 60_000;
const [ana, ben] = ['arn:aws:iam::999999999999:user/ana', 'arn:aws:iam::999999999999:user/ben'];
const plan = makePlan(world([connection(1)]));
const approved = recordApproval(
  bootstrapped,
  { planId: plan.id, changes: plan.changes.map(({ id }) => id), by: ana },
  START,
);

const initiators: Readonly<Record<string, Initiator>> = {
  'a schedule': { trigger: 'schedule' },
  Ana: { trigger: 'person', actor: ana },
  Ben: { trigger: 'person', actor: ben },
};

/** Why the whole plan is held, when the planner has held it all; `undefined` when it is allowed. */
function findBlockReason(hold: BlockedReason, initiator: Initiator, controls = approved, now = START) {
  const changes = plan.changes.map((change) => ({ ...change, hold }));
  const reasons = guard({ ...plan, changes }, rules({ initiator, controls, now })).changes.map((change) =>
    change.decision === 'held' ? change.blockedBy : undefined,
  );
  expect(new Set(reasons).size).toBe(1);
  return reasons[0];
}

describe('what Ana has approved', () => {
  it.each<[BlockedReason, string, BlockedReason | undefined]>([
    ['approval', 'a schedule', undefined],
    ['approval', 'Ben', undefined],
    ['approval', 'Ana', 'approval'],
    ['conflict', 'a schedule', undefined],
    ['conflict', 'Ana', undefined],
    ['disputed', 'a schedule', undefined],
    ['disputed', 'Ana', undefined],
    ['incident', 'a schedule', 'incident'],
    ['incident', 'Ben', 'incident'],
    ['second-look', 'Ben', 'second-look'],
  ])('and waits for %s goes on, or not, for %s', (hold, who, expected) => {
    const initiator = initiators[who] ?? { trigger: 'schedule' };
    expect(findBlockReason(hold, initiator)).toBe(expected);
    expect(findBlockReason(hold, { trigger: 'schedule' }, bootstrapped)).toBe(hold);
  });

  it('goes on for an hour', () => {
    const initiator: Initiator = { trigger: 'person', actor: ben };
    expect(findBlockReason('approval', initiator, approved, START + 60 * MINUTE - 1)).toBeUndefined();
    expect(findBlockReason('approval', initiator, approved, START + 60 * MINUTE)).toBe('approval');
  });

  it('goes on for Ana when Ben has approved it too', () => {
    const { approvals } = recordApproval(
      bootstrapped,
      { planId: plan.id, changes: plan.changes.map(({ id }) => id), by: ben },
      START,
    );
    const both = { ...approved, approvals: [...approved.approvals, ...approvals] };
    expect(findBlockReason('approval', { trigger: 'person', actor: ana }, both)).toBeUndefined();
  });

  it('is still held by everything else', () => {
    const pause = { scope: { of: 'everything' }, until: START + MINUTE } as const;
    const paused = { ...approved, pauses: [{ ...pause, reason: 'audit', by: ben, at: pause.until }] };
    expect(findBlockReason('approval', { trigger: 'schedule' }, paused)).toBe('paused');
  });
});
