import type { RoleId } from '../../../../shared/domain/kernel/ids.ts';
import type { RecordedRole } from '../../../../shared/domain/records/connection-record.ts';
import type { ObservedRole } from '../../../../shared/domain/iam/role.ts';
import { configuration, grant } from '../../../builders/configuration.ts';
import { connection, reference } from '../../../builders/connection.ts';
import { connectionId, roleArn } from '../../../builders/domain-ids.ts';
import { withRole, withoutRole } from '../../../builders/iam-model.ts';
import { shopRole } from '../../../builders/recorded-items.ts';
import { rules } from '../../../builders/rules.ts';
import { after, listEvents, federated, runOnce, selectRole, showing } from '../../../builders/small-world.ts';
import { admitsSubject } from '../../../builders/tokens.ts';

const r1 = roleArn('r1');
const before = after(60, federated([connection(1)]));
const ours = selectRole(before, roleArn('r1'));
const elsewhere = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};

const planRole = (role: ObservedRole) => runOnce({ ...before, iam: withRole(before.iam, role) });

describe('whose a role is, when its RoleId stands in a record', () => {
  it.each<readonly [string, Partial<ObservedRole>]>([
    ['only its marks are gone', { tags: {} }],
    ['only its trust was replaced', { trust: elsewhere }],
  ])('is still ours when %s', (_what, change) => {
    const { plan, findings } = planRole({ ...ours, ...change });
    expect(plan.changes).toMatchObject([{ kind: 'repair', cause: 'drift' }]);
    expect(findings.map(({ code }) => code)).not.toContain('role.not-owned');
  });

  it('is still ours when it shows nothing of ours: nobody shakes azfed off by taking marks and trust away', () => {
    const open = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole*' }],
    };
    const { plan, changes, world: done } = planRole({ ...ours, tags: {}, trust: open });
    expect(plan.changes).toMatchObject([{ kind: 'repair', cause: 'drift' }]);
    expect(changes).toMatchObject([{ decision: 'allowed' }]);
    expect(selectRole(done, r1)).toEqual(ours);
  });

  it('is not ours outside of every grant when it shows nothing of ours: nothing is closed there', () => {
    const grants = [grant({ role: { path: '/elsewhere/', name: '*' } })];
    const seen = { ...before, configuration: configuration({ grants }) };
    const { plan } = runOnce({ ...seen, iam: withRole(seen.iam, { ...ours, tags: {}, trust: elsewhere }) });
    expect(plan.changes).toEqual([]);
  });
});

describe('the mark of a role that azfed made', () => {
  const { 'azfed:connection': _, ...unmarked } = ours.tags;

  it('is put back when it is gone, which is a critical finding of its own', () => {
    const { findings, world: done } = planRole({ ...ours, tags: unmarked });
    expect(findings).toContainEqual(
      expect.objectContaining({ code: 'role.unmarked', severity: 'critical', roleArn: r1 }),
    );
    expect(selectRole(done, r1).tags).toEqual(ours.tags);
  });

  it.each(['schedule', 'person'] as const)(
    'that names another connection holds every widening and no narrowing, by %s',
    (trigger) => {
      const role = {
        ...ours,
        tags: { ...ours.tags, 'azfed:connection': connectionId(9) },
        managedPolicies: ['arn:aws:iam::aws:policy/AdministratorAccess'],
        boundary: undefined,
      };
      const seen = { ...before, iam: withRole(before.iam, role) };
      const first = runOnce(seen, rules({ initiator: { trigger } }));
      expect(first.findings).toContainEqual(
        expect.objectContaining({ code: 'role.foreign-mark', severity: 'critical' }),
      );
      expect(selectRole(first.world, r1)).toEqual({ ...ours, tags: role.tags, managedPolicies: [] });
      const next = runOnce(after(5, first.world), rules({ initiator: { trigger } }));
      expect(next.changes).toMatchObject([{ decision: 'held', blockedBy: 'foreign-mark' }]);
      expect(selectRole(runOnce(next.world, undefined, 'adopt').world, r1)).toEqual(ours);
    },
  );

  // Whoever can write the table moves the record to a connection of theirs that asks for the role, digests and all.
  it.each<readonly [string, Partial<ObservedRole>]>([
    ['names the first one', {}],
    ['is gone, and the digests name the first one', { tags: unmarked }],
  ])(
    'holds every widening and no narrowing for a connection to which the record was moved, when it %s',
    (_what, fields) => {
      const [item] = before.recorded;
      if (!item) throw new Error('A record is expected.');
      const recorded = [{ ...item, connectionId: connectionId(2) }];
      const asks = connection(2, { requestedRoleArn: r1, references: [reference(1, 'c2')] });
      const managedPolicies = ['arn:aws:iam::aws:policy/AdministratorAccess'];
      const role = { ...ours, ...fields, managedPolicies };
      const moved = { ...showing(before, [connection(1), asks]), recorded, iam: withRole(before.iam, role) };
      for (const trigger of ['schedule', 'person'] as const) {
        const first = runOnce(moved, rules({ initiator: { trigger } }));
        expect(first.findings).toContainEqual(
          expect.objectContaining({ code: 'role.foreign-mark', severity: 'critical', roleArn: r1 }),
        );
        expect(selectRole(first.world, r1).managedPolicies).toEqual([]);
        const next = runOnce(after(5, first.world), rules({ initiator: { trigger } }));
        expect(next.changes).toMatchObject([{ decision: 'held', blockedBy: 'foreign-mark' }]);
        expect(admitsSubject(selectRole(next.world, r1).trust, 'sc://contoso/P1/c2')).toBe(false);
      }
      const adopted = runOnce(moved, undefined, 'adopt').world;
      expect(admitsSubject(selectRole(adopted, r1).trust, 'sc://contoso/P1/c2')).toBe(true);
      expect(runOnce(after(5, adopted)).findings.map(({ code }) => code)).not.toContain('role.foreign-mark');
    },
  );
});

describe('the RoleId of a record', () => {
  const id = ours.id;
  const other = 'AROASOMEBODYELSE' as RoleId;
  const since = before.now - 30 * 60_000;
  const begun = { changeId: 'create-1', at: since, operation: 'create' } as const;
  const made = { ...ours, id: other, createdAt: before.now - 60_000 };
  const findRecordedId = ({ recorded: [item] }: typeof before) => item?.role?.id;
  const recordRole = (fields: Partial<RecordedRole>, role: ObservedRole = made) => {
    const recorded = before.recorded.map((item) => {
      const { id: _, ...known } = item.role ?? shopRole;
      return { ...item, role: { ...known, ...fields } };
    });
    return { ...before, recorded, iam: withRole(before.iam, role) };
  };

  it.each<readonly [string, Partial<RecordedRole>, ObservedRole | undefined, RoleId | undefined]>([
    ['stays none where nothing says that azfed has made the role', {}, undefined, undefined],
    ['stays none where the role is older than what was begun', { intent: begun }, ours, undefined],
    ['stays none where the role has no mark', { intent: begun }, { ...made, tags: {} }, undefined],
    [
      'stays none where its trust is not of our form',
      { intent: begun },
      { ...made, trust: elsewhere },
      undefined,
    ],
    ['stays where another role took its place', { id }, undefined, id],
    ['stays where another took its place while a change was under way', { id, intent: begun }, undefined, id],
    ['stays where it was gone, and nothing was begun', { id, absentSince: since }, undefined, id],
    ['comes in with the role that a run made and did not record', { intent: begun }, undefined, other],
    [
      'is that of the role which a run made again',
      { id, intent: begun, absentSince: since },
      undefined,
      other,
    ],
  ])('%s', (_what, fields, role, expected) => {
    for (const trigger of ['schedule', 'person'] as const) {
      const done = runOnce(recordRole(fields, role), rules({ initiator: { trigger } })).world;
      expect(findRecordedId(runOnce(after(5, done), rules({ initiator: { trigger } })).world)).toBe(expected);
    }
  });

  it('comes in with the adoption of a person', () => {
    expect(findRecordedId(runOnce(recordRole({}), undefined, 'adopt').world)).toBe(other);
    expect(findRecordedId(runOnce(recordRole({ id }), undefined, 'adopt').world)).toBe(other);
  });

  describe('that several share', () => {
    const grants = [grant({ shareRole: true })];
    const both = [1, 2].map((n) => connection(n, { requestedRoleArn: r1 }));
    const shared = after(60, federated(both, { configuration: configuration({ grants }) }));
    const twin: ObservedRole = { ...selectRole(shared, r1), id: other };
    const forged = (fields: Partial<RecordedRole>) => ({
      ...shared,
      recorded: shared.recorded.map((item) =>
        item.role && item.connectionId === connectionId(2)
          ? { ...item, role: { ...item.role, ...fields } }
          : item,
      ),
    });
    const listIds = ({ recorded }: typeof shared) => new Set(recorded.map(({ role }) => role?.id));

    it('is one', () => {
      expect([...listIds(shared)]).toEqual([selectRole(shared, r1).id]);
    });

    it('is not that of another role because one of their records names it', () => {
      const seen = { ...forged({ id: other }), iam: withRole(shared.iam, twin) };
      const { changes, world: done } = runOnce(seen);
      expect(changes).toMatchObject([{ decision: 'held', blockedBy: 'replaced', steps: [] }]);
      expect(listIds(done)).toEqual(new Set([selectRole(shared, r1).id, other]));
    });

    it('is finished where a run has recorded it for one of them alone', () => {
      const seen = { ...forged({ id: other, intent: begun }), iam: shared.iam };
      expect([...listIds(runOnce(seen).world)]).toEqual([selectRole(shared, r1).id]);
    });
  });
});

describe('another role under the recorded ARN', () => {
  const twin: ObservedRole = { ...ours, id: 'AROASOMEBODYELSE' as RoleId, createdAt: before.now - 60_000 };

  it.each<readonly [string, Partial<ObservedRole>]>([
    ['looks just like ours', {}],
    ['has our trust and more rights', { managedPolicies: ['arn:aws:iam::aws:policy/AdministratorAccess'] }],
    ['is open to everybody', { trust: elsewhere, tags: {} }],
  ])('is critical, is not written to and is never in order when it %s', (_what, fields) => {
    for (const trigger of ['schedule', 'person'] as const) {
      const seen = { ...before, iam: withRole(before.iam, { ...twin, ...fields }) };
      const { changes, findings, world: done } = runOnce(seen, rules({ initiator: { trigger } }));
      expect(changes).toMatchObject([{ cause: 'drift', decision: 'held', blockedBy: 'replaced', steps: [] }]);
      expect(findings).toContainEqual(
        expect.objectContaining({
          code: 'role.replaced',
          severity: 'critical',
          evidence: { recorded: ours.id, found: twin.id, createdAt: new Date(twin.createdAt).toISOString() },
        }),
      );
      expect(done.iam.roles.get(r1)).toEqual({ ...twin, ...fields });
      expect(listEvents(done, connectionId(1)).at(-1)).toBe('connection.drift-detected.v1');
    }
  });

  it('is told also while its connection asks for it no more', () => {
    const seen = showing({ ...before, iam: withRole(before.iam, twin) }, [connection(1, { oidc: 'off' })]);
    const { changes, findings } = runOnce(seen);
    expect(changes).toMatchObject([{ decision: 'held', blockedBy: 'replaced' }]);
    expect(findings.map(({ code }) => code)).toContain('role.replaced');
  });

  it('is azfed’s when a person takes it over', () => {
    const wide = { ...twin, managedPolicies: ['arn:aws:iam::aws:policy/AdministratorAccess'] };
    const done = runOnce({ ...before, iam: withRole(before.iam, wide) }, undefined, 'adopt').world;
    expect(selectRole(done, r1)).toEqual({ ...ours, id: twin.id, createdAt: twin.createdAt });
    expect(runOnce(after(5, done)).plan.changes).toEqual([]);
  });

  it('makes room for ours when a person deletes it', () => {
    const gone = { ...before, iam: withoutRole(before.iam, r1) };
    const again = runOnce(after(5, runOnce(gone).world)).world;
    expect(again.iam.roles.has(r1)).toBe(true);
  });
});
