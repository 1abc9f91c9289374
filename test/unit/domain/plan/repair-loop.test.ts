import { isDisputed } from '../../../../shared/domain/plan/repair-loop.ts';
import { recordUndisputed } from '../../../../shared/domain/recording/repair-loop-recording.ts';
import type { Person } from '../../../../shared/domain/records/deployment-record.ts';
import { REVOCATION_POLICY, revocation } from '../../../../shared/domain/plan/revocation.ts';
import { configuration, grant } from '../../../builders/configuration.ts';
import { connection } from '../../../builders/connection.ts';
import { connectionId, roleArn } from '../../../builders/domain-ids.ts';
import { withRole, withoutRole } from '../../../builders/iam-model.ts';
import { rules } from '../../../builders/rules.ts';
import type { SmallWorld } from '../../../builders/small-world.ts';
import {
  after,
  listEvents,
  federated,
  intend,
  runOnce,
  makePlan,
  selectRole,
  showing,
} from '../../../builders/small-world.ts';

const r1 = roleArn('r1');
const rested = after(60, federated([connection(1)]));
const bySchedule = (seen: SmallWorld) => runOnce(seen, rules({ now: seen.now }));
const drifted = (seen: SmallWorld): SmallWorld => ({
  ...seen,
  iam: withRole(seen.iam, { ...selectRole(seen, r1), description: 'mine' }),
});
const deleted = (seen: SmallWorld): SmallWorld => ({ ...seen, iam: withoutRole(seen.iam, r1) });

/** Somebody changes the role so many times, so many minutes apart, and each time an automatic run puts it back. */
function fought(times: number, minutes: number, seen: SmallWorld = rested): SmallWorld {
  if (times === 0) return seen;
  return fought(times - 1, minutes, after(minutes, bySchedule(drifted(seen)).world));
}

const at = (...minutes: readonly number[]) =>
  minutes.map((minute) => Date.UTC(2026, 10, 22) + minute * 60_000);

describe('a role is disputed', () => {
  it.each<[string, readonly number[], boolean]>([
    ['after five repairs within an hour', [0, 10, 20, 30, 60], true],
    ['not after five repairs in a little more', [0, 10, 20, 30, 60.1], false],
    ['not after four', [0, 1, 2, 3], false],
    ['not after none', [], false],
  ])('%s', (_what, minutes, expected) => {
    expect(isDisputed({ repairs: at(...minutes) })).toBe(expected);
  });
});

describe('drift of a role that was put back five times within an hour', () => {
  const disputed = drifted(fought(5, 10));

  it('is held in automatic runs, and found and told', () => {
    const held = bySchedule(disputed);
    expect(held.changes).toMatchObject([{ decision: 'held', blockedBy: 'disputed' }]);
    expect(held.findings.map(({ code }) => code)).toContain('role.disputed');
    expect(selectRole(held.world, r1).description).toBe('mine');
    expect(listEvents(held.world, connectionId(1)).slice(-3)).toEqual([
      'connection.repaired.v1',
      'connection.disputed.v1',
      'connection.drift-detected.v1',
    ]);
  });

  it('was put back the fourth time, and is when the repairs lie further apart', () => {
    expect(bySchedule(drifted(fought(4, 10))).changes).toMatchObject([{ decision: 'allowed' }]);
    expect(bySchedule(drifted(fought(6, 20))).changes).toMatchObject([{ decision: 'allowed' }]);
  });

  it('stays held however long ago that was, and is told to be disputed once', () => {
    const weeksLater = drifted(after(20_000, bySchedule(fought(5, 10)).world));
    const held = bySchedule(weeksLater);
    expect(held.changes).toMatchObject([{ blockedBy: 'disputed' }]);
    const notified = listEvents(held.world, connectionId(1));
    expect(notified.filter((type) => type === 'connection.disputed.v1')).toHaveLength(1);
  });

  it('is put back when a person applies, and that ends it', () => {
    const ended = runOnce(disputed).world;
    expect(selectRole(ended, r1).description).not.toBe('mine');
    expect(bySchedule(drifted(after(5, ended))).changes).toMatchObject([{ decision: 'allowed' }]);
    expect(makePlan(ended).findings.map(({ code }) => code)).not.toContain('role.disputed');
  });

  it('is put back after a person has said that it is over, which is told once', () => {
    const by = 'arn:aws:iam::999999999999:user/ana';
    const undisputed = disputed.recorded.map((item) => recordUndisputed(item, by, disputed.now));
    const ended = { ...disputed, recorded: undisputed };
    expect(bySchedule(ended).changes).toMatchObject([{ decision: 'allowed' }]);
    expect(listEvents(ended, connectionId(1)).at(-1)).toBe('connection.dispute-ended.v1');
    expect(undisputed.map((item) => recordUndisputed(item, by, disputed.now))).toEqual(undisputed);
  });

  it('is counted when a run ended between its last write and its record', () => {
    const fourth = drifted(fought(4, 10));
    const [change] = makePlan(fourth).changes;
    if (change?.target !== 'role') throw new Error('The role is to be put back.');
    const cut = { ...intend(fourth, change), iam: fought(4, 10).iam };
    const steady = after(10, bySchedule(cut).world);
    expect(bySchedule(drifted(steady)).changes).toMatchObject([{ blockedBy: 'disputed' }]);
  });

  it('does not keep an impostor in: the role is closed when somebody takes the name', () => {
    const taken = showing(fought(5, 10), [connection(2, { references: connection(1).references })]);
    expect(bySchedule(taken).changes).toMatchObject([{ kind: 'close', decision: 'allowed' }]);
  });
});

it('holds a role that somebody deletes again and again', () => {
  const first = deleted(fought(5, 10));
  const second = bySchedule(after(5, bySchedule(first).world));
  expect(second.changes).toMatchObject([{ kind: 'create', blockedBy: 'disputed' }]);
  const undisputed = bySchedule(after(5, bySchedule(deleted(fought(4, 10))).world));
  expect(undisputed.changes).toMatchObject([{ kind: 'create', decision: 'allowed' }]);
});

describe('the quarantine of a disputed role', () => {
  const quarantining = configuration({ grants: [grant({ quarantine: true })] });
  const ADMIN = 'arn:aws:iam::aws:policy/AdministratorAccess';
  const widened = (seen: SmallWorld): SmallWorld => {
    const role = selectRole(seen, r1);
    return {
      ...seen,
      iam: withRole(seen.iam, { ...role, managedPolicies: [...role.managedPolicies, ADMIN] }),
    };
  };
  const denial = (seen: SmallWorld) => selectRole(seen, r1).inlinePolicies[REVOCATION_POLICY];
  const start = after(60, federated([connection(1)], { configuration: quarantining }));
  const disputed = fought(5, 10, start);

  it('denies everything to all sessions for an hour, each time that it is narrowed', () => {
    const hit = widened(disputed);
    const done = bySchedule(hit);
    expect(denial(done.world)).toEqual(revocation(hit.now + 60 * 60_000));
    expect(selectRole(done.world, r1).managedPolicies).not.toContain(ADMIN);
    const again = widened(after(30, done.world));
    expect(denial(bySchedule(again).world)).toEqual(revocation(again.now + 60 * 60_000));
    expect(bySchedule(after(30, done.world)).changes).toEqual([]);
  });

  it('ends with the dispute, when a person says so', () => {
    const { world: seen } = bySchedule(widened(disputed));
    const by = 'arn:aws:iam::999999999999:user/ana' as Person;
    const recorded = seen.recorded.map((item) => recordUndisputed(item, by, seen.now));
    const freed = bySchedule(after(5, { ...seen, recorded }));
    expect(denial(freed.world)).toBeUndefined();
    expect(bySchedule(after(60, freed.world)).changes).toEqual([]);
  });

  it.each([
    ['the role is not disputed', fought(3, 10, start)],
    ['its grant does not ask for it', fought(5, 10)],
  ])('is not made where %s', (_what, seen) => {
    expect(denial(bySchedule(widened(seen)).world)).toBeUndefined();
  });
});
