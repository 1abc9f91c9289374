import type { Stage } from '../builders/stage.ts';
import { MINUTE_MS, ORGANIZATION, READER_PAT, setStage } from '../builders/stage.ts';

const connections = { 'Shop/a': 'role-a', 'Pay/b': 'role-b' };

describe('the name of an organization', () => {
  let stage: Stage;

  beforeEach(async () => {
    stage = await setStage({ connections });
    await stage.pass();
    stage.clock.advance(15 * MINUTE_MS);
  });
  afterEach(() => stage.close());

  const play = () => stage.cloud.azureDevOps;
  const rename = () => play().organizations.rename(ORGANIZATION, 'fabrikam');
  const token = (organization: string) =>
    play().mintToken({ organization, project: 'Shop', connectionId: stage.id('Shop/a') });
  const codes = ({ plan }: Awaited<ReturnType<Stage['pass']>>) => plan.findings.map(({ code }) => code);

  it('may change: both names come in for half an hour, then the new one alone', async () => {
    const old = await token(ORGANIZATION);
    rename();
    expect(await stage.knock('role-a', await token('fabrikam'))).toBe('refused');

    const followed = await stage.pass();

    expect(followed.writes.iam).toEqual(['UpdateAssumeRolePolicy', 'UpdateAssumeRolePolicy']);
    expect(codes(followed)).toContain('organization.renamed');
    expect([await stage.knock('role-a', old), await stage.knock('role-a', await token('fabrikam'))]).toEqual([
      'in',
      'in',
    ]);
    expect(stage.cloud.receiver.received.slice(-2).map(({ type }) => type)).toEqual([
      'connection.renamed.v1',
      'connection.renamed.v1',
    ]);
    const rest = await stage.pass();
    expect({ outcome: rest.outcome, ...rest.writes }).toEqual({ outcome: 'converged', iam: [], table: 0 });

    stage.clock.advance(31 * MINUTE_MS);
    await stage.pass();
    const trusts = JSON.stringify((await stage.records()).map(({ role }) => role));
    expect(trusts).not.toContain(`sc://${ORGANIZATION}/`);
    expect(await stage.knock('role-a', await token('fabrikam'))).toBe('in');
  });

  it('may be taken by another organization, which gets nothing and halts what was under it', async () => {
    rename();
    await stage.pass();
    play().organizations.create({ name: ORGANIZATION, pats: [{ token: READER_PAT, access: 'read' }] });
    play().projects.create(ORGANIZATION, 'Shop');
    const { id } = play().connections.create(ORGANIZATION, { project: 'Shop', name: 'a' });
    const stranger = await play().mintToken({
      organization: ORGANIZATION,
      project: 'Shop',
      connectionId: id,
    });

    const halted = await stage.pass();

    expect({ outcome: halted.outcome, iam: halted.writes.iam }).toEqual({ outcome: 'partial', iam: [] });
    expect(codes(halted)).toContain('organization.identity-mismatch');
    expect(await stage.knock('role-a', stranger)).toBe('refused');
    expect(await stage.knock('role-a', await token('fabrikam'))).toBe('in');
    stage.clock.advance(31 * MINUTE_MS);
    expect((await stage.pass()).writes.iam).toEqual(['UpdateAssumeRolePolicy', 'UpdateAssumeRolePolicy']);
    expect(await stage.knock('role-a', await token('fabrikam'))).toBe('in');
  });
});
