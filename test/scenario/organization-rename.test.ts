import type { Stage } from '../builders/stage.ts';
import { MINUTE_MS, ORGANIZATION, READER_PAT, setStage } from '../builders/stage.ts';

const connections = { 'Shop/a': 'role-a', 'Pay/b': 'role-b' };

describe('the name of an organization', () => {
  let stage: Stage;

  beforeEach(async () => {
    stage = await setStage({ connections });
    await stage.runOnce();
    stage.clock.advance(15 * MINUTE_MS);
  });
  afterEach(() => stage.close());

  const play = () => stage.cloud.azureDevOps;
  const rename = () => play().organizations.rename(ORGANIZATION, 'fabrikam');
  const token = (organization: string) =>
    play().mintToken({ organization, project: 'Shop', connectionId: stage.id('Shop/a') });
  const codes = ({ plan }: Awaited<ReturnType<Stage['runOnce']>>) => plan.findings.map(({ code }) => code);

  it('may change: both names come in for half an hour, then the new one alone', async () => {
    const old = await token(ORGANIZATION);
    rename();
    expect(await stage.assume('role-a', await token('fabrikam'))).toBe('refused');

    const followed = await stage.runOnce();

    expect(followed.writes.iam).toEqual(['UpdateAssumeRolePolicy', 'UpdateAssumeRolePolicy']);
    expect(codes(followed)).toContain('organization.renamed');
    expect([
      await stage.assume('role-a', old),
      await stage.assume('role-a', await token('fabrikam')),
    ]).toEqual(['in', 'in']);
    expect(stage.cloud.receiver.received.slice(-2).map(({ type }) => type)).toEqual([
      'connection.renamed.v1',
      'connection.renamed.v1',
    ]);
    const rest = await stage.runOnce();
    expect({ outcome: rest.outcome, ...rest.writes }).toEqual({ outcome: 'converged', iam: [], table: 0 });

    stage.clock.advance(31 * MINUTE_MS);
    await stage.runOnce();
    const trusts = JSON.stringify((await stage.records()).map(({ role }) => role));
    expect(trusts).not.toContain(`sc://${ORGANIZATION}/`);
    expect(await stage.assume('role-a', await token('fabrikam'))).toBe('in');
  });

  it('may be taken by another organization, which gets nothing and halts what was under it', async () => {
    rename();
    await stage.runOnce();
    play().organizations.create({ name: ORGANIZATION, pats: [{ token: READER_PAT, access: 'read' }] });
    play().projects.create(ORGANIZATION, 'Shop');
    const { id } = play().connections.create(ORGANIZATION, { project: 'Shop', name: 'a' });
    const impostor = await play().mintToken({
      organization: ORGANIZATION,
      project: 'Shop',
      connectionId: id,
    });

    const halted = await stage.runOnce();

    expect({ outcome: halted.outcome, iam: halted.writes.iam }).toEqual({ outcome: 'partial', iam: [] });
    expect(codes(halted)).toContain('organization.identity-mismatch');
    expect(await stage.assume('role-a', impostor)).toBe('refused');
    expect(await stage.assume('role-a', await token('fabrikam'))).toBe('in');
    stage.clock.advance(31 * MINUTE_MS);
    expect((await stage.runOnce()).writes.iam).toEqual(['UpdateAssumeRolePolicy', 'UpdateAssumeRolePolicy']);
    expect(await stage.assume('role-a', await token('fabrikam'))).toBe('in');
  });
});

describe('the spelling of an organization', () => {
  let stage: Stage;

  beforeEach(async () => {
    stage = await setStage({ connections });
    play().organizations.rename(ORGANIZATION, 'Contoso');
    stage.clock.advance(15 * MINUTE_MS);
  });
  afterEach(() => stage.close());

  const play = () => stage.cloud.azureDevOps;
  const assume = async () =>
    stage.assume(
      'role-a',
      await play().mintToken({ organization: 'Contoso', project: 'Shop', connectionId: stage.id('Shop/a') }),
    );
  const codes = ({ plan }: Awaited<ReturnType<Stage['runOnce']>>) =>
    plan.findings.map(({ code }) => code).filter((code) => code.startsWith('organization.'));

  const addresses = [
    { primary: 'new', projectUrls: 'asked' },
    { primary: 'new', projectUrls: 'primary' },
    { primary: 'legacy', projectUrls: 'asked' },
    { primary: 'legacy', projectUrls: 'primary' },
  ] as const;
  it.each(addresses)('is that of its tokens, whatever is configured, with %j', async (address) => {
    play().organizations.setAddress('Contoso', address);
    const passed = await stage.runOnce();
    expect(codes(passed)).toEqual(['organization.renamed']);
    expect(await assume()).toBe('in');
  });

  it('is agreed where an address in small letters and the configuration are the same', async () => {
    play().organizations.rename('Contoso', ORGANIZATION);
    play().organizations.setAddress(ORGANIZATION, { primary: 'legacy', hostCase: 'lower' });
    expect(codes(await stage.runOnce())).toEqual([]);
    expect(await assume()).toBe('in');
  });

  it('stays as it was trusted while the service does not tell it, and that is found', async () => {
    await stage.runOnce();
    play().organizations.setAddress('Contoso', { primary: 'legacy', hostCase: 'lower' });
    const rest = await stage.runOnce();
    expect({ outcome: rest.outcome, ...rest.writes }).toEqual({ outcome: 'converged', iam: [], table: 0 });
    expect(codes(rest)).toEqual(['organization.renamed', 'organization.spelling-unknown']);
    expect(await assume()).toBe('in');
  });
});
