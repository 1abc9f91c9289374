import type { BlockedReason } from '../../../../shared/domain/records/blocked-reason.ts';
import { recordApproval } from '../../../../shared/domain/guard/controls-recording.ts';
import type { RecordedControls } from '../../../../shared/domain/records/deployment-record.ts';
import type { OrganizationInventory } from '../../../../shared/domain/azure-devops/inventory.ts';
import { complete, unknown } from '../../../../shared/domain/kernel/result.ts';
import { connection, reference } from '../../../builders/connection.ts';
import { inventory } from '../../../builders/inventory.ts';
import { connectionId, roleArn } from '../../../builders/domain-ids.ts';
import { withoutRole } from '../../../builders/iam-model.ts';
import {
  ANA,
  approving,
  changed,
  deleted,
  runApproved,
  retired,
  saidToBeGone,
  recordUse,
  withUseUnknown,
  withRoleRecord,
} from '../../../builders/retired-world.ts';
import { bootstrapped, rules } from '../../../builders/rules.ts';
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
import { configuration, grant } from '../../../builders/configuration.ts';

const r1 = roleArn('r1');
const due = retired(31);
const DAY_MINUTES = 24 * 60;
const trustOfAll = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }],
};
const role = (seen: SmallWorld) => seen.iam.roles.get(r1);
const record = (seen: SmallWorld) => seen.recorded[0]?.role;
const kinds = (seen: SmallWorld) => makePlan(seen).changes.map(({ kind }) => kind);
const runAutomatically = (seen: SmallWorld, controls: RecordedControls = bootstrapped) =>
  runOnce(seen, rules({ limits: seen.configuration.limits, now: seen.now, controls }));

/** The change as the plan has it now. */
function deletion(seen: SmallWorld) {
  const [change] = makePlan(seen).changes;
  if (change?.target !== 'role' || change.kind !== 'delete') throw new Error('Nothing is to be deleted.');
  return change;
}

const begun = intend(due, deletion(due));

/** A look in which the list of connections was cut short. */
function unread(): OrganizationInventory {
  const seen = inventory([]);
  const project = {
    id: reference(1, 'c1').projectId,
    name: 'P1',
    connections: unknown('status', 'HTTP 203'),
  };
  return { ...seen, projects: complete([project]) };
}

describe('a role that is to be deleted', () => {
  it('is, with evidence, after the waiting time, unused, snapshotted, and approved by a second person', () => {
    const before = selectRole(due, r1);
    const { world: done, changes } = runApproved(due);
    expect(changes).toMatchObject([{ kind: 'delete', decision: 'allowed' }]);
    expect(role(done)).toBeUndefined();
    expect(record(done)).toMatchObject({
      closed: { reason: 'retired', subjects: ['sc://contoso/P1/c1'] },
      snapshot: { boundary: before.boundary, managedPolicies: before.managedPolicies, trust: before.trust },
      deletedAt: due.now,
    });
    expect(record(done)).not.toHaveProperty('id');
    expect(listEvents(done, connectionId(1)).at(-1)).toBe('connection.role-deleted.v1');
    expect(kinds(after(60, done))).toEqual([]);
  });

  const open = showing(due, [connection(1)]);
  it.each<[string, SmallWorld]>([
    ['before the waiting time is over', retired(29)],
    ['when it was used in the waiting time', recordUse(due, 5 * 24 * 60)],
    ['when an instance profile holds it', changed(due, { instanceProfiles: ['web'] })],
    ['when its grant says close', withRoleRecord(due, () => ({ retire: 'close' }))],
    ['when its connection is asking for it again', open],
    ['when it is another role of the same name', changed(due, { id: 'AROAANOTHER123456789' as never })],
    ['when it is not there', { ...due, iam: withoutRole(due.iam, r1) }],
    ['when IAM does not say that it was not used', withUseUnknown(due)],
    ['when its organization was not read', { ...due, inventories: [] }],
    ['when its project was not read', { ...due, inventories: [unread()] }],
    ['when it is unclear what its connection asks for', showing(due, [connection(1, { oidc: 'unclear' })])],
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
    const { changes, world: done } = runAutomatically(due, controls(due));
    expect(changes).toMatchObject([{ kind: 'delete', decision: 'held', blockedBy: 'approval' }]);
    expect(role(done)).toBeDefined();
  });

  it('waits for another than the one who applies', () => {
    const by = (controls: RecordedControls): BlockedReason | undefined => {
      const initiator = { trigger: 'person', actor: ANA } as const;
      const { limits } = due.configuration;
      const [change] = runOnce(due, rules({ limits, now: due.now, controls, initiator })).changes;
      return change?.decision === 'held' ? change.blockedBy : undefined;
    };
    expect(by(approving(due, ANA))).toBe('approval');
    expect(by(approving(due))).toBeUndefined();
  });

  it('opened by somebody is closed again, and waits anew', () => {
    const { trust } = selectRole(federated([connection(1)]), r1);
    const { world: shut, changes } = runAutomatically(changed(due, { trust }));
    expect(changes).toMatchObject([{ kind: 'close', cause: 'drift', decision: 'allowed' }]);
    expect(kinds(after(29 * DAY_MINUTES, shut))).toEqual([]);
    expect(kinds(after(31 * DAY_MINUTES, shut))).toEqual(['delete']);
  });

  it('goes on without another yes where an approved deletion was interrupted, and keeps its first snapshot', () => {
    const half = changed(begun, { managedPolicies: [] });
    const { world: done } = runAutomatically(half);
    expect(role(done)).toBeUndefined();
    expect(record(done)?.snapshot?.managedPolicies).toEqual(selectRole(due, r1).managedPolicies);

    const gone = { ...begun, iam: withoutRole(begun.iam, r1) };
    const steady = runAutomatically(after(5, runAutomatically(gone).world)).world;
    expect(record(runAutomatically(gone).world)?.deletedAt).toBeUndefined();
    expect(record(steady)?.deletedAt).toBeDefined();
    expect(listEvents(steady, connectionId(1)).filter((type) => type.includes('deleted'))).toHaveLength(1);
  });

  it("that its connection asks for while its deletion is interrupted is fixed, which is nobody's drift", () => {
    const asked = showing(changed(begun, { managedPolicies: [] }), [connection(1)]);
    const { changes, world: done } = runAutomatically(asked);
    expect(changes).toMatchObject([{ kind: 'repair', cause: 'change', decision: 'allowed' }]);
    expect(selectRole(done, r1).managedPolicies).toEqual(selectRole(due, r1).managedPolicies);
    expect(kinds(after(60, done))).toEqual([]);
  });

  it('that its connection asks for when an interrupted deletion was done is told as deleted, and made anew', () => {
    const asked = showing({ ...begun, iam: withoutRole(begun.iam, r1) }, [connection(1)]);
    const first = runAutomatically(asked);
    expect(first.changes).toEqual([]);
    const { changes, world: done } = runAutomatically(after(5, first.world));
    expect(changes).toMatchObject([{ kind: 'create', cause: 'new', decision: 'allowed' }]);
    expect(listEvents(done, connectionId(1)).slice(-2)).toEqual([
      'connection.role-deleted.v1',
      'connection.federated.v1',
    ]);
    expect(kinds(after(60, done))).toEqual([]);
  });

  it('keeps its name from whoever takes it later', () => {
    const takenOver = showing(deleted(), [connection(2, { references: [reference(1, 'c1')] })]);
    const { changes, findings } = runAutomatically(takenOver);
    expect(changes.filter(({ target }) => target === 'role')).toEqual([]);
    expect(findings.map(({ code }) => code)).toContain('connection.recreated');
  });
});

describe('a deleted role', () => {
  it('is made from its grant when its connection asks for it again', () => {
    const asked = showing(deleted(), [connection(1)]);
    const { changes, world: done } = runAutomatically(asked);
    expect(changes).toMatchObject([{ kind: 'create', cause: 'new', decision: 'allowed' }]);
    expect(record(done)?.subjects).toHaveLength(1);
    expect(record(done)).not.toHaveProperty('deletedAt');
  });

  it('is made again from its snapshot when a person asks, and stays closed', () => {
    const before = selectRole(due, r1);
    const { changes, world: done } = runOnce(deleted(), undefined, 'restore');
    expect(changes).toMatchObject([{ kind: 'create', decision: 'allowed' }]);
    const again = selectRole(done, r1);
    expect(again).toMatchObject({ trust: before.trust, boundary: before.boundary, tags: before.tags });
    expect(again.inlinePolicies).toEqual(before.inlinePolicies);
    expect(again.id).not.toBe(before.id);
    expect(listEvents(done, connectionId(1)).at(-1)).toBe('connection.role-restored.v1');
    expect(kinds(after(60, done))).toEqual([]);
  });

  it('is made again without the marks that AWS lets nobody write', () => {
    const ofStack = withRoleRecord(deleted(), ({ snapshot }) =>
      snapshot ? { snapshot: { ...snapshot, tags: { ...snapshot.tags, 'aws:stack': 'shop' } } } : {},
    );
    const { world: done } = runOnce(ofStack, undefined, 'restore');
    expect(selectRole(done, r1).tags).toEqual(selectRole(due, r1).tags);
  });

  it('that was made again waits as long as any before it may be deleted again', () => {
    const restored = runOnce(deleted(), undefined, 'restore').world;
    expect(kinds(after(29 * DAY_MINUTES, restored))).toEqual([]);
    expect(kinds(after(31 * DAY_MINUTES, restored))).toEqual(['delete']);
  });

  it('that was made again lets its connection in only when a second person says yes', () => {
    const restored = after(60, runOnce(deleted(), undefined, 'restore').world);
    const asked = showing(restored, [connection(1)]);
    const { changes, world: waiting } = runAutomatically(asked);
    expect(changes).toMatchObject([{ kind: 'repair', decision: 'held', blockedBy: 'approval' }]);
    expect(selectRole(waiting, r1).trust).toEqual(selectRole(restored, r1).trust);
    const opened = runAutomatically(asked, approving(asked)).world;
    expect(JSON.stringify(selectRole(opened, r1).trust)).toContain('sc://contoso/P1/c1');
    expect(record(opened)).not.toHaveProperty('restoredAt');
    expect(kinds(after(60, opened))).toEqual([]);
  });

  it('that was made again waits for that yes also when somebody has changed its trust in IAM meanwhile', () => {
    const asked = showing(after(60, runOnce(deleted(), undefined, 'restore').world), [connection(1)]);
    const tampered = changed(asked, { trust: trustOfAll });
    const { changes, findings, world: done } = runOnce(tampered);
    expect(findings.map(({ code }) => code)).toContain('role.conflict');
    expect(changes).toMatchObject([{ decision: 'allowed', cause: 'conflict', isWideningHeld: true }]);
    expect(selectRole(done, r1).trust).toEqual(selectRole(asked, r1).trust);
    expect(runOnce(after(60, done)).changes).toMatchObject([{ decision: 'held', blockedBy: 'approval' }]);
    const opened = runAutomatically(tampered, approving(tampered)).world;
    expect(JSON.stringify(selectRole(opened, r1).trust)).toContain('sc://contoso/P1/c1');
  });

  it('is not made again by a run, nor without a boundary', () => {
    expect(kinds(deleted())).toEqual([]);
    expect(makePlan(deleted(), undefined, 'restore').changes).toHaveLength(1);
    const { changes, findings } = makePlan(
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
    { ...due, ...after(60, runOnce(showing(due, [connection(1)])).world), configuration: due.configuration },
    [],
  );
  const said = saidToBeGone(gone);

  it('keeps its role until a person gives the word, which closes it', () => {
    expect(kinds(gone)).toEqual([]);
    expect(makePlan(said).changes).toMatchObject([{ kind: 'close', cause: 'change' }]);
  });

  it('keeps it although a person gave the word, while it cannot be seen that it is gone', () => {
    const unseen = { ...said, inventories: [] };
    expect(kinds(unseen)).toEqual([]);
  });

  it('that is seen again makes the word void, also for the next time that it is missing', () => {
    const back = showing(said, [connection(1)]);
    expect(kinds(back)).toEqual([]);
    const { world: seen, findings } = runAutomatically(back);
    expect(findings.map(({ code }) => code)).toContain('connection.returned');
    expect(seen.recorded[0]).not.toHaveProperty('retiring');
    const again = showing(after(60, seen), []);
    expect(kinds(again)).toEqual([]);
    expect(kinds(saidToBeGone(again))).toEqual(['close']);
  });
});

describe('a grant that only repairs', () => {
  it('deletes nothing', () => {
    const repairing = {
      ...due,
      configuration: configuration({ grants: [grant({ retire: 'delete', mode: 'repair' })] }),
    };
    const [change] = runAutomatically(repairing, approving(repairing)).changes;
    expect(change).toMatchObject({ kind: 'delete', decision: 'held', blockedBy: 'mode-repair' });
  });
});
