import type { Stage } from '../builders/stage.ts';
import { ACCOUNT, MINUTE_MS, ORGANIZATION, setStage, wholeGrant } from '../builders/stage.ts';

const { connections: _, role: __, ...terms } = wholeGrant;
const DOCKER = `arn:aws:iam::${ACCOUNT}:role/az-docker`;
const WEB = `arn:aws:iam::${ACCOUNT}:role/az-web`;
const pair = (connection: string, role: string, more: object = {}) => ({
  project: 'Shop',
  connection,
  role,
  ...more,
});

describe('roles at the root path, each of one connection, one of them of another type', () => {
  let stage: Stage;
  let docker: string;
  beforeEach(async () => {
    const roles = [pair('web', WEB), pair('registry', DOCKER, { type: 'any' })];
    stage = await setStage({ connections: { 'Shop/web': WEB }, grants: [{ ...terms, roles }] });
    const { connections } = stage.cloud.azureDevOps;
    const input = { project: 'Shop', name: 'registry', type: 'dockerregistry' };
    docker = connections.create(ORGANIZATION, input).id;
    expect((await stage.runOnce()).outcome).toBe('changed');
    stage.clock.advance(15 * MINUTE_MS);
  });
  afterEach(() => stage.close());

  const assume = async (role: string, connection: string) =>
    stage.assume(role, await stage.token('Shop', connection));

  it('are let in to by their own connection alone, and a second run writes nothing', async () => {
    const web = stage.id('Shop/web');
    expect([await assume(DOCKER, docker), await assume(WEB, web)]).toEqual(['in', 'in']);
    expect([await assume(WEB, docker), await assume(DOCKER, web)]).toEqual(['refused', 'refused']);
    expect((await stage.runOnce()).writes).toEqual({ iam: [], table: 0 });
  });

  it('are refused to a connection that asks for the role of another', async () => {
    const { connections } = stage.cloud.azureDevOps;
    connections.setRoleArn(ORGANIZATION, stage.id('Shop/web'), DOCKER);
    const { plan } = await stage.runOnce();
    expect(plan.findings.map(({ code }) => code)).toContain('role.outside-grant');
    expect(await assume(DOCKER, stage.id('Shop/web'))).toBe('refused');
  });

  it('are closed when the connection is made again under its name', async () => {
    const namesake = stage.cloud.azureDevOps.connections.recreate(ORGANIZATION, docker, 'azurerm');
    const { plan } = await stage.runOnce();
    expect(plan.findings.map(({ code }) => code)).toContain('connection.recreated');
    expect(await assume(DOCKER, namesake.id)).toBe('refused');
  });

  it('are closed when the configuration gives them to nobody any more', async () => {
    stage.configure({ grants: [{ ...terms, roles: [pair('web', WEB)] }] });
    await stage.runOnce();
    expect(await assume(DOCKER, docker)).toBe('refused');
    expect(await assume(WEB, stage.id('Shop/web'))).toBe('in');
  });
});
