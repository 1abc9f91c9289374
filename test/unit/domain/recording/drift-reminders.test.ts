import { everybodySeen } from '../../../builders/recorded-items.ts';
import { finding } from '../../../../shared/domain/findings/finding.ts';
import type { RunScope } from '../../../../shared/domain/desired/scope.ts';
import { recordFailed, recordIntent } from '../../../../shared/domain/recording/recording.ts';
import type { RecordedConnection } from '../../../../shared/domain/records/connection-record.ts';
import { notifyTransitions } from '../../../../shared/domain/recording/notify-transitions.ts';
import { configuration, grant } from '../../../builders/configuration.ts';
import { connection } from '../../../builders/connection.ts';
import { ACCOUNT, connectionId, roleArn } from '../../../builders/domain-ids.ts';
import { withRole } from '../../../builders/iam-model.ts';
import { rules } from '../../../builders/rules.ts';
import type { SmallWorld } from '../../../builders/small-world.ts';
import { after, federated, runOnce, makePlan, selectRole, showing } from '../../../builders/small-world.ts';

const DAY = 24 * 60;
const ADMINISTRATOR = 'arn:aws:iam::aws:policy/AdministratorAccess';
const r1 = roleArn('r1');
const observing = (reminderDays = 7) => {
  const { limits } = configuration();
  return configuration({ grants: [grant({ mode: 'observe' })], limits: { ...limits, reminderDays } });
};
const rested = after(60, federated([connection(1), connection(2)]));
const watched: SmallWorld = { ...rested, configuration: observing() };
const drifted = (seen: SmallWorld, description = 'mine', arn = r1): SmallWorld => ({
  ...seen,
  iam: withRole(seen.iam, { ...selectRole(seen, arn), description }),
});
const runAutomatically = (seen: SmallWorld, scope?: RunScope) =>
  runOnce(seen, rules(), undefined, scope).world;
/** A run a day. */
const days = (count: number, seen: SmallWorld): SmallWorld =>
  count === 0 ? seen : days(count - 1, runAutomatically(after(DAY, seen)));
const getRecord = ({ recorded }: SmallWorld, number = 1): RecordedConnection => {
  const item = recorded.find((one) => one.connectionId === connectionId(number));
  if (!item) throw new Error('It is recorded.');
  return item;
};
/** What was told of drift: when, in days after the world began to be watched, and which reminder it is. */
const listNotifications = (seen: SmallWorld, number = 1) =>
  getRecord(seen, number)
    .outbox.pending.filter(({ type }) => type.startsWith('connection.drift-'))
    .map(({ time, data }) => [
      (Date.parse(time) - watched.now) / (DAY * 60_000),
      ...('reminder' in data ? [data['reminder']] : []),
    ]);
const atOnce = runAutomatically(drifted(watched));

describe('drift that stays', () => {
  it.each<[number, number, readonly unknown[]]>([
    [7, 6, [[0]]],
    [7, 7, [[0], [7, 1]]],
    [7, 30, [[0], [7, 1], [14, 2], [21, 3], [28, 4]]],
    [1, 3, [[0], [1, 1], [2, 2], [3, 3]]],
    [0, 400, [[0]]],
  ])('with reminders every %d days is told in %d days on these days', (reminderDays, count, expected) => {
    const first = runAutomatically(drifted({ ...rested, configuration: observing(reminderDays) }));
    expect(listNotifications(days(count, first))).toEqual(expected);
  });

  it('is told as before, and since when', () => {
    const [first, reminder] = getRecord(days(7, atOnce)).outbox.pending.slice(-2);
    expect(reminder).toMatchObject({
      type: 'connection.drift-unresolved.v1',
      data: { ...first?.data, since: new Date(watched.now).toISOString(), reminder: 1 },
    });
  });

  it('is told once after a long silence, however long it was', () => {
    expect(listNotifications(days(1, after(40 * DAY, atOnce)))).toEqual([[0], [41, 1]]);
  });

  it('changes no record while no reminder is due', () => {
    expect(getRecord(days(6, atOnce))).toBe(getRecord(atOnce));
  });

  it('is not told by a clock that was set back', () => {
    expect(listNotifications(runAutomatically({ ...atOnce, now: 0 }))).toEqual([[0]]);
  });

  it('counts from the first run of a release that reminds, when an earlier one has told it', () => {
    const { unresolved: _, ...old } = getRecord(atOnce);
    const read: SmallWorld = { ...atOnce, recorded: [old, getRecord(atOnce, 2)] };
    expect(listNotifications(days(8, after(100 * DAY, read)))).toEqual([[0], [108, 1]]);
  });

  it('is another one for each role of a connection', () => {
    const moved = showing(rested, [connection(1, { requestedRoleArn: roleArn('r3') }), connection(2)]);
    const closing = { ...moved, configuration: configuration({ grants: [grant({ retire: 'close' })] }) };
    const watching = configuration({ grants: [grant({ retire: 'close', mode: 'observe' })] });
    const two = { ...after(60, runOnce(runOnce(closing).world).world), configuration: watching };
    const opened = { ...two, iam: withRole(two.iam, selectRole(rested, r1)) };
    const first = runAutomatically(drifted(opened, 'mine', roleArn('r3')));
    const listUnresolvedRoles = (seen: SmallWorld) =>
      getRecord(seen)
        .unresolved?.map((one) => one.roleArn)
        .sort();
    expect(listUnresolvedRoles(first)).toEqual([r1, roleArn('r3')]);
    const closed = { ...first, iam: withRole(first.iam, selectRole(two, r1)) };
    expect(listUnresolvedRoles(days(1, closed))).toEqual([roleArn('r3')]);
  });
});

describe('drift that is over', () => {
  const fixed = { ...atOnce, iam: rested.iam };

  it('is forgotten, and the next one counts from its own day', () => {
    const over = days(1, fixed);
    expect(getRecord(over)).toMatchObject({ notified: [] });
    expect(getRecord(over)).not.toHaveProperty('unresolved');
    const again = drifted(days(19, over));
    expect(listNotifications(days(8, again))).toEqual([[0], [21], [28, 1]]);
  });

  it('is forgotten by the very write that records its repair', () => {
    const repaired = runOnce(drifted(rested)).world;
    expect(getRecord(repaired).outbox.pending.at(-1)?.type).toBe('connection.repaired.v1');
    expect(getRecord(repaired)).not.toHaveProperty('unresolved');
    expect(getRecord(runOnce({ ...atOnce, configuration: configuration() }).world)).not.toHaveProperty(
      'unresolved',
    );
  });

  it('is forgotten when the configuration wants what somebody made of it', () => {
    const same = {
      ...atOnce,
      iam: withRole(rested.iam, { ...selectRole(rested, r1), maxSessionDuration: 7_200 }),
    };
    const { limits } = configuration();
    const wanted = configuration({ grants: [grant({ mode: 'observe', maxSessionDuration: 7_200 })], limits });
    expect(getRecord(days(1, { ...same, configuration: wanted }))).not.toHaveProperty('unresolved');
  });
});

describe('drift that becomes another one', () => {
  it('is told anew and reminded of from then on, and is known since it was first told', () => {
    const other = days(1, drifted(days(4, atOnce), 'theirs'));
    expect(listNotifications(days(8, other))).toEqual([[0], [5], [12, 1]]);
    const { unresolved = [] } = getRecord(other);
    expect(unresolved).toMatchObject([{ since: watched.now, reminders: 0 }]);
  });

  it('is known since it was first told when it was narrowed in between', () => {
    const torn: SmallWorld = {
      ...rested,
      iam: withRole(rested.iam, { ...selectRole(rested, r1), maxSessionDuration: 3_600 }),
      configuration: configuration({ grants: [grant({ maxSessionDuration: 43_200 })] }),
    };
    const held = runAutomatically(torn);
    const since = getRecord(held).unresolved?.[0]?.since;
    expect(since).toBe(torn.now);
    const wide = {
      ...held,
      iam: withRole(held.iam, { ...selectRole(held, r1), managedPolicies: [ADMINISTRATOR] }),
    };
    const narrowed = days(1, after(1, wide));
    expect(selectRole(narrowed, r1).managedPolicies).not.toContain(ADMINISTRATOR);
    expect(getRecord(days(1, narrowed)).unresolved).toMatchObject([{ since }]);
  });
});

describe('a run that has not seen everything', () => {
  const late = after(8 * DAY, atOnce);
  const other: RunScope = { account: ACCOUNT, roles: ['r2'] };
  const own: RunScope = { account: ACCOUNT, roles: ['r1'] };

  it('reminds of what it has seen, and of nothing else', () => {
    expect(listNotifications(runAutomatically(late, other))).toEqual([[0]]);
    expect(getRecord(runAutomatically(late, other))).toBe(getRecord(late));
    expect(listNotifications(runAutomatically(late, own))).toEqual([[0], [8, 1]]);
  });

  it('forgets what it has seen to be over, and nothing else', () => {
    const fixed = { ...late, iam: rested.iam };
    expect(getRecord(runAutomatically(fixed, other))).toBe(getRecord(fixed));
    expect(getRecord(runAutomatically(fixed, own))).not.toHaveProperty('unresolved');
  });

  it('lets drift of one role of a connection be told again when that was over, whatever is with the others', () => {
    const { role } = getRecord(rested, 2);
    const both = { ...getRecord(atOnce), earlier: role ? [role] : [] };
    const over = runAutomatically({ ...atOnce, recorded: [both], iam: rested.iam }, own);
    expect(getRecord(over)).toMatchObject({ notified: [] });
    expect(listNotifications(runAutomatically(drifted(after(DAY, over)), own))).toEqual([[0], [1]]);
  });

  it('forgets nothing when something could not be read', () => {
    const findings = [finding('read.incomplete', 'An account could not be read.')];
    const seen = {
      changes: [],
      absences: [],
      presence: everybodySeen,
      findings,
      reminderDays: 7,
      isOnboarding: false,
    };
    expect(notifyTransitions([getRecord(late)], seen, late.now)).toEqual([]);
    const whole = notifyTransitions([getRecord(late)], { ...seen, findings: [] }, late.now);
    expect(whole).toMatchObject([{ notified: [] }]);
  });
});

describe('a repair that fails', () => {
  const seen = drifted(rested);
  const [change] = makePlan(seen).changes;
  if (change?.target !== 'role') throw new Error('The role drifted.');
  const [binding] = change.bindings;
  if (!binding) throw new Error('Somebody is bound to it.');
  const allowed = { ...change, decision: 'allowed', steps: [], isWideningHeld: false } as const;
  /** What a run that is refused by IAM leaves of the record. */
  const refused = (item: RecordedConnection, now: number, error?: { code: string; message: string }) => {
    const intended = recordIntent(item, change, binding, now);
    const failed = error
      ? recordFailed(intended, change, binding, { ...error, nature: 'refused' }, { now, reminderDays: 7 })
      : intended;
    const report = {
      ...{ changes: [allowed], absences: [], presence: everybodySeen, findings: [] },
      ...{ reminderDays: 7, isOnboarding: false },
    };
    return notifyTransitions([failed], report, now)[0] ?? failed;
  };
  const no = { code: 'permission', message: 'No.' };
  const at = (day: number) => seen.now + day * DAY * 60_000;
  const first = refused(getRecord(seen), at(0), no);
  const reminders = (item: RecordedConnection) =>
    item.outbox.pending.filter(({ type }) => type === 'connection.drift-unresolved.v1');

  it('is told as drift and as a failure once, and reminds of both', () => {
    const again = refused(first, at(6), no);
    expect(again).toEqual({ ...first, failing: again.failing });
    expect(again.failing).toMatchObject([{ since: at(0), times: 2 }]);
    const second = refused(first, at(7), no);
    expect(reminders(second)).toMatchObject([
      {
        data: {
          reminder: 1,
          action: { decision: 'failed' },
          failing: { since: new Date(at(0)).toISOString(), times: 2, nature: 'refused', message: 'No.' },
        },
      },
    ]);
    expect(reminders(refused(second, at(8), no))).toHaveLength(1);
    expect(reminders(refused(second, at(14), no))).toHaveLength(2);
  });

  it('reminds of drift alone when no failure was told', () => {
    const begun = refused(getRecord(seen), at(0));
    expect(reminders(refused(begun, at(7)))).toMatchObject([{ data: { action: { decision: 'repairing' } } }]);
  });
});

describe('those who share a role that has drifted', () => {
  const sharing = configuration({ grants: [grant({ shareRole: true })] });
  const second = connection(2, { requestedRoleArn: r1 });
  const both = after(60, federated([connection(1), second], { configuration: sharing }));
  const held = {
    ...both,
    configuration: configuration({ grants: [grant({ shareRole: true, mode: 'observe' })] }),
  };

  it('are both reminded of it, and both forget it', () => {
    const first = runAutomatically(drifted(held));
    const late = days(7, first);
    expect([listNotifications(late), listNotifications(late, 2)]).toEqual([
      [[0], [7, 1]],
      [[0], [7, 1]],
    ]);
    const over = days(1, { ...late, iam: both.iam });
    for (const number of [1, 2]) expect(getRecord(over, number)).not.toHaveProperty('unresolved');
  });

  it('are both reminded of it when one of them has come after it was told', () => {
    const alone = { ...both, recorded: [getRecord(both)], inventories: both.inventories };
    const late = days(8, runAutomatically(drifted({ ...alone, configuration: held.configuration })));
    expect(listNotifications(late, 2)).toEqual([[0], [7, 1]]);
    expect(getRecord(late, 2).role).toBeUndefined();
    const over = runAutomatically({ ...late, iam: both.iam }, { account: ACCOUNT });
    expect(getRecord(over, 2)).not.toHaveProperty('unresolved');
  });
});
