import { readFileSync } from 'node:fs';
import { startLoopbackServer } from '../../../infra/local/loopback/loopback-server.ts';
import { createOperator } from '../../../shared/adapters/azure-devops/operator.ts';
import { createPipelineSession } from '../../../shared/adapters/azure-devops/pipelines.ts';
import type { RunOrder } from '../../../shared/application/checks/verify-run.ts';
import { findPipeline, runVerification } from '../../../shared/application/checks/verify-run.ts';
import { roleArn } from '../../builders/domain-ids.ts';
import { parseConnectionId, parseProjectId } from '../../../shared/domain/kernel/ids.ts';
import { complete } from '../../../shared/domain/kernel/result.ts';
import { required } from '../../builders/stage.ts';
import type { Session } from './desk.ts';
import { TOKEN, openSession } from './desk.ts';

const ADMIN = 'may-change-everything';
const yaml = readFileSync('docs/pipelines/azfed-verify.yml', 'utf8');
const expected = { claims: [], roleArn: roleArn('shop', '/') };

let session: Session;
beforeEach(async () => {
  session = await openSession();
  session.azdo.organizations.setPat('contoso', { token: ADMIN, access: 'manage' });
  session.azdo.pipelines.commit('contoso', 'Shop', '/azfed-verify.yml', yaml);
  session.azdo.pipelines.create('contoso', {
    project: 'Shop',
    name: 'azfed-verify',
    path: '/azfed-verify.yml',
  });
});
afterEach(() => session.azdo.close());

const organization = () => required(session.azdo.snapshot().organizations[0], 'organization');
const authorized = () => organization().pipelines?.pipelines.flatMap((pipeline) => pipeline.authorized);
const runs = () => organization().pipelines?.runs ?? [];

const openPipelines = (token: string) =>
  createPipelineSession(
    createOperator({ clock: session.clock, getCredential: () => Promise.resolve({ type: 'pat', token }) }),
  );

/** An Azure DevOps that answers whatever it is asked with this list, and an order there. */
async function servePipelines(value: readonly unknown[]) {
  const server = await startLoopbackServer(() =>
    Promise.resolve({
      status: 200,
      headers: { 'content-type': 'application/json' },
      text: JSON.stringify({ count: value.length, value }),
    }),
  );
  const where = { ...makeOrder(), organization: { ...session.organization, url: `${server.url}/contoso` } };
  return { server, where };
}

function makeOrder(change: Partial<RunOrder> = {}): RunOrder {
  const [connection] = organization().connections;
  return {
    organization: session.organization,
    project: required(parseProjectId(connection?.references[0]?.projectId ?? ''), 'project'),
    connectionId: required(parseConnectionId(connection?.id ?? ''), 'connection'),
    connectionName: 'aws-prod',
    pipeline: { id: 1, name: 'azfed-verify' },
    isAuthorized: false,
    region: 'eu-west-1',
    ...change,
  };
}

const verify = (change?: Partial<RunOrder>, token = ADMIN) =>
  runVerification(openPipelines(token), session.clock, makeOrder(change), expected, () => undefined);

describe('a pipeline that verifies', () => {
  it('is found by name and by number, with what it may use', async () => {
    const here = makeOrder();
    const found = { pipeline: { id: 1, name: 'azfed-verify' }, isAuthorized: false };
    expect(await findPipeline(openPipelines(TOKEN), here, 'azfed-verify')).toEqual(complete(found));
    session.azdo.pipelines.authorize('contoso', 'Shop', 1, here.connectionId, true);
    expect(await findPipeline(openPipelines(TOKEN), here, '1')).toEqual(
      complete({ ...found, isAuthorized: true }),
    );
    expect(await findPipeline(openPipelines(TOKEN), here, 'other')).toEqual(complete(undefined));
  });

  it('is found on whatever page of the list it stands', async () => {
    // Pages of two.
    for (const name of ['b', 'c', 'd', 'e'])
      session.azdo.pipelines.create('contoso', { project: 'Shop', name, path: '/azfed-verify.yml' });
    expect(await findPipeline(openPipelines(TOKEN), makeOrder(), 'e')).toMatchObject({
      value: { pipeline: { id: 5, name: 'e' } },
    });
    expect(await findPipeline(openPipelines(TOKEN), makeOrder(), 'other')).toEqual(complete(undefined));
  });

  it('is not known to be missing from a list whose end is not shown', async () => {
    for (const name of ['b', 'c', 'd', 'e'])
      session.azdo.pipelines.create('contoso', { project: 'Shop', name, path: '/azfed-verify.yml' });
    const { faults } = session.azdo;
    faults.next({ operation: 'pipelines' }, 'repeated-continuation-token', 3);
    expect(await findPipeline(openPipelines(TOKEN), makeOrder(), 'other')).toMatchObject({
      state: 'unknown',
      code: 'list-cut',
    });
    faults.clear();
    faults.next({ operation: 'pipelines' }, 'repeated-continuation-token', 3);
    expect(await findPipeline(openPipelines(TOKEN), makeOrder(), 'azfed-verify')).toMatchObject({
      value: { pipeline: { id: 1 } },
    });
  });

  it('is not known to be missing from a full page without a sign of more', async () => {
    const value = Array.from({ length: 1_000 }, (_, index) => ({ id: index + 1, name: `p${index + 1}` }));
    const { server, where } = await servePipelines(value);
    const found = await findPipeline(openPipelines(TOKEN), where, 'other');
    await server.close();
    expect(found).toMatchObject({ state: 'unknown', code: 'list-cut' });
  });

  it('is found beside one that cannot be read, which hides whether there are others', async () => {
    const value = [{ id: 1, name: null }, null, { id: 2, name: 'deploy' }];
    const { server, where } = await servePipelines(value);
    const found = await findPipeline(openPipelines(TOKEN), where, 'deploy');
    const other = await findPipeline(openPipelines(TOKEN), where, 'other');
    await server.close();
    expect(found).toMatchObject({ value: { pipeline: { id: 2 } } });
    expect(other).toMatchObject({ state: 'unknown', code: 'list-cut' });
  });

  it('runs the shipped YAML with the connection and the Region, on the branch that is asked for', async () => {
    await verify({ ref: 'refs/heads/next' });
    const [run] = runs();
    expect(run).toMatchObject({ refName: 'refs/heads/next', connectionIds: [makeOrder().connectionId] });
    expect(
      run?.steps.map(({ task, inputs }) => [task, inputs['awsCredentials'], inputs['regionName']]),
    ).toEqual([
      ['AWSCLI', 'aws-prod', 'eu-west-1'],
      ['AWSShellScript', 'aws-prod', 'eu-west-1'],
    ]);
    expect(authorized()).toEqual([]);
  });

  it('waits without the right to the connection, and that is said after ten minutes', async () => {
    const before = session.clock.now();
    expect(await verify({ isAuthorized: true })).toMatchObject({
      state: 'complete',
      value: { outcome: 'refused', failure: 'run.waits', tasks: [], authorization: 'there-before' },
    });
    expect(session.clock.now() - before).toBeGreaterThanOrEqual(10 * 60_000);
    expect(runs()).toMatchObject([{ steps: [{ log: [] }, { log: [] }] }]);
  });

  it('is not queued by somebody who may only read, and no right is given', async () => {
    expect(await verify({}, TOKEN)).toMatchObject({ state: 'unknown', code: 'forbidden' });
    expect([runs(), authorized()]).toEqual([[], []]);
  });

  it('has shown nothing when it names a connection that is not there, and loses its right again', async () => {
    expect(await verify({ connectionName: 'aws-other' })).toMatchObject({
      state: 'unknown',
      code: 'refused',
    });
    expect([runs(), authorized()]).toEqual([[], []]);
  });

  it('gets no token for a connection that its YAML does not name, and one for that which it does', async () => {
    const { connectionId: named } = makeOrder();
    const { azdo } = session;
    const other = azdo.connections.create('contoso', { project: 'Shop', name: 'other', useOidc: true });
    const job = azdo.jobs.start('contoso', { project: 'Shop', connections: [named] });
    const ask = (connectionId: string) =>
      fetch(
        `${job.collectionUri}${job.projectId}/_apis/distributedtask/hubs/build/plans/${job.planId}/jobs/${job.jobId}/oidctoken?serviceConnectionId=${connectionId}&api-version=7.1-preview.1`,
        { method: 'POST', headers: { authorization: `Bearer ${job.accessToken}` } },
      );
    expect((await ask(other.id)).status).toBe(403);
    expect((await ask(named)).status).toBe(200);
  });
});
