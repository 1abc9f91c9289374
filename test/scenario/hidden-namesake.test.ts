import type { Stage } from '../builders/stage.ts';
import { MINUTE_MS, ORGANIZATION, READER_PAT, setStage, wholeGrant } from '../builders/stage.ts';

const DAYS_MS = 3 * 24 * 60 * MINUTE_MS;

describe('a namesake that azfed is not shown', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await setStage({
      connections: { 'Shop/x': 'role-x', 'Shop/y': 'role-y' },
      grants: [{ ...wholeGrant, missing: 'close' }],
    });
    await stage.runOnce();
    stage.clock.advance(15 * MINUTE_MS);
  });
  afterEach(() => stage.close());

  const listCodes = ({ plan }: Awaited<ReturnType<Stage['runOnce']>>) =>
    plan.findings.map(({ code }) => code);
  const notified = () => stage.cloud.receiver.received.map(({ type }) => type);

  it('gets in until its role is closed, and no run is converged meanwhile', async () => {
    const { connections, organizations } = stage.cloud.azureDevOps;
    const shown = [stage.id('Shop/x'), stage.id('Shop/y')];
    organizations.setPat(ORGANIZATION, { token: READER_PAT, access: 'read', connections: shown });
    const namesake = connections.recreate(ORGANIZATION, stage.id('Shop/x'));
    const assume = async () => stage.assume('role-x', await stage.token('Shop', namesake.id));

    const first = await stage.runOnce();
    expect([first.outcome, listCodes(first), await assume()]).toEqual([
      'held',
      expect.arrayContaining(['connection.missing']),
      'in',
    ]);
    expect(listCodes(first)).not.toContain('connection.unaccounted');

    stage.clock.advance(DAYS_MS);
    const due = await stage.runOnce();
    expect([due.outcome, due.writes.iam]).toEqual(['changed', ['UpdateAssumeRolePolicy']]);
    expect(listCodes(due)).toContain('connection.unaccounted');
    expect(await assume()).toBe('refused');
    expect(notified()).toEqual(expect.arrayContaining(['connection.unaccounted.v1', 'connection.closed.v1']));
    expect(await stage.assume('role-y', await stage.token('Shop', stage.id('Shop/y')))).toBe('in');

    stage.clock.advance(15 * MINUTE_MS);
    const { outcome, writes } = await stage.runOnce();
    expect({ outcome, ...writes }).toEqual({ outcome: 'held', iam: [], table: 0 });
  });

  it('is shown later: the role is closed to it at once, as to any namesake', async () => {
    const { connections, organizations } = stage.cloud.azureDevOps;
    organizations.setPat(ORGANIZATION, {
      token: READER_PAT,
      access: 'read',
      connections: [stage.id('Shop/y')],
    });
    connections.recreate(ORGANIZATION, stage.id('Shop/x'));
    await stage.runOnce();
    organizations.setPat(ORGANIZATION, { token: READER_PAT, access: 'read' });
    expect(listCodes(await stage.runOnce())).toContain('connection.recreated');
    stage.clock.advance(15 * MINUTE_MS);
    expect((await stage.runOnce()).outcome).toBe('converged');
  });
});

it('opens the role again when a connection that was only hidden is shown', async () => {
  const stage = await setStage({
    connections: { 'Shop/x': 'role-x', 'Shop/y': 'role-y' },
    grants: [{ ...wholeGrant, missing: 'close' }],
  });
  const { organizations } = stage.cloud.azureDevOps;
  const assume = async () => stage.assume('role-x', await stage.token('Shop', stage.id('Shop/x')));
  await stage.runOnce();
  organizations.setPat(ORGANIZATION, {
    token: READER_PAT,
    access: 'read',
    connections: [stage.id('Shop/y')],
  });
  await stage.runOnce();
  stage.clock.advance(DAYS_MS);
  await stage.runOnce();
  expect(await assume()).toBe('refused');
  organizations.setPat(ORGANIZATION, { token: READER_PAT, access: 'read' });
  await stage.runOnce();
  expect(await assume()).toBe('in');
  stage.clock.advance(15 * MINUTE_MS);
  expect((await stage.runOnce()).outcome).toBe('converged');
  await stage.close();
});
