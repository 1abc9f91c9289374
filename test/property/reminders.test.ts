import { fc } from '../builders/fast-check.ts';
import type { RunScope } from '../../shared/domain/desired/scope.ts';
import { isInScope } from '../../shared/domain/desired/scope.ts';
import type { RecordedConnection } from '../../shared/domain/records/connection-record.ts';
import { hasNotice } from '../../shared/domain/records/notified.ts';
import { tampered, tamperings } from '../builders/arbitraries-tampering.ts';
import { configuration, grant } from '../builders/configuration.ts';
import { connection } from '../builders/connection.ts';
import { ACCOUNT, roleArn } from '../builders/domain-ids.ts';
import { withRole } from '../builders/iam-model.ts';
import { rules } from '../builders/rules.ts';
import type { RunResult, SmallWorld } from '../builders/small-world.ts';
import { after, federated, runOnce } from '../builders/small-world.ts';
import { isDrift } from '../../shared/domain/plan/change.ts';

const WEEK = 7 * 24 * 60;
const connections = [
  connection(1, { requestedRoleArn: roleArn('x') }),
  connection(2, { requestedRoleArn: roleArn('x') }),
  connection(3, { requestedRoleArn: roleArn('y') }),
  connection(4, { requestedRoleArn: roleArn('z') }),
];
const granting = (mode: 'observe' | 'enforce') =>
  configuration({ grants: [grant({ mode, shareRole: true })] });

const scope = fc.option(fc.record({ account: fc.constant(ACCOUNT), roles: fc.subarray(['x', 'y', 'z']) }), {
  nil: undefined,
});
/** Somebody changes a role, or puts all of them back; then, after a while, a run is under way. */
const step = fc.record({
  name: fc.constantFrom('x', 'y', 'z'),
  change: fc.option(fc.constantFrom(...Object.values(tamperings)), { freq: 2, nil: undefined }),
  isPutBack: fc.constantFrom(true, false, false, false, false, false),
  scope,
  minutes: fc.constantFrom(5, 1_440, WEEK, WEEK, WEEK),
});
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;
const steps = fc.array(step, { minLength: 1, maxLength: 6 });

/** Connections with roles of their own and with one that they share, where azfed puts nothing right. */
const watched = fc.subarray(connections, { minLength: 1 }).map((some) => {
  const made = federated(some, { configuration: granting('enforce') });
  return { ...after(60, made), configuration: granting('observe') };
});

const runAutomatically = (seen: SmallWorld, within?: RunScope) => runOnce(seen, rules(), undefined, within);

function stepped(start: SmallWorld, seen: SmallWorld, one: Step) {
  const iam = one.isPutBack ? start.iam : seen.iam;
  const role = iam.roles.get(roleArn(one.name));
  const changed = role && one.change ? withRole(iam, tampered(role, [one.change])) : iam;
  return after(one.minutes, { ...seen, iam: changed });
}

const listReminders = ({ recorded }: SmallWorld) =>
  recorded
    .flatMap(({ outbox }) => outbox.pending)
    .filter(({ type }) => type === 'connection.drift-unresolved.v1');
const listDrift = ({ changes }: RunResult) =>
  changes.flatMap((one) => (one.target === 'role' && isDrift(one) ? [one] : []));
const listUnresolved = (recorded: readonly RecordedConnection[]) =>
  recorded.flatMap(({ notified, connectionId, unresolved = [] }) =>
    unresolved.map((drift) => ({ connectionId, notified, ...drift })),
  );

/** A law about what never comes to be says nothing. */
let [drifts, reminders] = [0, 0];
afterAll(() => {
  expect([drifts > 10, reminders > 5]).toEqual([true, true]);
});

describe('what people are reminded of', () => {
  it('is, after a look at everything, the drift that is there, as it was told', () => {
    fc.assert(
      fc.property(watched, steps, (start, all) => {
        const past = all.reduce(
          (seen, one) => runAutomatically(stepped(start, seen, one), one.scope).world,
          runAutomatically(start).world,
        );
        const last = runAutomatically(past);
        const there = listDrift(last).flatMap(({ id, roleArn: arn, bindings }) =>
          bindings.map(({ connectionId }) => `${connectionId} ${arn} ${id}`),
        );
        const known = listUnresolved(last.world.recorded);
        drifts += known.length;
        expect(known.map((one) => `${one.connectionId} ${one.roleArn} ${one.changeId}`).sort()).toEqual(
          there.sort(),
        );
        for (const { notified, changeId } of known)
          expect(hasNotice({ notified }, { of: 'drift', changeId })).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('comes at most once a week for each role, from a run that has looked at it', () => {
    fc.assert(
      fc.property(watched, steps, (start, all) => {
        all.reduce((past, one) => {
          const seen = stepped(start, past, one);
          const { world } = runAutomatically(seen, one.scope);
          const due = listUnresolved(seen.recorded).filter(
            ({ roleArn: arn, toldAt }) =>
              (!one.scope || isInScope(one.scope, arn)) && toldAt + WEEK * 60_000 <= seen.now,
          );
          const fresh = listReminders(world).length - listReminders(seen).length;
          reminders += fresh;
          expect(fresh).toBeLessThanOrEqual(due.length);
          return world;
        }, runAutomatically(start).world);
      }),
      { numRuns: 200 },
    );
  });
});
