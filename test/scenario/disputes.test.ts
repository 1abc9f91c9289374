import { viewRole } from '../builders/iam-view.ts';
import type { Stage } from '../builders/stage.ts';
import { MINUTE_MS, setStage } from '../builders/stage.ts';
import { READ_ONLY, createTampering, looseStatements } from '../builders/tampering.ts';

describe('somebody who opens a role again and again', () => {
  let stage: Stage;

  beforeEach(async () => {
    stage = await setStage({ connections: { 'Shop/a': 'role-a', 'Shop/b': 'role-b' } });
    await stage.runOnce();
    stage.clock.advance(15 * MINUTE_MS);
  });
  afterEach(() => stage.close());

  const types = () => stage.cloud.receiver.received.map(({ type }) => type);
  const open = () => createTampering(stage.console).setTrust('role-a', looseStatements.wildcard);
  const trust = async (role: string) => (await viewRole(stage.console, role)).trust;

  it('is revoked each time, and what is not narrowed is held from the fifth time on, for a person, who ends it', async () => {
    const ours = await trust('role-a');
    for (let round = 0; round < 5; round += 1) {
      await open();
      await stage.runOnce();
      expect(await trust('role-a')).toBe(ours);
      stage.clock.advance(5 * MINUTE_MS);
    }
    await open();
    const opened = await trust('role-a');

    await stage.runOnce();

    expect(opened).not.toBe(ours);
    expect(await trust('role-a')).toBe(ours);
    expect(types().filter((type) => type === 'connection.disputed.v1')).toHaveLength(2);
    stage.clock.advance(5 * MINUTE_MS);
    await createTampering(stage.console).detach('role-a', READ_ONLY);
    const held = await stage.runOnce();
    expect(held.plan.changes).toMatchObject([{ decision: 'held', blockedBy: 'disputed' }]);
    const again = await stage.runOnce();
    expect({ outcome: again.outcome, ...again.writes }).toEqual({ outcome: 'held', iam: [], table: 0 });
    await stage.runOnce({ trigger: 'person' });
    stage.clock.advance(5 * MINUTE_MS);
    await createTampering(stage.console).detach('role-a', READ_ONLY);
    expect((await stage.runOnce()).writes.iam).toEqual(['AttachRolePolicy']);
  });

  it('does not keep other roles from being put back', async () => {
    const ours = await trust('role-b');
    for (let round = 0; round < 6; round += 1) {
      await open();
      stage.clock.advance(5 * MINUTE_MS);
      await stage.runOnce();
    }
    await createTampering(stage.console).setTrust('role-b', looseStatements.wildcard);

    await stage.runOnce();

    expect(await trust('role-b')).toBe(ours);
  });
});
