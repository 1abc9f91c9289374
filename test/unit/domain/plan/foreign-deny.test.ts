import type { Statement } from '../../../../shared/domain/policy/policy-document.ts';
import { toList } from '../../../../shared/domain/policy/policy-document.ts';
import { trustSize } from '../../../../shared/domain/policy/trust-document.ts';
import type { ObservedRole } from '../../../../shared/domain/iam/role.ts';
import { ALL, tampered, tamperings } from '../../../builders/arbitraries-tampering.ts';
import { configuration, grant } from '../../../builders/configuration.ts';
import { connection, reference } from '../../../builders/connection.ts';
import { connectionId, roleArn } from '../../../builders/domain-ids.ts';
import { unknown } from '../../../../shared/domain/kernel/result.ts';
import { withRole } from '../../../builders/iam-model.ts';
import { rules } from '../../../builders/rules.ts';
import type { SmallWorld } from '../../../builders/small-world.ts';
import {
  after,
  federated,
  observation,
  runOnce,
  runTimes,
  makePlan,
  selectRole,
  showing,
} from '../../../builders/small-world.ts';
import { admitsSubject } from '../../../builders/tokens.ts';

const r1 = roleArn('r1');
const C1 = 'sc://contoso/P1/c1';
const before = after(60, federated([connection(1)]));
const DENY_ALL: Statement = { Effect: 'Deny', Action: '*', Resource: '*' };
const DENY_IN: Statement = { Effect: 'Deny', Principal: '*', Action: 'sts:AssumeRoleWithWebIdentity' };
/** A Deny that denies nothing that matters: a shield, if a Deny kept everything around it from being fixed. */
const IDLE: Statement = { ...DENY_IN, Condition: { StringEquals: { 'aws:SourceIp': '192.0.2.1' } } };

const denials: Readonly<Record<string, (role: ObservedRole) => ObservedRole>> = {
  'a Deny in the trust': (role) => ({
    ...role,
    trust: { ...role.trust, Statement: [...toList<Statement>(role.trust.Statement), DENY_IN] },
  }),
  'a condition on top of ours': (role) => ({
    ...role,
    trust: {
      ...role.trust,
      Statement: toList<Statement>(role.trust.Statement).map((statement) => ({
        ...statement,
        Condition: { ...(statement.Condition as object), IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } },
      })),
    },
  }),
  'an inline policy that denies': (role) => ({
    ...role,
    inlinePolicies: { ...role.inlinePolicies, AWSRevokeOlderSessions: { Statement: DENY_ALL } },
  }),
  'a Deny in our own inline policy': (role) => ({
    ...role,
    inlinePolicies: {
      deploy: {
        ...role.inlinePolicies['deploy'],
        Statement: [...toList<Statement>(role.inlinePolicies['deploy']?.Statement), DENY_ALL],
      },
    },
  }),
  AWSDenyAll: (role) => ({
    ...role,
    managedPolicies: [...role.managedPolicies, 'arn:aws:iam::aws:policy/AWSDenyAll'],
  }),
  'a quarantine': (role) => ({
    ...role,
    managedPolicies: [...role.managedPolicies, 'arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV2'],
  }),
  'AWSDenyAll as the boundary': (role) => ({ ...role, boundary: 'arn:aws:iam::aws:policy/AWSDenyAll' }),
};

const changed = (change: (role: ObservedRole) => ObservedRole, seen = before): SmallWorld => ({
  ...seen,
  iam: withRole(seen.iam, change(selectRole(seen, r1))),
});

describe.each(Object.entries(denials))('when somebody answers an incident with %s', (what, deny) => {
  it('it stays, and that is told', () => {
    const denied = changed(deny);
    const { changes, findings, world: done } = runOnce(denied);
    expect(changes).toMatchObject([{ decision: 'held', blockedBy: 'incident' }]);
    expect(findings.map(({ code }) => code)).toContain(
      what === 'a condition on top of ours' ? 'trust.fenced' : 'role.incident',
    );
    expect(selectRole(runTimes(3, done), r1)).toEqual(selectRole(denied, r1));
  });

  it('what else is wider is narrowed; only what the Deny touches is not widened, for a person neither', () => {
    const wider = changed((role) =>
      deny({
        ...role,
        inlinePolicies: { ...role.inlinePolicies, extra: { Statement: ALL } },
        maxSessionDuration: 3_600,
      }),
    );
    const done = selectRole(runTimes(2, wider), r1);
    const denied = deny(selectRole(before, r1));
    const { extra: _, ...inlinePolicies } = denied.inlinePolicies;
    const isOfTrust = what === 'a Deny in the trust' || what === 'a condition on top of ours';
    expect(done).toEqual({
      ...denied,
      inlinePolicies,
      maxSessionDuration: isOfTrust ? denied.maxSessionDuration : 3_600,
    });
  });

  it('everything is put right when it is taken away', () => {
    const { iam: _, ...denied } = runTimes(2, changed(deny));
    const done = runTimes(1, { ...denied, iam: before.iam });
    expect(runOnce(done).plan.changes).toEqual([]);
  });
});

describe('a Deny is no shield', () => {
  const opened = (role: ObservedRole) =>
    tampered(role, [tamperings['opens the trust to everybody'] ?? never()]);

  it('for a trust that was opened beside it: that is narrowed, the Deny stays', () => {
    const done = selectRole(
      runOnce(
        changed((role) => ({
          ...role,
          trust: { ...role.trust, Statement: [...toList<Statement>(opened(role).trust.Statement), IDLE] },
        })),
      ).world,
      r1,
    );
    expect([admitsSubject(done.trust, 'sc://contoso/P1/impostor'), admitsSubject(done.trust, C1)]).toEqual([
      false,
      true,
    ]);
    expect(toList<Statement>(done.trust.Statement)).toContainEqual(IDLE);
  });

  it.each(['deploy', 'theirs'])('for what is allowed beside it in the inline policy %s', (name) => {
    const done = selectRole(
      runOnce(
        changed((role) => ({
          ...role,
          inlinePolicies: {
            ...role.inlinePolicies,
            [name]: { Version: '2012-10-17', Statement: [ALL, DENY_ALL] },
          },
        })),
      ).world,
      r1,
    );
    const statements = toList<Statement>(done.inlinePolicies[name]?.Statement);
    expect(statements).toContainEqual(DENY_ALL);
    expect(statements).not.toContainEqual(ALL);
  });

  const long = (characters: number) => ({
    Condition: { StringEquals: { 'aws:PrincipalTag/team': 'x'.repeat(characters) } },
  });
  const OPEN: Statement = { Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRoleWithWebIdentity' };
  const fenced = (role: ObservedRole, characters: number): Statement => ({
    ...toList<Statement>(role.trust.Statement)[0],
    ...long(characters),
  });

  it.each<[string, (role: ObservedRole) => readonly Statement[]]>([
    ['Deny statements', () => [OPEN, { ...DENY_IN, ...long(1_700) }]],
    ['Deny statements and conditions', (role) => [fenced(role, 1_500), IDLE]],
    ['conditions', (role) => [fenced(role, 1_700)]],
  ])('for a trust in which %s leave no room: a Deny of everybody takes their place', (_what, edit) => {
    const { changes, world: done } = runOnce(
      changed((role) => ({ ...role, trust: { ...role.trust, Statement: edit(role) } })),
    );
    const { trust } = selectRole(done, r1);
    expect(changes).toMatchObject([{ decision: 'allowed', widening: [] }]);
    expect(changes[0]?.reason).toContain('one Deny of everybody takes their place');
    expect(trustSize(trust)).toBeLessThanOrEqual(2_048);
    expect([C1, 'sc://contoso/P1/impostor'].map((one) => admitsSubject(trust, one))).toEqual([false, false]);
    const again = runOnce(after(5, done));
    expect(again.plan.changes.flatMap(({ narrowing, widening }) => [...narrowing, ...widening])).toEqual([]);
    const opens = { ...trust, Statement: toList<Statement>(trust.Statement).slice(0, -1) };
    const released = withRole(done.iam, { ...selectRole(done, r1), trust: opens });
    expect(admitsSubject(selectRole(runTimes(2, after(5, { ...done, iam: released })), r1).trust, C1)).toBe(
      true,
    );
  });

  it('and shuts nobody out where the grant asks for more than there is room for', () => {
    const conditions = long(1_700).Condition;
    const seen = {
      ...changed((role) => ({
        ...role,
        trust: {
          ...role.trust,
          Statement: [
            ...toList<Statement>(role.trust.Statement),
            { ...IDLE, Condition: long(300).Condition },
          ],
        },
      })),
      configuration: configuration({
        grants: [grant({ trust: { conditions, statements: [], expectDeny: 'none' } })],
      }),
    };
    const { changes } = runOnce(seen);
    expect(changes.flatMap(({ narrowing }) => narrowing)).not.toEqual([]);
    expect(JSON.stringify(changes)).not.toMatch(/sts:\*|one Deny of everybody/);
  });

  it('and stays where the live trust shows that there is room, though nobody knows the quota', () => {
    const deny = { ...DENY_IN, ...long(3_000) };
    const { iam } = changed((role) => ({ ...role, trust: { ...role.trust, Statement: [OPEN, IDLE, deny] } }));
    const quotas = unknown('permission', 'iam:GetAccountSummary is denied.');
    const { changes } = makePlan({ ...before, iam }, [{ ...observation(iam), quotas }]);
    const [step] = changes.flatMap(({ narrowing }) => narrowing);
    expect(step).toMatchObject({ action: 'setTrust' });
    expect(JSON.stringify(step)).toContain(JSON.stringify(IDLE));
    expect(JSON.stringify(step)).not.toContain('sts:*');
  });

  const tagged = (team: string) => ({ Condition: { StringEquals: { 'aws:PrincipalTag/team': team } } });

  it.each(['2008-10-17', undefined])('in a trust of Version %s: `${` in it stays text', (Version) => {
    const live = (role: ObservedRole) => [
      ...toList<Statement>(role.trust.Statement),
      OPEN,
      { ...IDLE, ...tagged('${team}') },
    ];
    const { world: done } = runOnce(
      changed((role) => {
        const { Version: _, ...trust } = role.trust;
        return { ...role, trust: { ...trust, ...(Version ? { Version } : {}), Statement: live(role) } };
      }),
    );
    const { trust } = selectRole(done, r1);
    expect(trust.Version).toBe('2012-10-17');
    expect(toList<Statement>(trust.Statement).slice(1)).toEqual([{ ...IDLE, ...tagged('${$}{team}') }]);
  });

  it.each([
    ['2008-10-17', '2012-10-17', ['${own}', '${$}{theirs}']],
    ['2012-10-17', '2008-10-17', ['${$}{own}', '${theirs}']],
    ['2012-10-17', '2012-10-17', ['${own}', '${theirs}']],
    ['2008-10-17', '2008-10-17', ['${own}', '${theirs}']],
  ])('in an inline policy of Version %s, granted in %s: `${` means what it meant', (now, granted, kept) => {
    const policy = (Version: string, ...Statement: readonly Statement[]) => ({
      deploy: { Version, Statement },
    });
    const own = { ...ALL, ...tagged('${own}') };
    const grants = [grant({ inlinePolicies: policy(granted, own) })];
    const seen = { ...before, configuration: configuration({ grants }) };
    const denial = { ...DENY_ALL, ...tagged('${theirs}') };
    const { world: done } = runOnce(
      changed((role) => ({ ...role, inlinePolicies: policy(now, ALL, denial) }), seen),
    );
    const statements = toList<Statement>(selectRole(done, r1).inlinePolicies['deploy']?.Statement);
    expect(statements).toEqual([
      { ...ALL, ...tagged(kept[0] ?? '') },
      { ...DENY_ALL, ...tagged(kept[1] ?? '') },
    ]);
    expect(runOnce(after(5, done)).changes.filter(({ decision }) => decision !== 'held')).toEqual([]);
  });

  it('for an inline policy in which it leaves no room: it stays, and only what is granted and there beside it', () => {
    const own = toList<Statement>(selectRole(before, r1).inlinePolicies['deploy']?.Statement);
    const deny = { ...DENY_ALL, ...long(9_900) };
    const hit = (...statements: readonly Statement[]) =>
      runOnce(
        changed((role) => ({
          ...role,
          inlinePolicies: { deploy: { Version: '2012-10-17', Statement: [...statements, deny] } },
        })),
      ).world;
    const listLeft = (seen: SmallWorld) => selectRole(seen, r1).inlinePolicies['deploy']?.Statement;
    expect(listLeft(hit(...own, { ...ALL, Resource: 'arn:aws:s3:::other' }))).toEqual([...own, deny]);
    const larger = { ...deny, ...long(10_045) };
    const done = runOnce(
      changed((role) => ({
        ...role,
        inlinePolicies: { deploy: { Version: '2012-10-17', Statement: [ALL, larger] } },
      })),
    ).world;
    expect(listLeft(done)).toEqual([larger]);
    expect(runOnce(after(5, done)).changes.filter(({ decision }) => decision !== 'held')).toEqual([]);
  });

  it('and is no reason to deny more where the grant has grown beyond the room', () => {
    const guard = { Version: '2012-10-17', Statement: [{ ...DENY_ALL, ...long(9_500) }] };
    const deploy = {
      Version: '2012-10-17',
      Statement: [{ ...ALL, Resource: `arn:aws:s3:::${'y'.repeat(900)}` }],
    };
    const seen = {
      ...changed((role) => ({ ...role, inlinePolicies: { ...role.inlinePolicies, guard } })),
      configuration: configuration({ grants: [grant({ inlinePolicies: { deploy } })] }),
    };
    const { changes } = runOnce(seen);
    expect(changes.flatMap(({ narrowing }) => narrowing)).toEqual([]);
    expect(selectRole(runTimes(2, seen), r1).inlinePolicies['guard']).toEqual(guard);
  });

  it('when the role is closed: nobody is let in, and the Deny stays for when it is opened again', () => {
    const shut = runOnce(
      showing(changed(denials['a Deny in the trust'] ?? never()), [connection(1, { oidc: 'off' })]),
    );
    const { trust } = selectRole(shut.world, r1);
    expect(toList<Statement>(trust.Statement)).toContainEqual(DENY_IN);
    expect(JSON.stringify(trust)).not.toContain(C1);
    expect(runOnce(after(5, shut.world)).plan.changes).toEqual([]);
  });
});

function never(): never {
  throw new Error('The table has no such row.');
}

describe('a role that changed on both sides', () => {
  const grants = [grant({ maxSessionDuration: 43_200, managedPolicies: [] })];
  const torn = {
    ...changed((role) => ({ ...role, maxSessionDuration: 3_600 })),
    configuration: configuration({ grants }),
  };
  const bySchedule = (seen: SmallWorld) => runOnce(seen, rules());

  it('is narrowed, waits with the rest, and waits on', () => {
    const { changes, findings, world: done } = bySchedule(torn);
    expect(changes).toMatchObject([{ cause: 'conflict', decision: 'allowed', isWideningHeld: true }]);
    expect(findings).toContainEqual(
      expect.objectContaining({ code: 'role.conflict', connectionId: connectionId(1), roleArn: r1 }),
    );
    expect(selectRole(done, r1)).toMatchObject({ managedPolicies: [], maxSessionDuration: 3_600 });
    const later = bySchedule(after(60, done));
    expect(later.changes).toMatchObject([{ decision: 'held', blockedBy: 'conflict' }]);
    expect(selectRole(later.world, r1).maxSessionDuration).toBe(3_600);
  });

  it('follows when a person applies', () => {
    expect(selectRole(runOnce(torn).world, r1)).toMatchObject({
      managedPolicies: [],
      maxSessionDuration: 43_200,
    });
  });
});

it('a Deny that stays in the trust counts for its length', () => {
  const role = selectRole(before, r1);
  const long = { ...DENY_IN, Condition: { StringEquals: { 'aws:PrincipalTag/team': 'x'.repeat(1_500) } } };
  const trust = { ...role.trust, Statement: [...toList<Statement>(role.trust.Statement), long] };
  const shared = connection(1, {
    references: Array.from({ length: 10 }, (_, index) => reference(index + 1, 'c1')),
  });
  const codes = (seen: SmallWorld) => makePlan(showing(seen, [shared])).findings.map(({ code }) => code);
  expect(codes(before)).not.toContain('trust.over-quota');
  expect(codes({ ...before, iam: withRole(before.iam, { ...role, trust }) })).toContain('trust.over-quota');
});
