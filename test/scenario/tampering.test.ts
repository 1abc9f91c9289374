import type { IamView } from '../builders/iam-view.ts';
import { viewIam } from '../builders/iam-view.ts';
import type { Stage } from '../builders/stage.ts';
import { createPolicy } from '../builders/console-policy.ts';
import { MINUTE_MS, required, roleArn, setStage } from '../builders/stage.ts';
import type { Tampering } from '../builders/tampering.ts';
import {
  ADMINISTRATOR,
  READ_ONLY,
  createTampering,
  looseStatements,
  ownStatement,
} from '../builders/tampering.ts';

interface Row {
  readonly what: string;
  readonly tamper: (by: Tampering, description: string) => Promise<unknown>;
  /** The field that is told to have drifted, or where its differences begin. */
  readonly path: string;
  readonly write: string;
  /** Somebody else gets in until it is repaired. */
  readonly opens?: true;
}

const role = 'shop-prod';
const allow = (action: string) => ({ Effect: 'Allow', Action: action, Resource: '*' });

const rows: readonly Row[] = [
  {
    what: 'a trust without a subject',
    tamper: (by) => by.setTrust(role, looseStatements.withoutSubject),
    path: 'trust.',
    write: 'UpdateAssumeRolePolicy',
    opens: true,
  },
  {
    what: 'a further statement in the trust',
    tamper: (by) => by.setTrust(role, ownStatement('Shop/prod'), ownStatement('Pay/prod')),
    path: 'trust.',
    write: 'UpdateAssumeRolePolicy',
    opens: true,
  },
  {
    what: 'a wildcard in the trust',
    tamper: (by) => by.setTrust(role, looseStatements.wildcard),
    path: 'trust.',
    write: 'UpdateAssumeRolePolicy',
    opens: true,
  },
  {
    what: 'another provider in the trust',
    tamper: (by) => by.setTrust(role, looseStatements.otherProvider),
    path: 'trust.',
    write: 'UpdateAssumeRolePolicy',
  },
  {
    what: 'an attached AdministratorAccess',
    tamper: (by) => by.attach(role, ADMINISTRATOR),
    path: `policies.managed.${ADMINISTRATOR}`,
    write: 'DetachRolePolicy',
  },
  {
    what: 'a further inline policy',
    tamper: (by) => by.putInline(role, 'backdoor', allow('iam:*')),
    path: 'policies.inline.backdoor',
    write: 'DeleteRolePolicy',
  },
  {
    what: 'a changed inline policy',
    tamper: (by) => by.putInline(role, 'deploy', allow('s3:*')),
    path: 'policies.inline.deploy',
    write: 'PutRolePolicy',
  },
  {
    what: 'a removed inline policy',
    tamper: (by) => by.deleteInline(role, 'deploy'),
    path: 'policies.inline.deploy',
    write: 'PutRolePolicy',
  },
  {
    what: 'a detached policy',
    tamper: (by) => by.detach(role, READ_ONLY),
    path: `policies.managed.${READ_ONLY}`,
    write: 'AttachRolePolicy',
  },
  {
    what: 'a removed boundary',
    tamper: (by) => by.dropBoundary(role),
    path: 'boundary',
    write: 'PutRolePermissionsBoundary',
  },
  {
    what: 'another boundary',
    tamper: (by) => by.setBoundary(role, ADMINISTRATOR),
    path: 'boundary',
    write: 'PutRolePermissionsBoundary',
  },
  {
    what: 'longer sessions',
    tamper: (by, description) => by.setSession(role, 43_200, description),
    path: 'maxSessionDuration',
    write: 'UpdateRole',
  },
  {
    what: 'shorter sessions',
    tamper: (by, description) => by.setSession(role, 3_600, description),
    path: 'maxSessionDuration',
    write: 'UpdateRole',
  },
  {
    what: 'another description',
    tamper: (by) => by.setDescription(role, 'mine now'),
    path: 'description',
    write: 'UpdateRole',
  },
  {
    what: 'a further tag',
    tamper: (by) => by.tag(role, 'owner', 'somebody'),
    path: 'tags.owner',
    write: 'UntagRole',
  },
  {
    what: 'a changed tag',
    tamper: (by) => by.tag(role, 'team', 'pay'),
    path: 'tags.team',
    write: 'TagRole',
  },
  {
    what: 'a removed tag',
    tamper: (by) => by.untag(role, 'azfed:connection'),
    path: 'tags.azfed:connection',
    write: 'TagRole',
  },
  {
    what: 'a provider without our audience',
    tamper: (by) => by.removeAudience(),
    path: 'provider.audiences',
    write: 'AddClientIDToOpenIDConnectProvider',
  },
  {
    what: 'a deleted provider',
    tamper: (by) => by.deleteProvider(),
    path: 'provider',
    write: 'CreateOpenIDConnectProvider',
  },
];

describe('somebody at the console', () => {
  let stage: Stage;
  let by: Tampering;
  let federated: IamView;

  beforeAll(async () => {
    stage = await setStage({ connections: { 'Shop/prod': role, 'Pay/prod': 'pay-prod' } });
    by = createTampering(stage.console);
    await stage.runOnce();
    federated = await viewIam(stage.console);
  });

  // Five repairs within an hour would be a dispute.
  beforeEach(() => {
    stage.clock.advance(16 * MINUTE_MS);
  });

  afterAll(() => stage.close());

  const attempts = async () => ({
    own: await stage.assume(role, await stage.token('Shop', stage.id('Shop/prod'))),
    neighbour: await stage.assume(role, await stage.token('Pay', stage.id('Pay/prod'))),
    pipeline: await stage.assume(role, await stage.token('Shop')),
  });
  const secured = { own: 'in', neighbour: 'refused', pipeline: 'refused' };
  const description = () => required(federated.roles[role]?.description, 'description');
  const listTypes = (mark: number) => stage.cloud.receiver.received.slice(mark).map(({ type }) => type);

  const expectRest = async () => {
    expect(await viewIam(stage.console)).toEqual(federated);
    expect(await attempts()).toEqual(secured);
    const { outcome, writes } = await stage.runOnce();
    expect({ outcome, ...writes }).toEqual({ outcome: 'converged', iam: [], table: 0 });
  };

  const listRoleReads = (mark: number) =>
    stage.cloud.aws.calls
      .slice(mark)
      .filter(({ operation, resource }) => resource === roleArn(role) && /^(Get|List)/.test(operation));

  it.each(rows)('leaves $what: one run puts it back with one write, at most three reads', async (row) => {
    await row.tamper(by, description());
    expect(await viewIam(stage.console)).not.toEqual(federated);
    if (row.opens) expect((await attempts()).neighbour).toBe('in');
    const [mark, callsBefore] = [stage.cloud.receiver.received.length, stage.cloud.aws.calls.length];

    const { outcome, writes, plan } = await stage.runOnce();

    expect(outcome).toBe('changed');
    expect(plan.changes).toHaveLength(1);
    for (const { path } of plan.changes.flatMap(({ differences }) => differences))
      expect(path.startsWith(row.path)).toBe(true);
    expect(plan.changes[0]?.cause).toBe(row.what === 'a deleted provider' ? 'gone' : 'drift');
    expect(writes.iam).toEqual([row.write]);
    expect(listRoleReads(callsBefore).length).toBeLessThanOrEqual(3);
    const isOfProvider = row.path.startsWith('provider');
    expect(listTypes(mark)).toEqual(
      isOfProvider
        ? [row.what === 'a deleted provider' ? 'provider.created.v1' : 'provider.repaired.v1']
        : ['connection.drift-detected.v1', 'connection.repaired.v1'],
    );
    await expectRest();
  });

  it('changes everything at once, and each field takes one write', async () => {
    await by.setTrust(role, looseStatements.wildcard);
    await by.attach(role, ADMINISTRATOR);
    await by.detach(role, READ_ONLY);
    await by.putInline(role, 'backdoor', allow('iam:*'));
    await by.deleteInline(role, 'deploy');
    await by.dropBoundary(role);
    await by.setSession(role, 43_200, description());
    await by.tag(role, 'owner', 'somebody');

    const { writes } = await stage.runOnce();

    expect(writes.iam).toEqual([
      'UpdateAssumeRolePolicy',
      'DeleteRolePolicy',
      'DetachRolePolicy',
      'PutRolePermissionsBoundary',
      'UpdateRole',
      'PutRolePolicy',
      'AttachRolePolicy',
      'UntagRole',
    ]);
    await expectRest();
  });

  it('deletes a role, which is made again only after a second look', async () => {
    await by.deleteRole(role);

    const first = await stage.runOnce();
    expect(first.writes.iam).toEqual([]);
    expect(first.plan.changes.map(({ decision }) => decision)).toEqual(['held']);

    stage.clock.advance(29_000);
    expect((await stage.runOnce()).writes.iam).toEqual([]);

    stage.clock.advance(1_000);
    const second = await stage.runOnce();
    expect(second.writes.iam).toEqual([
      'CreateRole',
      'AttachRolePolicy',
      'PutRolePolicy',
      'UpdateAssumeRolePolicy',
    ]);
    await expectRest();
  });

  it('swaps the boundary for another of the account, which is put back', async () => {
    await by.setBoundary(role, await createPolicy(stage.console, 'wider-boundary'));
    const { writes } = await stage.runOnce();
    expect(writes.iam).toEqual(['PutRolePermissionsBoundary']);
    await expectRest();
  });
});
