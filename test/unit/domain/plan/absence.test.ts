import type { RoleId } from '../../../../shared/domain/kernel/ids.ts';
import { readManagedTrust } from '../../../builders/managed-trust.ts';
import type { RecordedRole } from '../../../../shared/domain/records/connection-record.ts';
import type { ObservedRole } from '../../../../shared/domain/iam/role.ts';
import { closedTrust } from '../../../../shared/domain/policy/trust-narrowing.ts';
import { connection } from '../../../builders/connection.ts';
import { connectionId, roleArn } from '../../../builders/domain-ids.ts';
import { withRole, withoutRole } from '../../../builders/iam-model.ts';
import type { SmallWorld } from '../../../builders/small-world.ts';
import {
  START,
  after,
  listEvents,
  federated,
  runOnce,
  runTimes,
  makePlan,
  selectRole,
  world,
} from '../../../builders/small-world.ts';

const r1 = roleArn('r1');
const before = after(60, federated([connection(1)]));
const without = (seen: SmallWorld) => ({ ...seen, iam: withoutRole(seen.iam, r1) });
const isThere = (seen: SmallWorld) => seen.iam.roles.has(r1);

describe('a role that is not found', () => {
  it('is made again when a second look half a minute later agrees', () => {
    const first = runOnce(without(before));
    expect(first.changes).toMatchObject([
      { kind: 'create', cause: 'gone', decision: 'held', blockedBy: 'second-look' },
    ]);
    const tooSoon = runOnce({ ...first.world, now: first.world.now + 29_000 });
    expect(tooSoon.changes).toMatchObject([{ blockedBy: 'second-look' }]);
    const second = runOnce({ ...tooSoon.world, now: first.world.now + 30_000 });
    expect(isThere(second.world)).toBe(true);
    expect(listEvents(second.world, connectionId(1)).slice(1)).toEqual([
      'connection.drift-detected.v1',
      'connection.repaired.v1',
    ]);
    expect(runOnce(after(5, second.world)).plan.changes).toEqual([]);
  });

  it('and is there again at the second look was only hidden by a late replica, and starts over', () => {
    const first = runOnce(without(before)).world;
    const back = runOnce({ ...after(5, first), iam: before.iam }).world;
    expect(back.recorded[0]?.role?.absentSince).toBeUndefined();
    expect(runOnce(without(after(60, back))).changes).toMatchObject([{ blockedBy: 'second-look' }]);
  });

  it('within two minutes of our own write says nothing', () => {
    const young = runOnce(without({ ...before, now: START + 119_000 }));
    expect([young.changes, young.plan.absences]).toEqual([[], []]);
    expect(runOnce(without({ ...before, now: START + 120_000 })).changes).toHaveLength(1);
  });

  it('is not made for a connection that is not ready', () => {
    const waiting = (fields: object) =>
      makePlan({ ...without(before), inventories: federated([connection(1, fields)]).inventories });
    expect(waiting({ isReady: false }).changes).toEqual([]);
    expect(waiting({ isDisabled: true }).changes).toEqual([]);
    expect(waiting({}).changes).toHaveLength(1);
  });
});

describe('what is read within two minutes of our own write', () => {
  const role = selectRole(before, r1);
  const repaired = runOnce({ ...before, iam: withRole(before.iam, { ...role, description: 'mine' }) }).world;
  const reading = (seconds: number, description: string) =>
    makePlan({
      ...repaired,
      now: repaired.now + seconds * 1_000,
      iam: withRole(repaired.iam, { ...role, description }),
    });

  it('is propagation when it is what stood there before the write', () => {
    expect(reading(119, 'mine').changes).toEqual([]);
    expect(reading(119, 'mine').recordSyncs).toEqual([]);
  });

  it('is drift when it is anything else', () => {
    expect(reading(1, 'theirs').changes).toMatchObject([{ cause: 'drift' }]);
  });

  it('is drift after the two minutes', () => {
    expect(reading(120, 'mine').changes).toMatchObject([{ cause: 'drift' }]);
  });
});

describe('what is missing on a role within two minutes of its creation', () => {
  const fresh = runOnce(world([connection(1)])).world;
  const role = selectRole(fresh, r1);
  const reading = (fields: Partial<ObservedRole>) =>
    makePlan({ ...fresh, now: fresh.now + 1_000, iam: withRole(fresh.iam, { ...role, ...fields }) });
  const { 'azfed:connection': _, ...unmarked } = role.tags;

  // CreateRole is atomic (IAM API reference): what was given to it is there with the role.
  it.each<[string, Partial<ObservedRole>]>([
    ['its boundary', { boundary: undefined }],
    ['all of its tags', { tags: {} }],
    ['one of its tags', { tags: unmarked }],
    ['its description', { description: '' }],
    ['its session duration', { maxSessionDuration: 3_600 }],
    ['its trust, for another one', { trust: { Version: '2012-10-17', Statement: [] } }],
  ])('is drift when it is %s: that was part of the creation', (_what, fields) => {
    expect(reading(fields).changes).toMatchObject([{ kind: 'repair', cause: 'drift' }]);
  });

  it.each<[string, Partial<ObservedRole>]>([
    ['an attached policy', { managedPolicies: [] }],
    ['an inline policy', { inlinePolicies: {} }],
    [
      'the opening of its trust',
      { trust: closedTrust({ bindings: readManagedTrust(role.trust) ?? [], statements: [] }) },
    ],
  ])('is propagation when it is %s: that was written later', (_what, fields) => {
    expect(reading(fields).changes).toEqual([]);
  });
});

describe('a run that ended between intent and record', () => {
  const [created] = before.recorded;
  if (!created?.role) throw new Error('The role is recorded.');
  const { id: _, ...fields } = created.role;
  const begun: RecordedRole = {
    ...fields,
    subjects: [],
    written: {},
    intent: { changeId: 'create-1', at: START, operation: 'create' },
  };
  const crashed = { ...before, recorded: [{ ...created, role: begun }] };
  const role = selectRole(before, r1);

  it('is completed when all of it was done: the event is told after all', () => {
    const { plan, world: done } = runOnce(crashed);
    expect(plan.changes).toEqual([]);
    expect(done.recorded[0]?.role?.id).toBe(role.id);
    expect(listEvents(done, connectionId(1))).toHaveLength(2);
    expect(runOnce(after(5, done)).plan.recordSyncs).toEqual([]);
  });

  it('is finished when part of it was done', () => {
    const partly = withRole(crashed.iam, { ...role, managedPolicies: [], inlinePolicies: {} });
    const { changes, world: done } = runOnce({ ...crashed, iam: partly });
    expect(changes).toMatchObject([{ kind: 'repair', cause: 'new' }]);
    expect(selectRole(done, r1)).toEqual(role);
  });

  it('is finished however many runs ended in between', () => {
    const again = {
      ...begun,
      intent: { changeId: 'repair-2', at: begun.intent?.at ?? 0, operation: 'create' as const },
    };
    const later = after(60 * 24, { ...crashed, recorded: [{ ...created, role: again }] });
    expect(runOnce(later).plan.findings.map(({ code }) => code)).not.toContain('role.not-owned');
  });

  it('is finished for a role that was being made again, too', () => {
    const gone = runTimes(1, without(before));
    const at = gone.now;
    const intent = { changeId: 'create-2', at, operation: 'repair' as const };
    const recorded = gone.recorded.flatMap((item) =>
      item.role ? [{ ...item, role: { ...item.role, intent } }] : [],
    );
    const remade = withRole(gone.iam, { ...role, id: 'AROA77' as RoleId, createdAt: gone.now });
    const { plan, world: done } = runOnce({ ...gone, recorded, iam: remade });
    expect(plan.findings.map(({ code }) => code)).not.toContain('role.not-owned');
    expect(done.recorded[0]?.role?.id).toBe('AROA77');
  });

  it.each([
    ['is older than the intent', { createdAt: START - 6 * 60_000 }],
    ['bears the mark of another connection', { tags: { ...role.tags, 'azfed:connection': connectionId(2) } }],
    ['bears no marks', { tags: {} }],
    ['has a trust that we would not write', { trust: { Version: '2012-10-17', Statement: [] } }],
  ])('claims no role that %s', (_what, other) => {
    const { plan } = runOnce({ ...crashed, iam: withRole(crashed.iam, { ...role, ...other }) });
    expect(plan.changes).toEqual([]);
    expect(plan.findings.map(({ code }) => code)).toContain('role.not-owned');
  });

  it('claims no role without an intent: the same name with another RoleId is somebody else’s', () => {
    const { plan } = runOnce({ ...before, iam: withRole(before.iam, { ...role, id: 'AROA99' as RoleId }) });
    expect(plan.changes).toMatchObject([{ hold: 'replaced', narrowing: [], widening: [] }]);
    expect(plan.findings.map(({ code }) => code)).toContain('role.replaced');
  });

  it('leaves nothing open: what it opened for a connection that asks no more is closed', () => {
    const closed = runOnce({
      ...crashed,
      inventories: federated([connection(1, { oidc: 'off' })]).inventories,
    });
    expect(JSON.stringify(selectRole(closed.world, r1).trust)).not.toContain('sc://contoso/P1/c1');
  });
});
