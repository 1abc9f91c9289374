import { enter, observe } from '../builders/door.ts';
import { viewRole } from '../builders/iam-view.ts';
import type { Stage } from '../builders/stage.ts';
import { MINUTE_MS, ORGANIZATION, roleArn, setStage, wholeGrant } from '../builders/stage.ts';
import { READ_ONLY, createTampering, looseStatements } from '../builders/tampering.ts';

const connections = { 'Shop/a': 'role-a', 'Shop/impostor': 'role-s' };
const revoking = { ...wholeGrant, boundary: READ_ONLY, revokeSessions: true };

describe('sessions of a role that somebody had opened', () => {
  let stage: Stage;

  const prepare = async (grant: object) => {
    stage = await setStage({ connections, grants: [{ ...grant }] });
    await stage.runOnce();
    stage.clock.advance(15 * MINUTE_MS);
  };
  afterEach(() => stage.close());

  /** A session of role-a for a job that uses the connection. */
  const session = async (connection: keyof typeof connections) =>
    enter(stage.cloud.aws.url, roleArn('role-a'), await stage.token('Shop', stage.id(connection)));
  const use = (opened: Awaited<ReturnType<typeof session>>) => observe(stage.cloud.aws.url, opened, 'role-a');

  /** Somebody opens the role, the impostor and the pipeline come in, and a run puts the role back. */
  const raid = async () => {
    await createTampering(stage.console).setTrust('role-a', looseStatements.wildcard);
    const [impostor, pipeline] = [await session('Shop/impostor'), await session('Shop/a')];
    expect([await use(impostor), await use(pipeline)]).toEqual(['allowed', 'allowed']);
    const { writes } = await stage.runOnce();
    return { impostor, pipeline, writes };
  };

  it('are revoked, and the next token of the pipeline works', async () => {
    await prepare(revoking);

    const { impostor, pipeline, writes } = await raid();

    expect(writes.iam).toEqual(['UpdateAssumeRolePolicy', 'PutRolePolicy']);
    expect([await use(impostor), await use(pipeline)]).toEqual(['denied', 'denied']);
    expect(await session('Shop/impostor')).toBeUndefined();
    stage.clock.advance(MINUTE_MS);
    expect(await use(await session('Shop/a'))).toBe('allowed');
    expect(await use(impostor)).toBe('denied');
    const rest = await stage.runOnce();
    expect({ outcome: rest.outcome, ...rest.writes }).toEqual({ outcome: 'converged', iam: [], table: 0 });
  });

  it('go on when the grant does not ask for more', async () => {
    await prepare({ ...revoking, revokeSessions: false });

    const { impostor, writes } = await raid();

    expect(writes.iam).toEqual(['UpdateAssumeRolePolicy']);
    expect(await use(impostor)).toBe('allowed');
  });

  it('are revoked where the role is closed to an impostor who holds the name', async () => {
    await prepare(revoking);
    const before = await session('Shop/a');
    const { connections: play } = stage.cloud.azureDevOps;
    play.remove(ORGANIZATION, stage.id('Shop/a'));
    play.create(ORGANIZATION, { project: 'Shop', name: 'a' });

    await stage.runOnce();

    expect(await use(before)).toBe('denied');
  });

  it('have ended after twelve hours, and so does the policy that revoked them, without being called drift', async () => {
    await prepare(revoking);
    await raid();
    expect(await viewRole(stage.console, 'role-a')).toHaveProperty('inlinePolicies.AWSRevokeOlderSessions');
    const notified = stage.cloud.receiver.received.length;
    stage.clock.advance(12 * 60 * MINUTE_MS + MINUTE_MS);

    const { writes } = await stage.runOnce();

    expect(writes.iam).toEqual(['DeleteRolePolicy']);
    const types = stage.cloud.receiver.received.slice(notified).map(({ type }) => type);
    expect(types).toEqual(['connection.changed.v1']);
  });
});
