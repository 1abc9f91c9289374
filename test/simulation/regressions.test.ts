import { tamperings } from '../builders/arbitraries-tampering.ts';
import { grant } from '../builders/configuration.ts';
import { connection, reference } from '../builders/connection.ts';
import { connectionId, projectId, roleArn } from '../builders/domain-ids.ts';
import { SHARED, grants, limits } from './happening.ts';
import { BEN, approve } from './operators.ts';
import { runOnce } from './simulated-run.ts';
import { before } from './process.ts';
import { discoverAgain } from './sliced.ts';
import type { World } from './world.ts';
import { allRoles, changeRole } from './iam-people.ts';
import { getControls, recordedConnections } from './table.ts';
import { runTogether } from './together.ts';
import { getAccount, createWorld } from './world.ts';

const role = roleArn('r1');

describe('stories that once broke an invariant', () => {
  it('fixes nothing on a role that lost its boundary since it was planned for', async () => {
    const world = createWorld();
    world.town.change(() => [connection(1, { references: [reference(1, 'a')] })]);
    await runOnce(world);
    world.clock.advance(600_000);
    changeRole(world, role, (known) => tamperings['changes an inline policy']?.change(known) ?? {});
    const turn = before(6, () => {
      changeRole(world, role, () => ({ boundary: undefined }));
    });
    const writes = getAccount(world).writes.length;
    const { report } = await runOnce(world, { turn });
    expect(report?.results).toMatchObject([{ result: 'failed', error: { code: 'moved' } }]);
    expect(getAccount(world).writes).toHaveLength(writes);
    expect(world.violations).toEqual([]);
  });

  it('fixes the boundary that is dropped again soon, before it opens the trust', async () => {
    const world = createWorld();
    world.town.change(() => [connection(1, { references: [reference(1, 'a')] })]);
    await runOnce(world);
    world.clock.advance(600_000);
    changeRole(world, role, () => ({ boundary: undefined }));
    await runOnce(world);
    changeRole(world, role, (known) => ({
      boundary: undefined,
      ...tamperings['closes the trust']?.change(known),
    }));
    await runOnce(world);
    expect(getAccount(world).roles.get(role)?.boundary).toBeDefined();
    expect(world.violations).toEqual([]);
  });

  it('lets no old name in again when the audience of a trust is put back', async () => {
    const world = createWorld();
    world.town.change(() => [connection(1, { references: [reference(1, 'a')] })]);
    await runOnce(world);
    world.clock.advance(600_000);
    world.town.change(() => [connection(1, { references: [reference(1, 'b')] })]);
    await runOnce(world);
    world.clock.advance(180_000);
    changeRole(world, role, ({ trust }) => ({
      trust: JSON.parse(
        JSON.stringify(trust).replace('api://AzureADTokenExchange', 'api://other'),
      ) as typeof trust,
    }));
    await runOnce(world);
    expect(JSON.stringify(getAccount(world).roles.get(role)?.trust)).not.toContain('P1/a');
    expect(world.violations).toEqual([]);
  });

  it('opens no trust beside a boundary that somebody takes away in the middle of the repair', async () => {
    const world = createWorld();
    world.town.change(() => [connection(1, { references: [reference(1, 'a')] })]);
    await runOnce(world);
    world.clock.advance(600_000);
    world.town.change(() => [connection(1, { references: [reference(1, 'b')] })]);
    changeRole(world, role, (known) => tamperings['changes an inline policy']?.change(known) ?? {});
    const turn = before('putInlinePolicy', () => {
      changeRole(world, role, () => ({ boundary: undefined }));
    });
    const { report } = await runOnce(world, { turn });
    expect(report?.results).toMatchObject([{ result: 'failed', error: { code: 'moved' } }]);
    expect(JSON.stringify(getAccount(world).roles.get(role)?.trust)).not.toContain('P1/b');
    expect(world.violations).toEqual([]);
  });

  it('shortens sessions, though a breaker has tripped, that somebody has shortened more after the last read', async () => {
    const world = createWorld({ grants: grants(), limits });
    world.town.change(() => [1, 2, 3, 4].map((n) => connection(n, { references: [reference(1, `c${n}`)] })));
    await runOnce(world);
    world.clock.advance(600_000);
    for (const { arn } of allRoles(world)) changeRole(world, arn, () => ({ managedPolicies: [] }));
    await runOnce(world);
    changeRole(world, role, () => ({ maxSessionDuration: 43_200 }));
    const turn = before('updateRole', () => {
      changeRole(world, role, () => ({ maxSessionDuration: 3_600 }));
    });
    await runOnce(world, { turn });
    expect(getControls(world.table).breakers).toHaveLength(1);
    expect(getAccount(world).roles.get(role)?.maxSessionDuration).toBe(7_200);
    expect(world.violations).toEqual([]);
  });

  it('deletes nothing any more once its grant says to close', async () => {
    const world = await retired();
    await approve(world, BEN);
    world.configuration = { ...world.configuration, grants: [grant({ retire: 'close' })] };
    await runOnce(world);
    expect(getAccount(world).roles.has(role)).toBe(true);
    expect(world.violations).toEqual([]);
  });

  it('asks again for a yes where somebody changed a role whose deletion was interrupted', async () => {
    const world = await retired();
    await approve(world, BEN);
    await runOnce(world, { fault: { at: 'deleteInlinePolicy', mode: 'denied' } });
    changeRole(world, role, (known) => tamperings['attaches a policy']?.change(known) ?? {});
    world.clock.advance(600_000);
    const held = await runOnce(world);
    expect(held.report?.plan.changes).toMatchObject([{ kind: 'delete', blockedBy: 'approval' }]);
    await approve(world, BEN);
    await runOnce(world);
    expect(getAccount(world).roles.has(role)).toBe(false);
    expect(world.violations).toEqual([]);
  });

  it('puts a boundary back while one connection of a shared role is revoked and another is not shown', async () => {
    const world = createWorld({ grants: grants(), limits });
    const sharing = (n: number, oidc: 'on' | 'off') =>
      connection(n, { references: [reference(n, 'a')], requestedRoleArn: SHARED, oidc });
    world.town.change(() => [sharing(1, 'on'), sharing(2, 'on')]);
    await runOnce(world);
    world.clock.advance(600_000);
    world.town.change(() => [sharing(1, 'off'), sharing(2, 'on')]);
    world.town.listOnly([connectionId(2)]);
    for (const _look of ['the first connection is revoked', 'it was so before']) {
      changeRole(world, SHARED, () => ({ boundary: undefined }));
      await runOnce(world);
      expect(getAccount(world).roles.get(SHARED)?.boundary).toBeDefined();
      world.clock.advance(600_000);
    }
    expect(JSON.stringify(getAccount(world).roles.get(SHARED)?.trust)).toMatch(/P2\/a/);
    expect(world.violations).toEqual([]);
  });

  it.each([0, 1, 2, 3])(
    'begins no new time of a missing connection in a run that waits at its effect %d while another notifies of it',
    async (step) => {
      const world = createWorld({ grants: grants(), limits });
      world.town.change(() => [1, 2].map((n) => connection(n, { references: [reference(1, `c${n}`)] })));
      await runOnce(world);
      world.town.change((all) => all.slice(1));
      await runOnce(world);
      const readMissing = () => recordedConnections(world.table).find(({ missing }) => missing)?.missing;
      const { since } = readMissing() ?? {};
      world.clock.advance(4 * 24 * 3_600_000);
      // The second run goes as far as that; then the first one to its end.
      const second = Array.from({ length: step }, () => ({ next: 1, sleepMs: 0 }));
      const first = [
        { next: 0, sleepMs: 660_000 },
        ...Array.from({ length: 100 }, () => ({ next: 1, sleepMs: 0 })),
      ];
      await runTogether(world, [{}, {}], [...second, ...first]);
      expect(readMissing()).toMatchObject({ since, notifiedAt: world.clock.now() });
      expect(world.violations).toEqual([]);
    },
  );

  it('shuts nobody out of a shared role that somebody opened wider, while another begins to ask for it', async () => {
    const world = createWorld({ grants: grants(), limits });
    const sharing = (n: number, project: number) =>
      connection(n, { references: [reference(project, 'a')], requestedRoleArn: SHARED });
    world.town.change(() => [connection(1, { references: [reference(1, 'b')] }), sharing(3, 2)]);
    await runOnce(world);
    world.clock.advance(600_000);
    changeRole(world, SHARED, (known) => tamperings['opens the trust to all audiences']?.change(known) ?? {});
    world.town.hide([projectId(2)], 'silently');
    world.town.change((all) => [...all, sharing(5, 1)]);
    await runOnce(world);
    expect(JSON.stringify(getAccount(world).roles.get(SHARED)?.trust)).toMatch(/:aud.*P2\/a/);
    expect(world.violations).toEqual([]);
  });
});

/** A role that was closed a month ago, and whose grant says to delete it. */
async function retired(): Promise<World> {
  const world = createWorld({ grants: [grant({ retire: 'delete' })] });
  world.town.change(() => [connection(1, { references: [reference(1, 'a')] })]);
  await runOnce(world);
  world.town.change(() => [connection(1, { references: [reference(1, 'a')], oidc: 'off' })]);
  await runOnce(world);
  world.clock.advance(31 * 24 * 3_600_000);
  return world;
}

describe('a run that opens a role while discovery writes a newer slice, which gives it to nobody', () => {
  it('is followed by one that closes the role at once, and both are in the history', async () => {
    const world = createWorld();
    await runOnce(world);
    world.town.change(() => [connection(1, { references: [reference(1, 'a')] })]);
    const turn = before('setTrust', async () => {
      world.town.change((all) => all.map((one) => ({ ...one, requestedRoleArn: roleArn('r9') })));
      await discoverAgain(world);
    });
    await runOnce(world, { turn });
    const readTrust = () => JSON.stringify(getAccount(world).roles.get(role)?.trust);
    expect(readTrust()).toContain('P1/a');

    await runOnce(world);

    expect(readTrust()).not.toContain('P1/a');
    const types = (await world.history.read(connectionId(1))).entries.map(({ type }) => type);
    expect(types.slice(0, 2)).toEqual(['connection.federated.v1', 'connection.closed.v1']);
    expect(world.violations).toEqual([]);
  });
});
