import { tamperings } from '../builders/arbitraries-tampering.ts';
import { connection, reference } from '../builders/connection.ts';
import { roleArn } from '../builders/domain-ids.ts';
import { runPass } from './pass.ts';
import { accountIn, changeRole, createWorld } from './world.ts';

const role = roleArn('r1');

describe('stories that once broke an invariant', () => {
  it('mends nothing on a role that lost its boundary since it was planned for', async () => {
    const world = createWorld();
    world.town.change(() => [connection(1, { references: [reference(1, 'a')] })]);
    await runPass(world);
    world.clock.advance(600_000);
    changeRole(world, role, (known) => tamperings['changes an inline policy']?.change(known) ?? {});
    let turns = 0;
    const turn = () => {
      if (turns++ === 5) changeRole(world, role, () => ({ boundary: undefined }));
      return Promise.resolve();
    };
    const before = accountIn(world).writes.length;
    const { report } = await runPass(world, { turn });
    expect(report?.results).toMatchObject([{ result: 'failed', error: { code: 'moved' } }]);
    expect(accountIn(world).writes).toHaveLength(before);
    expect(world.violations).toEqual([]);
  });

  it('mends the boundary that is dropped again soon, before it opens the trust', async () => {
    const world = createWorld();
    world.town.change(() => [connection(1, { references: [reference(1, 'a')] })]);
    await runPass(world);
    world.clock.advance(600_000);
    changeRole(world, role, () => ({ boundary: undefined }));
    await runPass(world);
    changeRole(world, role, (known) => ({
      boundary: undefined,
      ...tamperings['closes the trust']?.change(known),
    }));
    await runPass(world);
    expect(accountIn(world).roles.get(role)?.boundary).toBeDefined();
    expect(world.violations).toEqual([]);
  });

  it('lets no old name in again when the audience of a trust is put back', async () => {
    const world = createWorld();
    world.town.change(() => [connection(1, { references: [reference(1, 'a')] })]);
    await runPass(world);
    world.clock.advance(600_000);
    world.town.change(() => [connection(1, { references: [reference(1, 'b')] })]);
    await runPass(world);
    world.clock.advance(180_000);
    changeRole(world, role, ({ trust }) => ({
      trust: JSON.parse(
        JSON.stringify(trust).replace('api://AzureADTokenExchange', 'api://other'),
      ) as typeof trust,
    }));
    await runPass(world);
    expect(JSON.stringify(accountIn(world).roles.get(role)?.trust)).not.toContain('P1/a');
    expect(world.violations).toEqual([]);
  });
});
