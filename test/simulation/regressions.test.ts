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
      if (turns++ === 4) changeRole(world, role, () => ({ boundary: undefined }));
      return Promise.resolve();
    };
    const before = accountIn(world).writes.length;
    const { report } = await runPass(world, { turn });
    expect(report?.results).toMatchObject([{ result: 'failed', error: { code: 'moved' } }]);
    expect(accountIn(world).writes).toHaveLength(before);
    expect(world.violations).toEqual([]);
  });
});
