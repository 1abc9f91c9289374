import { viewIam, viewRole } from '../builders/iam-view.ts';
import type { Stage } from '../builders/stage.ts';
import { MINUTE_MS, ORGANIZATION, setStage } from '../builders/stage.ts';
import { ADMINISTRATOR, READ_ONLY, createTampering } from '../builders/tampering.ts';

const connections = { 'Shop/a': 'role-a', 'Shop/b': 'role-b' };
/** The story begins on a Sunday at 10:00 in Zurich. */
const sunday = { name: 'sunday', days: ['sat'], from: '16:00', to: '16:00', timeZone: 'Europe/Zurich' };

describe('a deny window', () => {
  let stage: Stage;

  beforeEach(async () => {
    stage = await setStage({ connections });
    await stage.runOnce();
    stage.clock.advance(15 * MINUTE_MS);
    stage.configure({ denyWindows: [sunday] });
  });
  afterEach(() => stage.close());

  const types = () => stage.cloud.receiver.received.map(({ type }) => type);
  const tamper = () => createTampering(stage.console).attach('role-a', ADMINISTRATOR);

  it('lets an automatic run find and tell, and widen nothing until it is over', async () => {
    const before = await viewIam(stage.console);
    await createTampering(stage.console).detach('role-a', READ_ONLY);
    const tampered = await viewIam(stage.console);

    const during = await stage.runOnce();

    expect({ outcome: during.outcome, iam: during.writes.iam }).toEqual({ outcome: 'held', iam: [] });
    expect(await viewIam(stage.console)).toEqual(tampered);
    expect(types().at(-1)).toBe('connection.drift-detected.v1');
    stage.clock.advance(6 * 60 * MINUTE_MS);
    expect((await stage.runOnce()).outcome).toBe('changed');
    expect(await viewIam(stage.console)).toEqual(before);
  });

  it('holds no narrowing', async () => {
    const before = await viewIam(stage.console);
    await tamper();

    expect((await stage.runOnce()).writes.iam).toEqual(['DetachRolePolicy']);

    expect(await viewIam(stage.console)).toEqual(before);
  });

  it('does not hold a person', async () => {
    const before = await viewIam(stage.console);
    await createTampering(stage.console).detach('role-a', READ_ONLY);

    expect((await stage.runOnce({ trigger: 'person' })).outcome).toBe('changed');

    expect(await viewIam(stage.console)).toEqual(before);
  });

  it('does not let an impostor in until it is over', async () => {
    const { connections: play } = stage.cloud.azureDevOps;
    play.remove(ORGANIZATION, stage.id('Shop/a'));
    const { id } = play.create(ORGANIZATION, { project: 'Shop', name: 'a' });
    const token = await stage.token('Shop', id);
    expect(await stage.assume('role-a', token)).toBe('in');

    await stage.runOnce();

    expect(await stage.assume('role-a', token)).toBe('refused');
    expect((await viewRole(stage.console, 'role-a')).trust).toContain('{\\"closed\\"}');
    expect(await stage.assume('role-b', await stage.token('Shop', stage.id('Shop/b')))).toBe('in');
  });
});
