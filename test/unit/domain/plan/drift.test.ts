import type { PolicyDocument } from '../../../../shared/domain/policy/policy-document.ts';
import { toList } from '../../../../shared/domain/policy/policy-document.ts';
import type { ObservedRole } from '../../../../shared/domain/iam/role.ts';
import { roleFields } from '../../../../shared/domain/iam/role-fields.ts';
import { tampered, tamperings } from '../../../builders/arbitraries-tampering.ts';
import { READ_ONLY } from '../../../builders/configuration.ts';
import { connection } from '../../../builders/connection.ts';
import { connectionId, roleArn } from '../../../builders/domain-ids.ts';
import { withRole } from '../../../builders/iam-model.ts';
import type { SmallWorld } from '../../../builders/small-world.ts';
import { after, listEvents, federated, runOnce, selectRole } from '../../../builders/small-world.ts';

const r1 = roleArn('r1');
const rested = after(60, federated([connection(1), connection(2)]));

function drifted(change: (role: ObservedRole) => ObservedRole): SmallWorld {
  return { ...rested, iam: withRole(rested.iam, change(selectRole(rested, r1))) };
}

/** The writes that fix each tampering; anything else is a write too many. */
const repairs: Readonly<Record<string, readonly string[]>> = {
  'drops the boundary': ['setBoundary'],
  'swaps the boundary': ['setBoundary'],
  'attaches a policy': ['detachManagedPolicy'],
  'detaches all policies': ['attachManagedPolicy'],
  'inlines a policy': ['deleteInlinePolicy'],
  'inlines a policy with a name that objects have': ['deleteInlinePolicy'],
  'changes an inline policy': ['putInlinePolicy'],
  'deletes an inline policy': ['putInlinePolicy'],
  'makes sessions longer': ['updateRole'],
  'makes sessions shorter': ['updateRole'],
  'rewrites the description': ['updateRole'],
  'changes a tag': ['tagRole'],
  'adds a tag': ['untagRole'],
  'removes a tag': ['tagRole'],
};

describe('when somebody', () => {
  it.each(Object.entries(tamperings))(
    '%s, that field alone is told and fixed with one write',
    (what, one) => {
      const seen = drifted((role) => tampered(role, [one]));
      const { plan, changes, world: done } = runOnce(seen);

      expect(plan.changes).toHaveLength(1);
      const [change] = plan.changes;
      expect(change).toMatchObject({ kind: 'repair', cause: 'drift', account: '123456789012' });
      expect(change?.differences.map(({ path }) => path)).not.toEqual([]);
      for (const { path } of change?.differences ?? []) expect(path.startsWith(one.path)).toBe(true);

      const steps = changes.flatMap((each) => each.steps.map(({ action }) => action));
      expect(steps.filter((action) => action !== 'readBack')).toEqual(repairs[what] ?? ['setTrust']);
      expect(roleFields(selectRole(done, r1))).toEqual(roleFields(selectRole(rested, r1)));
      expect(selectRole(done, roleArn('r2'))).toBe(selectRole(rested, roleArn('r2')));
      expect(listEvents(done, connectionId(1)).slice(1)).toEqual([
        'connection.drift-detected.v1',
        'connection.repaired.v1',
      ]);
      expect(runOnce(after(5, done)).plan.changes).toEqual([]);
    },
  );

  it('changes two fields that UpdateRole sets together, one write fixes both', () => {
    const { plan, world: done } = runOnce(
      drifted((role) => ({ ...role, description: 'mine', maxSessionDuration: 3_600 })),
    );
    const writes = plan.changes.flatMap(({ narrowing, widening }) => [...narrowing, ...widening]);
    expect(writes.map(({ action }) => action)).toEqual(['updateRole', 'readBack']);
    expect(selectRole(done, r1)).toMatchObject({
      description: selectRole(rested, r1).description,
      maxSessionDuration: 7_200,
    });
  });

  it('deletes the provider, it is made again', () => {
    const { plan, world: done } = runOnce({ ...rested, iam: { ...rested.iam, providers: new Map() } });
    expect(plan.changes).toMatchObject([{ target: 'provider', kind: 'create', cause: 'gone' }]);
    expect(done.iam.providers).toEqual(rested.iam.providers);
  });

  it('takes our audience from the provider, it is added beside the others', () => {
    const providers = new Map(
      [...rested.iam.providers].map(([arn, provider]) => [arn, { ...provider, audiences: ['theirs'] }]),
    );
    const { plan, world: done } = runOnce({ ...rested, iam: { ...rested.iam, providers } });
    expect(plan.changes).toMatchObject([
      { kind: 'repair', cause: 'drift', differences: [{ path: 'provider.audiences' }] },
    ]);
    expect([...done.iam.providers.values()].map(({ audiences }) => audiences)).toEqual([
      ['theirs', 'api://AzureADTokenExchange'],
    ]);
    expect(done.providers.map(({ audiences }) => audiences)).toEqual([['api://AzureADTokenExchange']]);
  });
});

const reversed = (document: PolicyDocument): PolicyDocument =>
  JSON.parse(JSON.stringify(document), (_key, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).reverse())
      : Array.isArray(value)
        ? [...(value as unknown[])].reverse()
        : value,
  ) as PolicyDocument;

const spellings: Readonly<Record<string, (role: ObservedRole) => ObservedRole>> = {
  'keys and members in another order': (role) => ({
    ...role,
    trust: reversed(role.trust),
    inlinePolicies: Object.fromEntries(
      Object.entries(role.inlinePolicies).map(([name, document]) => [name, reversed(document)]),
    ),
  }),
  'a list of one for a scalar, and a scalar for a list of one': (role) => ({
    ...role,
    trust: {
      ...role.trust,
      Statement:
        toList(role.trust.Statement).map((statement) => ({
          ...statement,
          Action: ['sts:AssumeRoleWithWebIdentity'],
        }))[0] ?? {},
    },
  }),
  'an action in another case': (role) => ({
    ...role,
    trust: {
      ...role.trust,
      Statement: toList(role.trust.Statement).map((statement) => ({
        ...statement,
        Action: 'STS:assumerolewithwebidentity',
      })),
    },
  }),
  'a Sid': (role) => ({
    ...role,
    trust: {
      ...role.trust,
      Statement: toList(role.trust.Statement).map((statement) => ({ ...statement, Sid: 'Mine' })),
    },
  }),
  'tags in another order': (role) => ({
    ...role,
    tags: Object.fromEntries(Object.entries(role.tags).reverse()),
  }),
  'a tag that AWS keeps for itself': (role) => ({
    ...role,
    tags: { ...role.tags, 'aws:servicecatalog:applicationArn': 'x' },
  }),
  'policies twice in the list': (role) => ({ ...role, managedPolicies: [READ_ONLY, READ_ONLY] }),
};

describe('what IAM may answer for the same role', () => {
  it.each(Object.entries(spellings))('%s is not drift', (_what, change) => {
    const { plan, world: done } = runOnce(drifted(change));
    expect(plan.changes).toEqual([]);
    expect(done.recorded).toBe(rested.recorded);
  });

  it('a subject in another case is drift: subjects are compared exactly', () => {
    const { plan } = runOnce(
      drifted((role) => ({
        ...role,
        trust: JSON.parse(JSON.stringify(role.trust).replace('/c1', '/C1')) as PolicyDocument,
      })),
    );
    expect(plan.changes).toMatchObject([{ cause: 'drift' }]);
  });
});

describe('a grant that has another name now', () => {
  const renamed = (past: SmallWorld): SmallWorld => ({
    ...past,
    configuration: {
      ...past.configuration,
      grants: past.configuration.grants.map((one) => ({ ...one, name: 'renamed' })),
    },
  });
  const getGrantTag = (seen: SmallWorld) => selectRole(seen, r1).tags['azfed:grant'];
  const retagged = (past: SmallWorld, name: string): SmallWorld => {
    const role = selectRole(past, r1);
    return { ...past, iam: withRole(past.iam, { ...role, tags: { ...role.tags, 'azfed:grant': name } }) };
  };

  it('changes no role, and the records name it', () => {
    const { plan, world: done } = runOnce(renamed(rested));
    expect(plan.changes).toEqual([]);
    expect(getGrantTag(done)).toBe(getGrantTag(rested));
    expect(done.recorded.map(({ role }) => role?.grant)).toEqual(['renamed', 'renamed']);
    expect(runOnce(after(5, done)).plan).toMatchObject({ changes: [], recordSyncs: [] });
  });

  it('stands in the tag after the next write', () => {
    const { world: done } = runOnce(renamed(rested));
    const role = { ...selectRole(done, r1), maxSessionDuration: 3_600 };
    const { world: repaired } = runOnce(after(5, { ...done, iam: withRole(done.iam, role) }));
    expect(getGrantTag(repaired)).toBe('renamed');
    expect(runOnce(after(5, repaired)).plan).toMatchObject({ changes: [], recordSyncs: [] });
  });

  it('excuses no tag that somebody has changed in IAM', () => {
    const { world: done } = runOnce(renamed(rested));
    const { plan, world: repaired } = runOnce(after(5, retagged(done, 'mine')));
    expect(plan.changes).toMatchObject([
      { kind: 'repair', cause: 'conflict', differences: [{ path: 'tags.azfed:grant' }] },
    ]);
    expect(getGrantTag(repaired)).toBe('renamed');
  });
});
