import { fc } from '../builders/fast-check.ts';
import type { Change } from '../../shared/domain/plan/change.ts';
import { newControls } from '../../shared/domain/records/deployment-record.ts';
import { bootstrapped } from '../builders/rules.ts';
import { START } from '../builders/small-world.ts';
import { guard } from '../../shared/domain/guard/guard.ts';
import { restless } from '../builders/histories.ts';
import { runOnce, makePlan } from '../builders/small-world.ts';

describe('guard', () => {
  const rules = fc.record({
    limits: fc.record({
      changesPerPass: fc.integer({ min: 0, max: 3 }),
      closuresPerPass: fc.integer({ min: 0, max: 2 }),
      changesPercent: fc.constantFrom(0, 50, 100),
      closuresPercent: fc.constantFrom(0, 50, 100),
      deletionWaitDays: fc.constant(30),
      missingWaitDays: fc.constant(3),
      driftPercent: fc.constantFrom(0, 20, 100),
      absencePercent: fc.constantFrom(0, 10, 100),
      reminderDays: fc.constant(7),
    }),
    denyWindows: fc.constantFrom(
      [],
      [{ name: 'now', from: '2026-11-22T00:00:00Z', until: '2026-11-23T00:00:00Z' }],
    ),
    initiator: fc.constantFrom({ trigger: 'person' } as const, { trigger: 'schedule' } as const),
    controls: fc.constantFrom(bootstrapped, newControls),
    now: fc.constant(START),
  });

  it('adds nothing: every step is a step of the plan, in its place', () => {
    fc.assert(
      fc.property(restless, rules, (seen, rule) => {
        const planned = makePlan(seen);
        const { changes } = guard(planned, rule);
        const known = planned.changes.flatMap((change) => [
          ...(change.target === 'role' && change.meanwhile ? [change.meanwhile] : []),
          change,
        ]);
        const main = new Set(planned.changes.map(({ id }) => id));
        expect(changes.map(({ id }) => id).filter((id) => main.has(id))).toEqual([...main]);
        for (const { id, steps, decision } of changes) {
          const { narrowing = [], widening = [], atOnce } = known.find((each) => each.id === id) ?? {};
          const parts = [[], narrowing, [...narrowing, ...widening], ...(atOnce ? [atOnce] : [])];
          expect(parts).toContainEqual(steps);
          if (decision === 'held') expect(steps).toEqual([]);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('never holds the narrowing of a role, unless nothing may be written', () => {
    fc.assert(
      fc.property(restless, rules, (seen, rule) => {
        const { changes } = guard(makePlan(seen), { ...rule, controls: bootstrapped });
        for (const change of changes) {
          if (change.target !== 'role' || change.kind !== 'repair' || change.retires) continue;
          const isStopped = change.decision === 'held' && change.blockedBy === 'mode-observe';
          if (change.narrowing.length > 0) expect(change.decision === 'allowed' || isStopped).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('lets a run do less and never another thing: what it holds is planned again', () => {
    fc.assert(
      fc.property(restless, rules, (seen, rule) => {
        const { changes, world: done } = runOnce(seen, rule);
        const held = changes.filter(({ decision, target }) => decision === 'held' && target === 'role');
        // By kind and role, for the id of a closing covers the fields that the narrowing meanwhile has changed.
        const again = makePlan(done).changes.map(describeChange);
        for (const change of held) if (!change.hold) expect(again).toContain(describeChange(change));
      }),
      { numRuns: 200 },
    );
  });
});

function describeChange(change: Change): string {
  return `${change.kind} ${change.target === 'role' ? change.roleArn : change.providerArn}`;
}
