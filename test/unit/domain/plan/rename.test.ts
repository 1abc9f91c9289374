import { providerArn } from '../../../../shared/domain/kernel/arn.ts';
import { configuration, contoso, grant } from '../../../builders/configuration.ts';
import { connection, reference } from '../../../builders/connection.ts';
import { ACCOUNT, connectionId, organizationId, projectId, roleArn } from '../../../builders/domain-ids.ts';
import { rules } from '../../../builders/rules.ts';
import type { SmallWorld } from '../../../builders/small-world.ts';
import {
  after,
  listEvents,
  federated,
  observation,
  runOnce,
  runTimes,
  makePlan,
  selectRole,
  showing,
} from '../../../builders/small-world.ts';
import { admitsSubject, token } from '../../../builders/tokens.ts';
import { withRole } from '../../../builders/iam-model.ts';
import { IMPOSTOR } from '../../../builders/arbitraries-tampering.ts';
import type { Statement } from '../../../../shared/domain/policy/policy-document.ts';
import { toList } from '../../../../shared/domain/policy/policy-document.ts';
import { buildTrust, trustSize } from '../../../../shared/domain/policy/trust-document.ts';
import { complete } from '../../../../shared/domain/kernel/result.ts';

const [r1, r2] = [roleArn('r1'), roleArn('r2')];
const [OLD, NEW] = ['sc://contoso/P1/c1', 'sc://contoso/P1/new'];
const { issuer } = token(NEW);
const provider = {
  providerArn: providerArn('aws', ACCOUNT, issuer),
  issuer,
  audience: 'api://AzureADTokenExchange',
};
const before = after(60, federated([connection(1)]));
const renamed = connection(1, { references: [reference(1, 'new')] });
const opens = (seen: SmallWorld, subject: string, arn = r1) =>
  admitsSubject(selectRole(seen, arn).trust, subject);

describe('a connection that was renamed', () => {
  const done = runOnce(showing(before, [renamed])).world;

  it('comes in under both names for half an hour, then under the new one alone', () => {
    expect([opens(done, OLD), opens(done, NEW)]).toEqual([true, true]);
    expect(listEvents(done, connectionId(1)).at(-1)).toBe('connection.renamed.v1');

    const during = runOnce(after(29, done));
    expect(during.plan.changes).toEqual([]);
    const ended = runOnce(after(31, done)).world;
    expect([opens(ended, OLD), opens(ended, NEW)]).toEqual([false, true]);
    expect(runOnce(after(5, ended)).plan.changes).toEqual([]);
  });

  it('comes in under the new name alone when somebody else holds the old one', () => {
    const taken = runOnce(
      showing(before, [renamed, connection(2, { references: [reference(1, 'c1')] })]),
    ).world;
    expect([opens(taken, OLD), opens(taken, NEW)]).toEqual([false, true]);
    expect(opens(taken, OLD, r2)).toBe(true);
  });

  it('loses the old name early when somebody takes it in the overlap', () => {
    const taken = runOnce(
      showing(after(5, done), [renamed, connection(2, { references: [reference(1, 'c1')] })]),
    ).world;
    expect([opens(taken, OLD), opens(taken, NEW)]).toEqual([false, true]);
  });

  it('loses the old name at its time even while its organization cannot be read', () => {
    const unseen = { ...after(31, done), inventories: [] };
    const ended = runOnce(unseen).world;
    expect([opens(ended, OLD), opens(ended, NEW)]).toEqual([false, true]);
  });

  it('never lets an old name in again that somebody took out of the trust', () => {
    const closed = { ...selectRole(done, r1), trust: buildTrust([{ ...provider, subjects: [] }]) };
    const fixed = runOnce({ ...done, iam: withRole(done.iam, closed), now: after(5, done).now }).world;
    expect([opens(fixed, OLD), opens(fixed, NEW)]).toEqual([false, true]);
  });

  it('lets nobody in whom only its record names', () => {
    const recorded = done.recorded.map((item) => ({
      ...item,
      ...(item.role
        ? {
            role: {
              ...item.role,
              subjects: [...item.role.subjects, { projectId: projectId(1), subject: IMPOSTOR }],
            },
          }
        : {}),
    }));
    expect(opens(runOnce(after(5, { ...done, recorded })).world, IMPOSTOR)).toBe(false);
  });

  it.each(['StringLike', 'ForAllValues:StringEquals', 'StringEqualsIgnoreCase'])(
    'comes in under the new name where somebody asks for the old one twice, by %s',
    (operator) => {
      const { trust, ...role } = selectRole(before, r1);
      const asked = toList<Statement>(trust.Statement).map((statement) => ({
        ...statement,
        Condition: { ...(statement.Condition as object), [operator]: { [`${issuer}:sub`]: OLD } },
      }));
      const doubled = withRole(before.iam, { ...role, trust: { ...trust, Statement: asked } });
      expect(opens(runOnce(showing({ ...before, iam: doubled }, [renamed])).world, NEW)).toBe(true);
    },
  );

  it('keeps the name that it took back, without an end', () => {
    const back = runTimes(1, showing(after(5, done), [connection(1)]));
    const later = runTimes(2, after(60, back));
    expect([opens(later, OLD), opens(later, NEW)]).toEqual([true, false]);
  });

  it('has the new name alone at once where a trust has no room for both', () => {
    const whole = observation(before.iam);
    const trustLength = trustSize(selectRole(before, r1).trust) + 12;
    const quotas = complete({ trustLength, roles: 9, rolesUsed: 1, managedPoliciesPerRole: 10 });
    const long = connection(1, { references: [reference(1, 'renamed-c1')] });
    const { changes, findings } = makePlan(showing(before, [long]), [{ ...whole, quotas }]);
    expect(findings.map(({ code }) => code)).not.toContain('trust.over-quota');
    const writes = JSON.stringify(changes.flatMap(({ widening }) => widening));
    expect(writes).toContain('"sc://contoso/P1/renamed-c1"');
    expect(writes).not.toContain(OLD);
  });

  it('stays in under the old name while somebody has to look at a conflict', () => {
    const grants = [grant({ maxSessionDuration: 3_600 })];
    const role = selectRole(before, r1);
    const iam = { ...before.iam, roles: new Map([[r1, { ...role, maxSessionDuration: 43_200 }]]) };
    const scheduled = (past: SmallWorld) => runOnce(past, rules()).world;
    const torn = { ...showing(before, [renamed]), iam, configuration: configuration({ grants }) };
    const held = scheduled(after(45, scheduled(torn)));
    expect(selectRole(held, r1).maxSessionDuration).toBe(3_600);
    expect(opens(held, OLD)).toBe(true);
  });
});

type Trust = ReturnType<typeof selectRole>['trust'];

const listStatements = ({ Statement: statements }: Trust) => toList<Statement>(statements);
const plus =
  (...more: readonly Statement[]) =>
  (trust: Trust): Trust => ({ ...trust, Statement: [...listStatements(trust), ...more] });
const addFence =
  (fence: object) =>
  (trust: Trust): Trust => ({
    ...trust,
    Statement: listStatements(trust).map((statement) => {
      const condition = statement.Condition as Record<string, object>;
      const merged = Object.entries(fence).map(([operator, block]) => [
        operator,
        { ...condition[operator], ...(block as object) },
      ]);
      return { ...statement, Condition: { ...condition, ...Object.fromEntries(merged) } as Statement };
    }),
  });

const makeGuard = (condition: object): Statement => ({
  Effect: 'Deny',
  Principal: { AWS: '*' },
  Action: 'sts:AssumeRole*',
  Condition: condition as Statement,
});
const OFFICE = { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } };

/** What somebody, or a company's guard, may put into a trust, and what is to stay of it. */
const additions: Readonly<Record<string, { add: (trust: Trust) => Trust; stays?: string; revokes?: true }>> =
  {
    'an account that may assume it': {
      add: plus({ Effect: 'Allow', Principal: { AWS: '111122223333' }, Action: 'sts:AssumeRole' }),
      revokes: true,
    },
    everybody: { add: plus({ Effect: 'Allow', Principal: '*', Action: 'sts:*' }), revokes: true },
    'a pattern beside our statement': {
      add: plus({
        Effect: 'Allow',
        Principal: { Federated: provider.providerArn },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringLike: { [`${issuer}:sub`]: 'sc://contoso/*' } },
      }),
      revokes: true,
    },
    'a pattern in place of our subject': {
      add: (trust) =>
        JSON.parse(
          JSON.stringify(trust).replace('"StringEquals"', '"StringLike"').replace(OLD, 'sc://contoso/P1/*'),
        ) as Trust,
      revokes: true,
    },
    'a Deny outside of the organization': {
      add: plus(makeGuard({ StringNotEquals: { 'aws:PrincipalOrgID': 'o-1234567890' } })),
      stays: 'aws:PrincipalOrgID',
    },
    'a Deny outside of the office': {
      add: plus(makeGuard({ NotIpAddress: { 'aws:SourceIp': '192.0.2.0/24' } })),
      stays: 'aws:SourceIp',
    },
    'a Deny without TLS': {
      add: plus(makeGuard({ Bool: { 'aws:SecureTransport': 'false' } })),
      stays: 'aws:SecureTransport',
    },
    'a Deny of another subject': {
      add: plus({ ...makeGuard({ StringEquals: { [`${issuer}:sub`]: IMPOSTOR } }), Principal: '*' }),
      stays: IMPOSTOR,
    },
    'a Deny of AssumeRole alone': {
      add: plus({ Effect: 'Deny', Principal: '*', Action: 'sts:AssumeRole' }),
      stays: 'Deny',
    },
    'an Id': { add: (trust) => ({ ...trust, Id: 'ours' }) },
    'the Version of 2008': { add: (trust) => ({ ...trust, Version: '2008-10-17' }) },
    'no Version': { add: ({ Statement: statements = [] }) => ({ Statement: statements }) },
    'an address on our statement': { add: addFence(OFFICE), stays: 'aws:SourceIp' },
    'an endpoint in our own operator': {
      add: addFence({ StringEquals: { 'aws:SourceVpce': 'vpce-1' } }),
      stays: 'vpce-1',
    },
    'an end on our statement': {
      add: addFence({ DateLessThan: { 'aws:CurrentTime': '2027-01-01T00:00:00Z' } }),
      stays: '2027-01-01',
    },
    'a pattern beside our exact subject': {
      add: addFence({ StringLike: { [`${issuer}:sub`]: 'sc://contoso/P1/*' } }),
      stays: 'StringLike',
    },
    'an address on our statement and everybody': {
      add: (trust) => plus({ Effect: 'Allow', Principal: '*', Action: 'sts:*' })(addFence(OFFICE)(trust)),
      revokes: true,
    },
    'an address on our statement, an impostor and a Deny': {
      add: (trust) =>
        plus(
          { Effect: 'Allow', Principal: { AWS: '111122223333' }, Action: 'sts:AssumeRole' },
          makeGuard({ Bool: { 'aws:SecureTransport': 'false' } }),
        )(addFence(OFFICE)(trust)),
      stays: 'aws:SourceIp',
      revokes: true,
    },
  };

describe.each(Object.entries(additions))(
  'a rename while the trust holds %s',
  (_what, { add, stays = '', revokes }) => {
    const live = { ...selectRole(before, r1), trust: add(selectRole(before, r1).trust) };
    const seen = { ...showing(before, [renamed]), iam: withRole(before.iam, live) };

    it.each(['schedule', 'person'] as const)('takes nobody out who belongs there, by %s', (trigger) => {
      const by = (past: SmallWorld) => runOnce(past, rules({ initiator: { trigger } }));
      const first = by(seen);
      const done = first.world;
      expect(first.changes).toMatchObject([{ decision: 'allowed', isWideningHeld: false }]);
      expect([opens(done, OLD), opens(done, NEW), opens(done, IMPOSTOR)]).toEqual([true, true, false]);
      expect(JSON.stringify(selectRole(done, r1).trust)).toContain(stays);
      if (revokes)
        expect(JSON.stringify(selectRole(done, r1).trust)).not.toMatch(
          /111122223333|"Principal":"\*","Action":"sts:\*"/,
        );

      const ended = by(after(31, done)).world;
      expect([opens(ended, OLD), opens(ended, NEW), opens(ended, IMPOSTOR)]).toEqual([false, true, false]);
      expect(JSON.stringify(selectRole(ended, r1).trust)).toContain(stays);
      const { changes, plan } = by(after(5, ended));
      expect(changes.filter(({ decision }) => decision === 'allowed')).toEqual([]);
      expect(plan.recordSyncs).toEqual([]);
    });

    it('leaves the trust alone without a rename, but for what lets in more', () => {
      const { changes, world: done } = runOnce({ ...before, iam: withRole(before.iam, live) }, rules());
      expect([opens(done, OLD), opens(done, IMPOSTOR)]).toEqual([true, false]);
      expect(JSON.stringify(selectRole(done, r1).trust)).toContain(stays);
      if (stays && !revokes) expect(changes).toMatchObject([{ decision: 'held', blockedBy: 'incident' }]);
    });
  },
);

describe('a rename while a Deny', () => {
  const denying = (denial: Statement) => {
    const live = selectRole(before, r1);
    return {
      ...showing(before, [renamed]),
      iam: withRole(before.iam, { ...live, trust: plus(denial)(live.trust) }),
    };
  };
  const bySubject = {
    Effect: 'Deny',
    Principal: '*',
    Action: '*',
    Condition: { StringEquals: { [`${issuer}:sub`]: OLD } },
  };

  it('names the former subject does not slip past it: a person takes it away first', () => {
    const seen = denying(bySubject);
    const { changes, world: done } = runOnce(seen);
    expect(changes).toMatchObject([{ decision: 'held', blockedBy: 'incident' }]);
    expect(opens(done, NEW)).toBe(false);
    expect(selectRole(done, r1)).toEqual(selectRole(seen, r1));
    const lifted = { ...after(5, done), iam: before.iam };
    expect(opens(runOnce(lifted, rules()).world, NEW)).toBe(true);
  });

  it('keeps everybody out changes nothing in the trust, and the rest follows', () => {
    const seen = denying({ Effect: 'Deny', Principal: '*', Action: 'sts:AssumeRoleWithWebIdentity' });
    const less = withRole(seen.iam, { ...selectRole(seen, r1), managedPolicies: [] });
    const done = runOnce({ ...seen, iam: less }, rules()).world;
    expect(selectRole(done, r1).managedPolicies).toEqual(selectRole(before, r1).managedPolicies);
    expect(selectRole(done, r1).trust).toEqual(selectRole(seen, r1).trust);
  });
});

describe('names that change places', () => {
  const both = after(60, federated([connection(1), connection(2)]));

  it('follow their connections, at once and without an overlap', () => {
    const done = runOnce(
      showing(both, [
        connection(1, { references: [reference(1, 'c2')] }),
        connection(2, { references: [reference(1, 'c1')] }),
      ]),
    );
    expect(done.findings.map(({ code }) => code)).not.toContain('connection.recreated');
    const at = (arn: typeof r1) =>
      ['c1', 'c2'].map((name) => opens(done.world, `sc://contoso/P1/${name}`, arn));
    expect([at(r1), at(r2)]).toEqual([
      [false, true],
      [true, false],
    ]);
  });

  it('of two projects, follow the projects', () => {
    const two = after(60, federated([connection(1), connection(2, { references: [reference(2, 'c1')] })]));
    const done = runOnce(
      showing(two, [
        connection(1, { references: [reference(1, 'c1', 'P2')] }),
        connection(2, { references: [reference(2, 'c1', 'P1')] }),
      ]),
    ).world;
    const at = (arn: typeof r1) => ['P1', 'P2'].map((name) => opens(done, `sc://contoso/${name}/c1`, arn));
    expect([at(r1), at(r2)]).toEqual([
      [false, true],
      [true, false],
    ]);
  });
});

describe('a connection that projects share', () => {
  const shared = connection(1, { references: [reference(1, 'c1'), reference(2, 'mine')] });

  it('comes in from each project under the name that it has there', () => {
    const done = federated([shared]);
    expect([
      opens(done, OLD),
      opens(done, 'sc://contoso/P2/mine'),
      opens(done, 'sc://contoso/P2/c1'),
    ]).toEqual([true, true, false]);
  });

  it('does not come in from a project that takes part in it no more', () => {
    const done = runOnce(showing(after(60, federated([shared])), [connection(1)])).world;
    expect([opens(done, OLD), opens(done, 'sc://contoso/P2/mine')]).toEqual([true, false]);
  });

  it('does not come in from a project that the grant does not cover', () => {
    const connections = { organization: '*', project: 'P1', name: '*' };
    const done = federated([shared], { configuration: configuration({ grants: [grant({ connections })] }) });
    expect([opens(done, OLD), opens(done, 'sc://contoso/P2/mine')]).toEqual([true, false]);
  });
});

describe('an organization that was renamed', () => {
  const under = (name: string, seen: SmallWorld): SmallWorld => ({
    ...seen,
    inventories: seen.inventories.map((one) => ({
      ...one,
      identity: complete({ id: contoso.id, name }),
    })),
  });
  const FABRIKAM = 'sc://fabrikam/P1/c1';
  const done = runOnce(under('fabrikam', before)).world;
  const codes = (seen: SmallWorld) => makePlan(seen).findings.map(({ code }) => code);

  it('lets its connections in under both names for half an hour, then under the new one alone', () => {
    expect([opens(done, OLD), opens(done, FABRIKAM)]).toEqual([true, true]);
    expect(listEvents(done, connectionId(1)).at(-1)).toBe('connection.renamed.v1');
    expect(codes(done)).toContain('organization.renamed');

    const ended = runOnce(after(31, done)).world;
    expect([opens(ended, OLD), opens(ended, FABRIKAM)]).toEqual([false, true]);
    expect(runOnce(after(5, ended)).plan.changes).toEqual([]);
  });

  it('still has the grants that go by the name in the configuration', () => {
    const grants = [grant({ connections: { organization: 'contoso', project: '*', name: '*' } })];
    const strict = { ...before, configuration: configuration({ grants }) };
    expect(opens(runOnce(under('fabrikam', strict)).world, FABRIKAM)).toBe(true);
  });

  it('changes nothing when the configuration takes over its new name', () => {
    const organizations = [{ ...contoso, name: 'fabrikam' }];
    const notified = {
      ...after(60, runOnce(after(31, done)).world),
      configuration: configuration({ organizations }),
    };
    expect(makePlan(notified).changes).toEqual([]);
    expect(codes(notified)).not.toContain('organization.renamed');
  });

  it('lets nobody new in when another organization answers under its old name, and ends the old name', () => {
    const taken = (seen: SmallWorld): SmallWorld => ({
      ...seen,
      inventories: seen.inventories.map((one) => ({
        ...one,
        identity: complete({ id: organizationId(9), name: 'contoso' }),
      })),
    });
    const halted = runOnce(taken(after(5, done)));
    expect(halted.changes).toEqual([]);
    expect(codes(taken(done))).toContain('organization.identity-mismatch');
    const ended = runOnce(taken(after(31, done))).world;
    expect([opens(ended, OLD), opens(ended, FABRIKAM)]).toEqual([false, true]);
  });

  it.each(['*', 'a/b', '${aws:username}', '', 'x'.repeat(51), 'sc://contoso'])(
    'is not believed to be called %j',
    (name) => {
      const seen = under(name, before);
      expect(makePlan(seen).changes).toEqual([]);
      expect(codes(seen)).toContain('read.incomplete');
    },
  );

  it('has its roles left as they are while it is not known what it is called', () => {
    const unseen = { ...before, inventories: [] };
    expect(makePlan(unseen).changes).toEqual([]);
    expect(opens(runOnce(unseen).world, OLD)).toBe(true);
  });

  it('has a role closed whose connection was made again under its name meanwhile', () => {
    const again = showing(before, [connection(2, { references: [reference(1, 'c1')] })]);
    const closed = runOnce(under('fabrikam', again)).world;
    expect([opens(closed, OLD), opens(closed, FABRIKAM)]).toEqual([false, false]);
    expect(closed.iam.roles.has(r2)).toBe(false);
  });
});
