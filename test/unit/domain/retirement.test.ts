import type { HeldReason } from '../../../shared/domain/change.ts';
import { recordApproval } from '../../../shared/domain/controls-recording.ts';
import type { RecordedControls } from '../../../shared/domain/recorded-controls.ts';
import { connection, reference } from '../../builders/connection.ts';
import { connectionId, roleArn } from '../../builders/domain-ids.ts';
import { withoutRole } from '../../builders/iam-model.ts';
import {
  approving,
  changed,
  deleted,
  passApproved,
  retired,
  usedAfter,
  withRoleRecord,
} from '../../builders/retired-world.ts';
import { bootstrapped, rules } from '../../builders/rules.ts';
import type { SmallWorld } from '../../builders/small-world.ts';
import { after, eventsOf, pass, planOf, roleOf, showing } from '../../builders/small-world.ts';
import { configuration, grant } from '../../builders/configuration.ts';
import { recordIntent } from '../../../shared/domain/recording.ts';

const r1 = roleArn('r1');
const due = retired(31);
const role = (seen: SmallWorld) => seen.iam.roles.get(r1);
const record = (seen: SmallWorld) => seen.recorded[0]?.role;
const kinds = (seen: SmallWorld) => planOf(seen).changes.map(({ kind }) => kind);
const handsOff = (seen: SmallWorld, controls: RecordedControls = bootstrapped) =>
  pass(seen, rules({ limits: seen.configuration.limits, now: seen.now, controls }));

/** The change as the plan has it now. */
function deletion(seen: SmallWorld) {
  const [change] = planOf(seen).changes;
  if (change?.target !== 'role' || change.kind !== 'delete') throw new Error('Nothing is to be deleted.');
  return change;
}

describe('a role that is to be deleted', () => {
  it('is, with evidence, after the waiting time, unused, snapshotted, and approved by a second person', () => {
    const before = roleOf(due, r1);
    const { world: done, changes } = passApproved(due);
    expect(changes).toMatchObject([{ kind: 'delete', decision: 'allowed' }]);
    expect(role(done)).toBeUndefined();
    expect(record(done)).toMatchObject({
      closed: { reason: 'retired', subjects: ['sc://contoso/P1/c1'] },
      snapshot: { boundary: before.boundary, managedPolicies: before.managedPolicies, trust: before.trust },
      deletedAt: new Date(due.now).toISOString(),
    });
    expect(record(done)).not.toHaveProperty('id');
    expect(eventsOf(done, connectionId(1)).at(-1)).toBe('connection.role-deleted.v1');
    expect(kinds(after(60, done))).toEqual([]);
  });

  const open = showing(due, [connection(1)]);
  it.each<[string, SmallWorld]>([
    ['before the waiting time is over', retired(29)],
    ['when it was used in the waiting time', usedAfter(due, 5 * 24 * 60)],
    ['when an instance profile holds it', changed(due, { instanceProfiles: ['web'] })],
    ['when its grant says close', withRoleRecord(due, () => ({ retire: 'close' }))],
    ['when its connection is asking for it again', open],
    ['when it is another role of the same name', changed(due, { id: 'AROAANOTHER123456789' as never })],
    ['when its account was not read', { ...due, iam: withoutRole(due.iam, r1) }],
  ])('is not, %s', (_when, seen) => {
    expect(kinds(seen)).not.toContain('delete');
    expect(kinds(due)).toEqual(['delete']);
  });

  it.each<[string, (seen: SmallWorld) => RecordedControls]>([
    ['nobody said yes', () => bootstrapped],
    [
      'the yes was for another change',
      (seen) => recordApproval(bootstrapped, { planId: 'plan-x', changes: ['delete-x'], by: 'b' }, seen.now),
    ],
    ['the yes is more than an hour old', (seen) => approving({ ...seen, now: seen.now - 61 * 60_000 })],
  ])('waits when %s', (_when, controls) => {
    const { changes, world: done } = handsOff(due, controls(due));
    expect(changes).toMatchObject([{ kind: 'delete', decision: 'held', heldBecause: 'approval' }]);
    expect(role(done)).toBeDefined();
  });

  it('waits for another than the one who applies', () => {
    const ana = 'arn:aws:iam::999999999999:user/ana';
    const by = (controls: RecordedControls): HeldReason | undefined => {
      const asker = { trigger: 'person', actor: ana } as const;
      const { limits } = due.configuration;
      const [change] = pass(due, rules({ limits, now: due.now, controls, asker })).changes;
      return change?.decision === 'held' ? change.heldBecause : undefined;
    };
    expect(by(approving(due, ana))).toBe('approval');
    expect(by(approving(due))).toBeUndefined();
  });

  it('opened by somebody is closed again, and waits anew only for its use', () => {
    const opened = changed(due, { trust: roleOf(after(0, due), r1).trust, lastUsedAt: due.now });
    expect(kinds(opened)).toEqual([]);
  });

  it('goes on without another yes where an approved deletion was interrupted, and keeps its first snapshot', () => {
    const change = deletion(due);
    const [binding] = change.bindings;
    const [item] = due.recorded;
    if (!binding || !item) throw new Error('There is no record.');
    const begun = { ...due, recorded: [recordIntent(item, change, binding, due.now)] };
    const half = changed(begun, { managedPolicies: [] });
    const { world: done } = handsOff(half);
    expect(role(done)).toBeUndefined();
    expect(record(done)?.snapshot?.managedPolicies).toEqual(roleOf(due, r1).managedPolicies);

    const gone = { ...begun, iam: withoutRole(begun.iam, r1) };
    const settled = handsOff(after(5, handsOff(gone).world)).world;
    expect(record(handsOff(gone).world)?.deletedAt).toBeUndefined();
    expect(record(settled)?.deletedAt).toBeDefined();
    expect(eventsOf(settled, connectionId(1)).filter((type) => type.includes('deleted'))).toHaveLength(1);
  });

  it('keeps its name from whoever takes it later', () => {
    const usurped = showing(deleted(), [connection(2, { references: [reference(1, 'c1')] })]);
    const { changes, findings } = handsOff(usurped);
    expect(changes.filter(({ target }) => target === 'role')).toEqual([]);
    expect(findings.map(({ code }) => code)).toContain('connection.recreated');
  });
});

describe('a deleted role', () => {
  it('is made from its grant when its connection asks for it again', () => {
    const asked = showing(deleted(), [connection(1)]);
    const { changes, world: done } = handsOff(asked);
    expect(changes).toMatchObject([{ kind: 'create', cause: 'new', decision: 'allowed' }]);
    expect(record(done)?.subjects).toHaveLength(1);
    expect(record(done)).not.toHaveProperty('deletedAt');
  });

  it('is made again from its snapshot when a person asks, and stays closed', () => {
    const before = roleOf(due, r1);
    const { changes, world: done } = pass(deleted(), undefined, 'restore');
    expect(changes).toMatchObject([{ kind: 'create', decision: 'allowed' }]);
    const again = roleOf(done, r1);
    expect(again).toMatchObject({ trust: before.trust, boundary: before.boundary, tags: before.tags });
    expect(again.inlinePolicies).toEqual(before.inlinePolicies);
    expect(again.id).not.toBe(before.id);
    expect(eventsOf(done, connectionId(1)).at(-1)).toBe('connection.role-restored.v1');
    expect(kinds(after(60, done))).toEqual([]);
  });

  it('that was made again lets its connection in only when a second person says yes', () => {
    const restored = after(60, pass(deleted(), undefined, 'restore').world);
    const asked = showing(restored, [connection(1)]);
    const { changes, world: waiting } = handsOff(asked);
    expect(changes).toMatchObject([{ kind: 'repair', decision: 'held', heldBecause: 'approval' }]);
    expect(roleOf(waiting, r1).trust).toEqual(roleOf(restored, r1).trust);
    const opened = handsOff(asked, approving(asked)).world;
    expect(JSON.stringify(roleOf(opened, r1).trust)).toContain('sc://contoso/P1/c1');
    expect(record(opened)).not.toHaveProperty('restoredAt');
    expect(kinds(after(60, opened))).toEqual([]);
  });

  it('is not made again by a pass, nor without a boundary', () => {
    expect(kinds(deleted())).toEqual([]);
    expect(planOf(deleted(), undefined, 'restore').changes).toHaveLength(1);
    const { changes, findings } = planOf(
      withRoleRecord(deleted(), ({ snapshot }) =>
        snapshot ? { snapshot: { ...snapshot, boundary: undefined } } : {},
      ),
      undefined,
      'restore',
    );
    expect(changes).toEqual([]);
    expect(findings.map(({ code }) => code)).toContain('role.not-restorable');
  });
});

describe('a connection that is missing', () => {
  const gone = showing(
    { ...due, ...after(60, pass(showing(due, [connection(1)])).world), configuration: due.configuration },
    [],
  );
  const word = { by: 'arn:aws:iam::999999999999:user/ana', at: '2026-11-22T09:00:00.000Z', reason: 'sold' };
  const said = { ...gone, recorded: gone.recorded.map((item) => ({ ...item, retiring: word })) };

  it('keeps its role until a person gives the word, which closes it', () => {
    expect(kinds(gone)).toEqual([]);
    expect(planOf(said).changes).toMatchObject([{ kind: 'close', cause: 'change' }]);
  });

  it('keeps it although a person gave the word, while it cannot be seen that it is gone', () => {
    const unseen = { ...said, inventories: [] };
    expect(kinds(unseen)).toEqual([]);
    const back = showing(said, [connection(1)]);
    expect(kinds(back)).toEqual([]);
  });
});

describe('a grant that only repairs', () => {
  it('deletes nothing', () => {
    const repairing = {
      ...due,
      configuration: configuration({ grants: [grant({ retire: 'delete', mode: 'repair' })] }),
    };
    const [change] = handsOff(repairing, approving(repairing)).changes;
    expect(change).toMatchObject({ kind: 'delete', decision: 'held', heldBecause: 'mode-repair' });
  });
});
