import type { ObservedRole } from '../../../../shared/domain/iam/role.ts';
import { toList, type Statement } from '../../../../shared/domain/policy/policy-document.ts';
import { configuration, grant } from '../../../builders/configuration.ts';
import { connection } from '../../../builders/connection.ts';
import { connectionId, roleArn } from '../../../builders/domain-ids.ts';
import { withRole } from '../../../builders/iam-model.ts';
import { token } from '../../../builders/tokens.ts';
import type { SmallWorld } from '../../../builders/small-world.ts';
import {
  after,
  listEvents,
  federated,
  runOnce,
  makePlan,
  intend,
  selectRole,
  showing,
  world,
} from '../../../builders/small-world.ts';

const r1 = roleArn('r1');
const made = selectRole(federated([connection(1)]), r1);
const ADMIN = 'arn:aws:iam::aws:policy/AdministratorAccess';

/** A role that somebody made by hand, and a connection that asks for it. */
function byHand(fields: Partial<ObservedRole> = {}): SmallWorld {
  const bare = federated([connection(2)]);
  const role: ObservedRole = {
    ...made,
    boundary: undefined,
    managedPolicies: [ADMIN],
    inlinePolicies: {},
    tags: {},
    description: 'made by hand',
    ...fields,
  };
  const seen = showing(after(60, bare), [connection(1), connection(2)]);
  return { ...seen, iam: withRole(seen.iam, role) };
}

const adopt = (seen: SmallWorld) => runOnce(seen, undefined, 'adopt');
function adoption(seen: SmallWorld) {
  const change = makePlan(seen, undefined, 'adopt').changes.find(({ kind }) => kind === 'adopt');
  if (change?.target !== 'role') throw new Error('There is nothing to take over.');
  return change;
}

const codes = (seen: SmallWorld) => makePlan(seen).findings.map(({ code }) => code);

const trustOfFunctions = {
  Version: '2012-10-17',
  Statement: {
    Effect: 'Allow',
    Principal: { Service: ['edgelambda.amazonaws.com', 'lambda.amazonaws.com'] },
    Action: 'sts:AssumeRole',
  },
};

it('a role whose trust has no room to be narrowed beside its Deny is not adopted: that would shut everybody out', () => {
  const deny = {
    Effect: 'Deny',
    Principal: '*',
    Action: 'sts:*',
    Condition: { StringEquals: { 'aws:PrincipalTag/team': 'x'.repeat(1_700) } },
  };
  const open = { Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRoleWithWebIdentity' };
  const seen = byHand({ trust: { Version: '2012-10-17', Statement: [open, deny] } });
  expect(adopt(seen).changes).toEqual([]);
  const { findings } = makePlan(seen, undefined, 'adopt');
  expect(findings.map(({ code }) => code)).toContain('trust.over-quota');
});

describe('a role with a Deny of somebody else in its trust', () => {
  const denying = (denial: object) =>
    byHand({
      trust: {
        ...made.trust,
        Statement: [...[made.trust.Statement ?? []].flat(), denial],
      } as ObservedRole['trust'],
    });
  const makeGuard = (condition: object) => ({
    Effect: 'Deny',
    Principal: { AWS: '*' },
    Action: 'sts:AssumeRole*',
    Condition: condition,
  });

  it.each<[string, object]>([
    ['an address', makeGuard({ NotIpAddress: { 'aws:SourceIp': '192.0.2.0/24' } })],
    ['principals', makeGuard({ StringNotEquals: { 'aws:PrincipalOrgID': 'o-1234567890' } })],
    ['an action', { Effect: 'Deny', Principal: '*', Action: 'sts:AssumeRole' }],
    ['every web identity', { Effect: 'Deny', Principal: '*', Action: 'sts:AssumeRoleWithWebIdentity' }],
  ])('that is about %s has all the rest applied when it is taken over', (_what, denial) => {
    const seen = denying(denial);
    const done = selectRole(adopt(seen).world, r1);
    expect({ ...done, trust: made.trust }).toEqual(made);
    expect(done.trust).toEqual(selectRole(seen, r1).trust);
    const later = runOnce(after(5, adopt(seen).world));
    expect(later.changes.filter(({ decision }) => decision === 'allowed')).toEqual([]);
    expect(later.findings.map(({ code }) => code)).not.toContain('role.not-owned');
  });
});

describe('a role that azfed did not make', () => {
  it('is reported and not touched by a run', () => {
    const seen = byHand();
    expect(makePlan(seen).changes).toEqual([]);
    expect(codes(seen)).toContain('role.not-owned');
  });

  const { issuer } = token('');
  const bySubject = (value: string) => ({ [`${issuer}:sub`]: value });
  it.each<[string, object]>([
    ['a subject must be there', { Null: bySubject('false') }],
    ['the subject matches a pattern', { StringLike: bySubject('sc://contoso/P1/*') }],
    ['the subject is not that of another', { StringNotEquals: bySubject('sc://contoso/P1/c9') }],
    ['the subject is its own once more', { 'ForAnyValue:StringLike': bySubject('sc://contoso/P1/c1') }],
    ['the audience begins so', { StringLike: { [`${issuer}:aud`]: 'api://*' } }],
  ])('loses what its trust asks of every token of the connection: %s', (_what, condition) => {
    const asked = toList<Statement>(made.trust.Statement).map((statement) => ({
      ...statement,
      Condition: { ...(statement.Condition as object), ...condition },
    }));
    const seen = byHand({ trust: { ...made.trust, Statement: asked } });
    const { world: done } = adopt(seen);
    expect(selectRole(done, r1).trust).toEqual(made.trust);
  });

  it('is taken over when a person asks: narrowed first, then as its grant says, with its RoleId recorded', () => {
    const seen = byHand();
    const { changes, world: done } = adopt(seen);
    expect(changes).toMatchObject([{ kind: 'adopt', cause: 'new', decision: 'allowed', roleArn: r1 }]);
    const [change] = changes;
    const steps = change?.steps.map(({ action }) => action) ?? [];
    expect(steps.indexOf('detachManagedPolicy')).toBeLessThan(steps.indexOf('setBoundary'));
    expect(steps.indexOf('setBoundary')).toBeLessThan(steps.indexOf('putInlinePolicy'));
    const paths = change?.differences.map(({ path }) => path.split('.')[0]);
    expect(new Set(paths)).toEqual(new Set(['boundary', 'policies', 'description', 'tags']));
    const { boundary, managedPolicies, tags, id } = selectRole(done, r1);
    expect({ boundary, managedPolicies, tags }).toEqual({
      boundary: made.boundary,
      managedPolicies: made.managedPolicies,
      tags: made.tags,
    });
    expect(done.recorded.find((item) => item.role?.arn === r1)?.role?.id).toBe(id);
    expect(listEvents(done, connectionId(1)).at(-1)).toBe('connection.adopted.v1');
    expect(makePlan(after(60, done)).changes).toEqual([]);
  });

  it('with a trust of its own is closed to impostors before anybody else is let in', () => {
    const trust = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }],
    };
    const { changes, world: done } = adopt(byHand({ trust }));
    const trusts = changes.flatMap(({ steps }) =>
      steps.flatMap((step) => (step.action === 'setTrust' ? [JSON.stringify(step.trust)] : [])),
    );
    expect(trusts).toHaveLength(2);
    expect(trusts[0]).not.toMatch(/"\*"|P1\/c1/);
    expect(selectRole(done, r1).trust).toEqual(made.trust);
  });

  it('is finished by the next run when it was begun, and told as what it was', () => {
    const seen = byHand();
    const begun = intend(seen, adoption(seen));
    const { changes, world: done } = runOnce(after(5, begun));
    expect(changes).toMatchObject([{ kind: 'repair', roleArn: r1 }]);
    expect(selectRole(done, r1)).toMatchObject({ boundary: made.boundary, tags: made.tags });
    expect(listEvents(done, connectionId(1))).toEqual(['connection.adopted.v1']);
  });

  it('is taken over without a write where it is as its grant says, after the table was lost', () => {
    const rested = after(60, federated([connection(1)]));
    const lost = { ...rested, recorded: [] };
    expect(codes(lost)).toContain('role.not-owned');
    const { changes, world: done } = adopt(lost);
    expect(changes).toMatchObject([{ kind: 'adopt', differences: [], steps: [] }]);
    expect(done.iam).toEqual(rested.iam);
    expect(listEvents(done, connectionId(1))).toEqual(['connection.adopted.v1']);
    expect(codes(done)).not.toContain('role.not-owned');
    expect(makePlan(after(60, done)).changes).toEqual([]);
  });

  it('that bears a Deny keeps it', () => {
    const deny = { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }] };
    const { world: done, findings } = adopt(byHand({ inlinePolicies: { stop: deny } }));
    expect(selectRole(done, r1).inlinePolicies).toEqual({ stop: deny });
    expect(findings.map(({ code }) => code)).toContain('role.incident');
  });

  it.each<[string, SmallWorld]>([
    ['belongs to another connection', { ...byHand(), recorded: claimed(byHand()) }],
    ['comes from a template', byHand({ isFromTemplate: true })],
    ['is one that Lambda functions run with, as those of azfed do', byHand({ trust: trustOfFunctions })],
  ])('is not taken over when it %s', (_when, seen) => {
    const kinds = (one: SmallWorld) =>
      makePlan(one, undefined, 'adopt').changes.flatMap((change) =>
        change.target === 'role' && change.roleArn === r1 ? change.kind : [],
      );
    expect(kinds(seen)).not.toContain('adopt');
    expect(kinds(byHand())).toEqual(['adopt']);
  });

  it('is only shown where the grant observes', () => {
    const observing = { ...byHand(), configuration: configuration({ grants: [grant({ mode: 'observe' })] }) };
    expect(adopt(observing).changes).toMatchObject([{ decision: 'held', blockedBy: 'mode-observe' }]);
  });
});

describe('a person who asks to adopt', () => {
  it('changes nothing about a role that is there already, and one that is not is made', () => {
    expect(makePlan(after(60, federated([connection(1)])), undefined, 'adopt').changes).toEqual([]);
    const kinds = makePlan(world([connection(1)]), undefined, 'adopt').changes.map(({ kind }) => kind);
    expect(kinds).toEqual(['create', 'create']);
  });
});

/** The other connection has the role recorded as its own. */
function claimed({ recorded }: SmallWorld): SmallWorld['recorded'] {
  return recorded.map((item) => (item.role ? { ...item, role: { ...item.role, arn: r1 } } : item));
}
