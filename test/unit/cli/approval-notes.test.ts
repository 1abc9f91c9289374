import { approvalNotes } from '../../../functions/cli/console/approval-notes.ts';
import { recordApproval } from '../../../shared/domain/guard/controls-recording.ts';
import { guard } from '../../../shared/domain/guard/guard.ts';
import { connection } from '../../builders/connection.ts';
import { bootstrapped, rules } from '../../builders/rules.ts';
import { START, makePlan, world } from '../../builders/small-world.ts';

const [ana, ben] = ['arn:aws:iam::999999999999:user/ana', 'arn:aws:iam::999999999999:user/ben'];
const plan = makePlan(world([connection(1)]));
const waiting = {
  ...plan,
  changes: plan.changes.map((change) => ({ ...change, hold: 'approval' }) as const),
};
const ids = plan.changes.map(({ id }) => id);

/** What the person is told when Ana has approved these changes. */
function writeNotes(actor: string, changes: readonly string[], whole = waiting) {
  const controls = recordApproval(bootstrapped, { planId: plan.id, changes, by: ana }, START);
  const initiator = { trigger: 'person', actor } as const;
  const guarded = guard(whole, rules({ initiator, controls }));
  return approvalNotes({ ...guarded, controls, initiator, snapshot: { plan } }, START, ' --local');
}

it('names the plan that somebody else has to approve', () => {
  expect(writeNotes(ben, [])).toEqual([
    `2 changes held for somebody else to approve: azfed approve ${plan.id} --local`,
  ]);
});

it('says that the own approval does not count, until when it lasts and who can go on', () => {
  expect(writeNotes(ana, ids)).toEqual([
    '2 changes held: you approved them yourself, until 2026-11-22 10:00 UTC. The next automatic run carries them out, or somebody else with: azfed apply --local',
  ]);
  expect(writeNotes(ben, ids)).toEqual([]);
});

it('says both where both is so, and nothing where nothing waits', () => {
  expect(writeNotes(ana, ids.slice(1))).toMatchObject([
    expect.stringMatching(/^1 change held: you approved it yourself/),
    expect.stringMatching(/^1 change held for somebody else/),
  ]);
  expect(writeNotes(ana, [], { ...waiting, changes: [] })).toEqual([]);
});
