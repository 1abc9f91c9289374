import type { Grant } from '../../../../shared/domain/configuration/configuration.ts';
import { PLAIN_TRUST } from '../../../../shared/domain/configuration/trust-terms.ts';
import type { ObservedRole } from '../../../../shared/domain/iam/role.ts';
import { samePolicy } from '../../../../shared/domain/policy/canonical-policy.ts';
import type { Statement } from '../../../../shared/domain/policy/policy-document.ts';
import { toList } from '../../../../shared/domain/policy/policy-document.ts';
import { configuration, grant } from '../../../builders/configuration.ts';
import { connection, reference } from '../../../builders/connection.ts';
import { connectionId, roleArn } from '../../../builders/domain-ids.ts';
import { withRole } from '../../../builders/iam-model.ts';
import { rules } from '../../../builders/rules.ts';
import type { SmallWorld } from '../../../builders/small-world.ts';
import { token } from '../../../builders/tokens.ts';
import { after, runOnce, runTimes, selectRole, showing, world } from '../../../builders/small-world.ts';

const r1 = roleArn('r1');
const { issuer: ISSUER } = token('');
const C1 = 'sc://contoso/P1/c1';
const BREAK_GLASS: Statement = {
  Sid: 'BreakGlass',
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::{account}:role/break-glass' },
  Action: 'sts:AssumeRole',
};
const GITHUB: Statement = {
  Effect: 'Allow',
  Principal: {
    Federated: 'arn:{partition}:iam::{account}:oidc-provider/token.actions.githubusercontent.com',
  },
  Action: 'sts:AssumeRoleWithWebIdentity',
  Condition: {
    StringEquals: {
      'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
      'token.actions.githubusercontent.com:sub': 'repo:contoso/shop:ref:refs/heads/main',
    },
  },
};
const OTHER: Statement = {
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::999988887777:root' },
  Action: 'sts:AssumeRole',
};
const GUARD: Statement = {
  Effect: 'Deny',
  Principal: '*',
  Action: 'sts:AssumeRole*',
  Condition: { StringNotEquals: { 'aws:PrincipalOrgID': 'o-1' } },
};
const OFFICE = { IpAddress: { 'aws:SourceIp': ['192.0.2.0/24', '198.51.100.0/24'] } };

const inAccount = (statement: Statement): Statement =>
  JSON.parse(
    JSON.stringify(statement).replaceAll('{account}', '123456789012').replaceAll('{partition}', 'aws'),
  ) as Statement;

function withTrust(trust: Partial<Grant['trust']>, seen: SmallWorld, more: Partial<Grant> = {}): SmallWorld {
  const terms = { ...PLAIN_TRUST, ...trust };
  return { ...seen, configuration: configuration({ grants: [grant({ ...more, trust: terms })] }) };
}
const rested = (trust: Partial<Grant['trust']>, more: Partial<Grant> = {}): SmallWorld =>
  after(60, runTimes(2, withTrust(trust, world([connection(1)]), more)));
const listStatements = (seen: SmallWorld): readonly Statement[] =>
  toList<Statement>(selectRole(seen, r1).trust.Statement);
const edited = (
  seen: SmallWorld,
  edit: (statements: readonly Statement[]) => readonly Statement[],
): SmallWorld => {
  const role: ObservedRole = selectRole(seen, r1);
  return {
    ...seen,
    iam: withRole(seen.iam, { ...role, trust: { ...role.trust, Statement: edit(listStatements(seen)) } }),
  };
};
const holds = (seen: SmallWorld, statement: Statement) =>
  listStatements(seen).some((one) => samePolicy({ Statement: one }, { Statement: statement }));
const bySchedule = (seen: SmallWorld) => runOnce(seen, { ...rules(), initiator: { trigger: 'schedule' } });
const readConditions = (seen: SmallWorld) => listStatements(seen)[0]?.Condition as Record<string, object>;
const about = (code: string, seen: SmallWorld) =>
  runOnce(seen).findings.filter((found) => found.code === code);

describe('further statements of a trust', () => {
  const seen = rested({ statements: [BREAK_GLASS, GITHUB] });
  const both = [BREAK_GLASS, GITHUB].map(inAccount);

  it('stand in the trust to the letter, in the account of the role', () => {
    expect(listStatements(seen).slice(1)).toEqual(both);
    expect(runOnce(seen).plan).toMatchObject({ changes: [], recordSyncs: [] });
    expect(about('trust.loose', seen)).toEqual([]);
  });

  it('stay when somebody else’s statement beside them is removed', () => {
    const done = bySchedule(edited(seen, (all) => [...all, OTHER])).world;
    expect(listStatements(done)).toEqual(listStatements(seen));
  });

  it('are put back when somebody removes them', () => {
    const { changes, world: done } = bySchedule(edited(seen, ([own]) => (own ? [own] : [])));
    expect(changes).toMatchObject([{ kind: 'repair', cause: 'drift' }]);
    expect(listStatements(done)).toEqual(listStatements(seen));
  });

  it('stay when the role is closed: what closes is azfed’s own statement', () => {
    const shut = runTimes(2, showing(seen, [connection(1, { oidc: 'off' })]));
    expect(JSON.stringify(selectRole(shut, r1).trust)).not.toContain(C1);
    expect(both.every((statement) => holds(shut, statement))).toBe(true);
    expect(runOnce(shut).plan).toMatchObject({ changes: [], recordSyncs: [] });
  });

  it('stay when another connection holds the name', () => {
    const taken = runTimes(2, showing(seen, [connection(9, { references: [reference(1, 'c1')] })]));
    expect(JSON.stringify(selectRole(taken, r1).trust)).not.toContain(C1);
    expect(both.every((statement) => holds(taken, statement))).toBe(true);
  });

  it('stay while a rename lets in both names', () => {
    const renamed = runOnce(
      after(5, showing(seen, [connection(1, { references: [reference(1, 'new')] })])),
    ).world;
    expect(JSON.stringify(selectRole(renamed, r1).trust)).toContain('sc://contoso/P1/new');
    expect(both.every((statement) => holds(renamed, statement))).toBe(true);
    expect(listStatements(runTimes(8, renamed))).toHaveLength(3);
  });

  it('go with the grant’s word for them', () => {
    const done = bySchedule(withTrust({ statements: [GITHUB] }, seen)).world;
    expect([holds(done, inAccount(BREAK_GLASS)), holds(done, inAccount(GITHUB))]).toEqual([false, true]);
  });

  it('let nobody in while a role is being made', () => {
    const { plan } = runOnce(withTrust({ statements: [BREAK_GLASS] }, world([connection(1)])));
    const steps = plan.changes.flatMap((change) => change.widening);
    const created = steps.find(({ action }) => action === 'createRole');
    expect(JSON.stringify(created)).not.toContain('break-glass');
  });

  const GONE = 'AROAJ3S2DELETED45EXAM';
  it.each<[string, Statement, Statement | undefined]>([
    ['alone', { ...OTHER, Principal: { AWS: GONE } }, undefined],
    ['beside others', { ...OTHER, Principal: { AWS: [GONE, '999988887777'] } }, OTHER],
  ])(
    'that name a principal that is gone, %s, stay until the trust is written: IAM takes it no more',
    (_what, statement, left) => {
      const named = rested({ statements: [statement] });
      const shown = edited(named, ([own]) => (own ? [own, statement] : []));
      expect(bySchedule(shown).plan.changes).toEqual([]);
      expect(bySchedule(named).plan.changes).toEqual([]);
      const done = bySchedule(edited(shown, (all) => [...all, GITHUB])).world;
      expect(listStatements(done).slice(1)).toHaveLength(left ? 1 : 0);
      expect(JSON.stringify(listStatements(done))).not.toContain(GONE);
      expect(left ? holds(done, left) : true).toBe(true);
      expect(bySchedule(after(5, done)).plan.changes).toEqual([]);
    },
  );

  it('count in the size of the trust', () => {
    const many = Array.from({ length: 12 }, (_, index): Statement => ({ ...BREAK_GLASS, Sid: `S${index}` }));
    const long = many.map((one, index) => ({
      ...one,
      Principal: { AWS: `arn:aws:iam::{account}:role/break-glass-${String(index).repeat(60)}` },
    }));
    expect(about('trust.over-quota', withTrust({ statements: long }, world([connection(1)])))).toHaveLength(
      1,
    );
  });
});

describe('conditions of azfed’s own statement', () => {
  const seen = rested({ conditions: OFFICE });

  it('stand there, and nothing is to be done', () => {
    expect(readConditions(seen)['IpAddress']).toEqual(OFFICE.IpAddress);
    expect(runOnce(seen).plan).toMatchObject({ changes: [], recordSyncs: [] });
    expect(about('trust.fenced', seen)).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['are removed', undefined],
    ['are given another value', { 'aws:SourceIp': '0.0.0.0/0' }],
    ['are given one value more', { 'aws:SourceIp': [...OFFICE.IpAddress['aws:SourceIp'], '0.0.0.0/0'] }],
  ])('are put back at once, whatever holds, when they %s', (_what, block) => {
    const open = edited(seen, ([own]) => {
      const { IpAddress: _, ...rest } = (own?.Condition ?? {}) as Record<string, object>;
      return [
        { ...own, Condition: { ...rest, ...(block === undefined ? {} : { IpAddress: block }) } as never },
      ];
    });
    const { changes, world: done } = bySchedule(open);
    expect(changes).toMatchObject([{ cause: 'drift', decision: 'allowed' }]);
    expect(changes.flatMap((change) => change.narrowing).length).toBeGreaterThan(0);
    expect(selectRole(done, r1).trust).toEqual(selectRole(seen, r1).trust);
  });

  it.each<[string, object]>([
    ['another condition', { ...OFFICE, StringEquals: { 'aws:PrincipalTag/team': 'shop' } }],
    ['fewer values', { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } }],
  ])('keep %s that somebody added, and tell of it', (_what, fence) => {
    const fenced = edited(seen, ([own]) => {
      const condition = own?.Condition as Record<string, Record<string, object>>;
      const merged = Object.fromEntries(
        Object.entries({ ...condition, ...fence }).map(([operator, block]) => [
          operator,
          operator === 'StringEquals' ? { ...condition[operator], ...(block as object) } : (block as object),
        ]),
      );
      return [{ ...own, Condition: merged as never }];
    });
    expect(about('trust.fenced', fenced)).toHaveLength(1);
    expect(selectRole(runTimes(2, fenced), r1).trust).toEqual(selectRole(fenced, r1).trust);
  });

  it.each<[string, object, string]>([
    ['a subject must be there', { Null: { [`${ISSUER}:sub`]: 'false' } }, 'Null sub = false'],
    ['a pattern', { StringLike: { [`${ISSUER}:sub`]: 'sc://contoso/*' } }, 'StringLike sub = sc://contoso/*'],
  ])('name what every token of the connection meets, and keep it: %s', (_what, more, named) => {
    const fenced = edited(seen, ([own]) => [
      { ...own, Condition: { ...(own?.Condition as object), ...more } },
    ]);
    expect(about('trust.fenced', fenced)).toMatchObject([
      { message: expect.stringContaining(`meets ${named}: in IAM, remove that from the trust`) as string },
    ]);
    expect(selectRole(runTimes(2, fenced), r1).trust).toEqual(selectRole(fenced, r1).trust);
  });

  it.each<[string, Partial<Grant['trust']>]>([
    ['others', { conditions: { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } } }],
    ['more', { conditions: { IpAddress: { 'aws:SourceIp': ['192.0.2.0/24', '203.0.113.0/24'] } } }],
    [
      'wider ones',
      { conditions: { IpAddress: { 'aws:SourceIp': [...OFFICE.IpAddress['aws:SourceIp'], '10.0.0.0/8'] } } },
    ],
    ['fewer', { conditions: { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } } }],
    ['none', {}],
  ])('follow the configuration to %s', (_what, trust) => {
    const done = bySchedule(withTrust(trust, seen)).world;
    expect(selectRole(done, r1).trust).toEqual(selectRole(rested(trust), r1).trust);
    expect(runOnce(after(5, done)).plan).toMatchObject({ changes: [], recordSyncs: [] });
  });

  it('follow the configuration beside a condition that somebody added', () => {
    const time = { DateLessThan: { 'aws:CurrentTime': '2030-01-01T00:00:00Z' } };
    const fenced = edited(seen, ([own]) => [
      { ...own, Condition: { ...(own?.Condition as object), ...time } },
    ]);
    const done = runTimes(2, withTrust({}, fenced));
    expect(readConditions(done)['DateLessThan']).toEqual(time.DateLessThan);
    expect(readConditions(done)['IpAddress']).toBeUndefined();
  });

  it('stay when the role is closed', () => {
    const shut = runTimes(2, showing(seen, [connection(1, { oidc: 'off' })]));
    expect(readConditions(shut)['IpAddress']).toEqual(OFFICE.IpAddress);
    expect(runOnce(shut).plan).toMatchObject({ changes: [], recordSyncs: [] });
  });
});

describe('Deny statements that a company puts into trusts', () => {
  const guarded = (expectDeny: Grant['trust']['expectDeny'], denial = GUARD) =>
    edited(rested({ expectDeny }), (all) => [...all, denial]);

  it.each<[string, Grant['trust']['expectDeny']]>([
    ['any', 'any'],
    ['a list', [GUARD]],
    ['a list that spells it otherwise', [{ ...GUARD, Sid: 'Guard', Action: ['sts:assumerole*'] }]],
  ])('are neither drift nor incident where the grant expects %s', (_what, expectDeny) => {
    const seen = guarded(expectDeny);
    const { plan, findings } = runOnce(seen);
    expect(plan).toMatchObject({ changes: [], recordSyncs: [] });
    expect(findings.map(({ code }) => code)).toEqual(['issuer.retiring']);
  });

  it.each<[string, Grant['trust']['expectDeny']]>([
    ['none', 'none'],
    ['another one', [{ ...GUARD, Action: 'sts:AssumeRole' }]],
  ])('are told where the grant expects %s', (_what, expectDeny) => {
    expect(about('role.incident', guarded(expectDeny))).toHaveLength(1);
  });

  it('stay through every write of the trust', () => {
    const seen = guarded('any');
    const stages: readonly ((past: SmallWorld) => SmallWorld)[] = [
      (past) => bySchedule(edited(past, (all) => [...all, OTHER])).world,
      (past) =>
        runOnce(after(5, showing(past, [connection(1, { references: [reference(1, 'new')] })]))).world,
      (past) => runTimes(8, past),
      (past) => runTimes(2, showing(past, [connection(1, { oidc: 'off' })])),
      (past) => runTimes(2, showing(after(60, past), [connection(1)])),
    ];
    const ends = stages.map((_stage, index) =>
      stages.slice(0, index + 1).reduce((past, stage) => stage(past), seen),
    );
    expect(ends.map((end) => holds(end, GUARD))).toEqual(stages.map(() => true));
    expect(ends.flatMap((end) => about('role.incident', end))).toEqual([]);
  });

  it('do not keep one from being told that nobody expects', () => {
    const other: Statement = { Effect: 'Deny', Principal: '*', Action: 'sts:AssumeRoleWithWebIdentity' };
    const seen = edited(guarded([GUARD]), (all) => [...all, other]);
    expect(about('role.incident', seen)).toHaveLength(1);
    const done = runTimes(2, seen);
    expect([holds(done, GUARD), holds(done, other)]).toEqual([true, true]);
  });
});

it('all of it is kept when a role is taken over', () => {
  const terms = { statements: [BREAK_GLASS], conditions: OFFICE, expectDeny: 'any' as const };
  const bare = withTrust(terms, world([connection(1)]), { permissions: 'unmanaged', boundary: 'none' });
  const made = selectRole(rested({ statements: [BREAK_GLASS] }), r1);
  const trust = { ...made.trust, Statement: [...toList<Statement>(made.trust.Statement), OTHER, GUARD] };
  const seen = { ...bare, iam: withRole(bare.iam, { ...made, trust, tags: {} }) };
  const done = runTimes(1, after(5, runOnce(seen, undefined, 'adopt').world));
  expect([holds(done, inAccount(BREAK_GLASS)), holds(done, GUARD), holds(done, OTHER)]).toEqual([
    true,
    true,
    false,
  ]);
  expect(readConditions(done)['IpAddress']).toEqual(OFFICE.IpAddress);
  expect(done.recorded.find((item) => item.connectionId === connectionId(1))?.role?.conditions).toEqual(
    OFFICE,
  );
});
