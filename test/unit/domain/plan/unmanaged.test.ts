import { listRights } from '../../../../shared/adapters/aws/session-policy.ts';
import { listWrites } from '../../../../shared/domain/plan/revocation.ts';
import type { Step } from '../../../../shared/domain/iam/iam-operation.ts';
import type { ObservedRole } from '../../../../shared/domain/iam/role.ts';
import { tampered, tamperings } from '../../../builders/arbitraries-tampering.ts';
import type { GrantFields } from '../../../builders/configuration.ts';
import { configuration, grant } from '../../../builders/configuration.ts';
import { connection } from '../../../builders/connection.ts';
import { connectionId, roleArn } from '../../../builders/domain-ids.ts';
import { withRole } from '../../../builders/iam-model.ts';
import { rules } from '../../../builders/rules.ts';
import type { SmallWorld } from '../../../builders/small-world.ts';
import {
  START,
  after,
  federated,
  runOnce,
  runTimes,
  makePlan,
  selectRole,
  showing,
  world,
} from '../../../builders/small-world.ts';
import { admitsSubject } from '../../../builders/tokens.ts';

const r1 = roleArn('r1');
const C1 = 'sc://contoso/P1/c1';
const ADMIN = 'arn:aws:iam::aws:policy/AdministratorAccess';
const made = selectRole(federated([connection(1)]), r1);

const under = (seen: SmallWorld, fields: GrantFields): SmallWorld => ({
  ...seen,
  configuration: configuration({ grants: [grant(fields)] }),
});
const unmanaged: GrantFields = { permissions: 'unmanaged', boundary: 'none' };

/** A role that Terraform made: everything but its trust is Terraform's. */
const theirs: ObservedRole = {
  ...made,
  boundary: undefined,
  managedPolicies: [ADMIN],
  inlinePolicies: { theirs: { Version: '2012-10-17', Statement: [] } },
  maxSessionDuration: 43_200,
  description: 'by Terraform',
  tags: { owner: 'platform' },
};

const byHand = (fields: Partial<ObservedRole> = {}, more: GrantFields = {}): SmallWorld => {
  const seen = showing(after(60, under(federated([connection(2)]), { ...unmanaged, ...more })), [
    connection(1),
    connection(2),
  ]);
  return { ...seen, iam: withRole(seen.iam, { ...theirs, ...fields }) };
};

/** That role, taken over and at rest. */
const adopted = (more: GrantFields = {}) => after(60, runOnce(byHand({}, more), undefined, 'adopt').world);
const changed = (seen: SmallWorld, change: (role: ObservedRole) => Partial<ObservedRole>): SmallWorld => {
  const role = selectRole(seen, r1);
  return { ...seen, iam: withRole(seen.iam, { ...role, ...change(role) }) };
};

/** What belongs to somebody else. */
function selectForeignPart({ trust: _, tags, ...role }: ObservedRole) {
  return { ...role, tags: Object.entries(tags).filter(([key]) => !key.startsWith('azfed:')) };
}

const listSteps = (seen: SmallWorld, asks?: 'adopt') =>
  makePlan(seen, undefined, asks).changes.flatMap((change) =>
    change.target === 'role'
      ? [...change.narrowing, ...change.widening, ...(change.meanwhile?.narrowing ?? [])]
      : [],
  );
const isOfTrustOrMark = (step: Step): boolean =>
  step.action === 'setTrust' ||
  step.action === 'readBack' ||
  (step.action === 'tagRole' && Object.keys(step.tags).every((key) => key.startsWith('azfed:'))) ||
  (step.action === 'untagRole' && step.keys.every((key) => key.startsWith('azfed:')));

describe('a role whose permissions are somebody else’s', () => {
  it('is taken over with its trust and its mark alone', () => {
    const role = selectRole(adopted(), r1);
    expect(selectForeignPart(role)).toEqual(selectForeignPart(theirs));
    expect(role.tags).toMatchObject({ owner: 'platform', 'azfed:connection': connectionId(1) });
    expect(runOnce(adopted()).plan).toMatchObject({ changes: [], recordSyncs: [] });
  });

  it('takes a mark in another case for a mark: IAM has one tag of that name', () => {
    const seen = changed(adopted(), ({ tags: { 'azfed:connection': mark = '', ...tags } }) => ({
      tags: { ...tags, 'AZFED:Connection': mark },
    }));
    expect(listSteps(seen)).toMatchObject([
      { action: 'untagRole', keys: ['AZFED:Connection'] },
      { action: 'tagRole', tags: { 'azfed:connection': connectionId(1) } },
      { action: 'readBack' },
    ]);
    expect(runOnce(runOnce(seen).world).plan).toMatchObject({ changes: [], recordSyncs: [] });
  });

  it.each(Object.entries(tamperings))('is never written to beyond that when somebody %s', (_what, tamper) => {
    const seen = changed(adopted(), (role) => tampered(role, [tamper]));
    expect(listSteps(seen).filter((step) => !isOfTrustOrMark(step))).toEqual([]);
    const done = selectRole(runTimes(3, seen), r1);
    expect(selectForeignPart(done)).toEqual(selectForeignPart(selectRole(seen, r1)));
    expect(admitsSubject(done.trust, C1)).toBe(true);
  });

  it('is in order whatever its owner makes of policies, boundary, duration, description and tags', () => {
    const seen = changed(adopted(), () => ({
      boundary: 'arn:aws:iam::aws:policy/AWSDenyAll',
      managedPolicies: [],
      inlinePolicies: {},
      maxSessionDuration: 3_600,
      description: '',
    }));
    const { plan, findings } = runOnce(seen);
    expect(plan).toMatchObject({ changes: [], recordSyncs: [] });
    expect(findings.filter(({ roleArn: arn }) => arn === r1)).toEqual([]);
  });

  it.each<[string, (seen: SmallWorld) => SmallWorld, GrantFields]>([
    ['asks for it no more', (seen) => showing(seen, [connection(1, { oidc: 'off' })]), { retire: 'close' }],
    ['is to be deleted', (seen) => showing(seen, [connection(1, { oidc: 'off' })]), { retire: 'delete' }],
    [
      'has a namesake in its place',
      (seen) => showing(seen, [connection(1, { id: connectionId(9), requestedRoleArn: roleArn('r9') })]),
      { revokeSessions: true, quarantine: true },
    ],
  ])('has its trust closed and nothing else when its connection %s', (_what, leave, more) => {
    const seen = leave(adopted(more));
    expect(listSteps(seen).filter((step) => !isOfTrustOrMark(step))).toEqual([]);
    const later = after(60 * 24 * 60, runTimes(2, seen));
    const done = selectRole(runTimes(2, later), r1);
    expect(admitsSubject(done.trust, C1)).toBe(false);
    expect(selectForeignPart(done)).toEqual(selectForeignPart(theirs));
  });

  it('is narrowed without a revocation of its sessions, which is a policy', () => {
    const opened = tamperings['opens the trust to everybody'];
    const seen = changed(adopted({ revokeSessions: true, quarantine: true }), (role) =>
      opened ? tampered(role, [opened]) : role,
    );
    const { world: done, changes } = runOnce(seen);
    expect(changes).toMatchObject([{ kind: 'repair', permissions: 'unmanaged' }]);
    expect(admitsSubject(selectRole(done, r1).trust, 'sc://contoso/P1/other')).toBe(false);
    expect(selectForeignPart(selectRole(done, r1))).toEqual(selectForeignPart(theirs));
  });

  it('is not made by azfed: that waits for whoever owns it', () => {
    const { changes, findings, world: done } = runOnce(under(world([connection(1)]), unmanaged));
    expect(changes).toMatchObject([
      { target: 'provider', decision: 'allowed' },
      { kind: 'create', decision: 'held', blockedBy: 'unmanaged', permissions: 'unmanaged' },
    ]);
    expect(findings.map(({ code }) => code)).toContain('role.not-made');
    expect(done.iam.roles.size).toBe(0);
  });

  it('is not made again when it was deleted', () => {
    const { iam, ...rest } = adopted();
    const roles = new Map([...iam.roles].filter(([arn]) => arn !== r1));
    const done = runTimes(3, { ...rest, iam: { ...iam, roles } });
    expect(done.iam.roles.has(r1)).toBe(false);
    const { changes } = runOnce(after(60, done));
    expect(changes).toMatchObject([{ kind: 'create', cause: 'gone', blockedBy: 'unmanaged' }]);
  });

  it('needs no right but those to its trust and its tags, whatever is to be done', () => {
    const opened = tamperings['opens the trust to everybody'];
    const drifted = changed(adopted(), (role) => ({
      ...(opened ? tampered(role, [opened]) : {}),
      ...theirs,
      trust: opened ? tampered(role, [opened]).trust : role.trust,
    }));
    const worlds = [byHand(), drifted, showing(adopted(), [connection(1, { oidc: 'off' })])];
    const steps = worlds.flatMap((seen) => [
      ...listSteps(seen),
      ...listSteps(seen, 'adopt').filter((step) => 'role' in step && step.role === r1),
    ]);
    const actions = listRights(steps.flatMap((step) => listWrites(step, START))).flatMap(
      (right) => right.actions,
    );
    expect([...new Set(actions)].sort()).toEqual(['iam:TagRole', 'iam:UpdateAssumeRolePolicy']);
  });

  it('records nothing of what is not azfed’s', () => {
    const written = adopted().recorded.find((item) => item.connectionId === connectionId(1))?.role?.written;
    expect(Object.keys(written ?? {}).sort()).toEqual([
      'tags.azfed:connection',
      'tags.azfed:grant',
      'tags.azfed:organization',
      'trust',
    ]);
  });
});

describe('a grant that gives permissions away', () => {
  const managed = after(60, federated([connection(1)]));

  it('changes nothing in IAM, and its records catch up', () => {
    const seen = under(managed, unmanaged);
    const { plan, world: done } = runOnce(seen);
    expect(plan.changes).toEqual([]);
    expect(selectRole(done, r1)).toEqual(selectRole(managed, r1));
    expect(runOnce(done).plan).toMatchObject({ changes: [], recordSyncs: [] });
  });

  it('gets them back clean: the same world needs no write', () => {
    const given = runOnce(under(managed, unmanaged)).world;
    const back = under(given, {});
    expect(runOnce(back).plan.changes).toEqual([]);
    expect(runOnce(runOnce(back).world).plan).toMatchObject({ changes: [], recordSyncs: [] });
  });

  it('and takes them back has what its owner made of the role shown as a change, not as drift', () => {
    const seen = under(adopted(), {});
    const { changes, world: done } = runOnce(seen, { ...rules(), initiator: { trigger: 'schedule' } });
    expect(changes).toMatchObject([{ kind: 'repair', cause: 'change', decision: 'allowed' }]);
    expect(selectForeignPart(selectRole(runTimes(1, done), r1))).toEqual(selectForeignPart(made));
  });
});

describe('a grant without a boundary', () => {
  const bare: GrantFields = { boundary: 'none', inlinePolicies: {} };
  const seen = after(60, runTimes(1, under(world([connection(1)]), bare)));

  it('makes roles without one', () => {
    expect(selectRole(seen, r1).boundary).toBeUndefined();
    expect(runOnce(seen).plan).toMatchObject({ changes: [], recordSyncs: [] });
  });

  it('keeps a boundary that somebody put there, reports it, and fixes all the rest', () => {
    const boundary = 'arn:aws:iam::123456789012:policy/theirs';
    const other = changed(seen, () => ({ boundary }));
    const { changes, findings } = runOnce(other);
    expect(changes).toMatchObject([{ decision: 'held', blockedBy: 'incident' }]);
    expect(findings).toMatchObject([{ code: 'role.foreign-boundary' }, { code: 'issuer.retiring' }]);
    const more = changed(other, () => ({ managedPolicies: [ADMIN] }));
    expect(selectRole(runTimes(2, more), r1)).toEqual({ ...selectRole(seen, r1), boundary });
  });
});

describe('the description of an adopted role', () => {
  const adoptDescribed = (description: 'managed' | 'keep') =>
    selectRole(
      runTimes(
        3,
        runOnce(
          byHand({}, { permissions: 'managed', boundary: 'none', inlinePolicies: {}, description }),
          undefined,
          'adopt',
        ).world,
      ),
      r1,
    );

  it('stays as it is where the grant says so', () => {
    expect(adoptDescribed('keep')).toMatchObject({
      description: 'by Terraform',
      managedPolicies: [expect.stringContaining('ReadOnly')],
    });
  });

  it('becomes that of azfed otherwise', () => {
    expect(adoptDescribed('managed').description).toContain('kept by azfed');
  });
});
