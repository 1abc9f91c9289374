import { UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import { consoleOf } from '../../../infra/local/console-user.ts';
import { sample } from '../../../infra/local/sample.ts';
import type { Place } from './command-line.ts';
import { connectionIdOf, enterPlace } from './command-line.ts';

const { organization } = sample;
const ACCOUNT = '123456789012';
const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/shop-prod/aws-vsts-tools`;

let place: Place;
beforeEach(async () => {
  place = await enterPlace();
  await place.azfed(['apply', '--local', '--yes']);
});
afterEach(() => place.leave());

const run = (...typed: readonly string[]) =>
  place.azfed(['verify', 'Shop/aws-prod', '--local', '--run', '--yes', ...typed]);
const azdo = () => place.cloud.azureDevOps;
const id = () => connectionIdOf(place.cloud, 'Shop', 'aws-prod');
const pipelines = () => azdo().snapshot().organizations[0]?.pipelines;
const authorized = () => pipelines()?.pipelines.flatMap((pipeline) => pipeline.authorized);

describe('azfed verify --run', () => {
  it('proves with both tasks that the connection gets in, and takes back the right that it gave', async () => {
    const { code, stdout, stderr } = await run();
    expect(code).toBe(0);
    expect(stderr).toContain(
      '+ let the pipeline azfed-verify use aws-prod; taken back when the run has ended',
    );
    expect(stderr).toContain('Run 1 of azfed-verify is queued.');
    expect(stdout).toContain(`Who am I (AWSCLI)  ${SESSION}`);
    expect(stdout).toContain(`Who am I (AWSShellScript)  ${SESSION}`);
    expect(stdout).toContain('the right to use the connection was taken back');
    expect(authorized()).toEqual([]);
    expect(pipelines()?.runs).toMatchObject([{ result: 'succeeded', refName: 'refs/heads/main' }]);
  });

  it('leaves its trace: the next look tells of the job, and of CloudTrail', async () => {
    await run();
    const { code, stdout } = await place.azfed(['verify', 'Shop/aws-prod', '--local']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/CloudTrail +got in /);
    expect(stdout).toMatch(/jobs that named +succeeded .*\(azfed-verify\)/);
  });

  it('leaves a right that was there before', async () => {
    azdo().pipelines.authorize(organization, 'Shop', 1, id(), true);
    const { code, stdout } = await run('--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      depth: 'active',
      outcome: 'proven',
      active: { state: 'complete', value: { outcome: 'proven', authorization: 'there-before' } },
    });
    expect(authorized()).toEqual([id()]);
  });

  it('queues nothing and gives no right where nobody agrees', async () => {
    const { code, stderr } = await place.azfed(['verify', 'Shop/aws-prod', '--local', '--run']);
    expect(code).toBe(1);
    expect(stderr).toContain('Nothing was written.');
    expect([pipelines()?.runs, authorized()]).toEqual([[], []]);
  });

  it('explains the error of STS that the task swallows', async () => {
    const iam = consoleOf(place.cloud.aws.url, place.cloud.aws.addAccount({ id: ACCOUNT }).credentials);
    const provider = `arn:aws:iam::${ACCOUNT}:oidc-provider/vstoken.dev.azure.com/${sample.organizationId}`;
    const condition = { [`vstoken.dev.azure.com/${sample.organizationId}:sub`]: 'sc://contoso/Shop/other' };
    const Statement = {
      Effect: 'Allow',
      Action: 'sts:AssumeRoleWithWebIdentity',
      Principal: { Federated: provider },
      Condition: { StringEquals: condition },
    };
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'shop-prod', PolicyDocument }));
    const { code, stdout } = await run('--json');
    expect(code).toBe(1);
    const task = {
      outcome: 'refused',
      failure: 'sts.not-authorized',
      evidence: 'AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity',
    };
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: 'refused',
      active: { state: 'complete', value: { tasks: [task, task], authorization: 'taken-back' } },
    });
    expect(authorized()).toEqual([]);
  });

  it('sees that a task has taken keys in place of OIDC', async () => {
    // Keys that come while it is verified: what was read before the run does not show them.
    const play = azdo();
    const stop = play.onChange(() => {
      if (authorized()?.length !== 1 || pipelines()?.runs.length !== 0) return;
      stop();
      play.connections.setKeys(organization, id(), 'AKIAIOSFODNN7PLANTED', 'planted-secret');
    });
    const { code, stdout, stderr } = await run('--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: 'refused',
      static: { outcome: 'proven' },
      active: {
        value: { tasks: [{ failure: 'connection.uses-keys' }, { failure: 'connection.uses-keys' }] },
      },
    });
    expect(stdout + stderr).not.toContain('planted-secret');
    expect(stdout + stderr).not.toContain('AKIAIOSFODNN7PLANTED');
  });

  it('says how to make the pipeline where there is none', async () => {
    const { code, stderr } = await run('--pipeline', 'other');
    expect(code).toBe(1);
    expect(stderr).toContain('docs/pipelines/azfed-verify.yml');
    expect(authorized()).toEqual([]);
  });

  it('takes the right back when the run cannot be queued, and says why', async () => {
    azdo().pipelines.commit(organization, 'Shop', '/azfed-verify.yml', 'parameters: []\nsteps: []\n');
    const { code, stderr } = await run();
    expect(code).toBe(3);
    expect(stderr).toContain('The run has shown nothing: ');
    expect([pipelines()?.runs, authorized()]).toEqual([[], []]);
  });

  it('calls nothing proven while the log cannot be read', async () => {
    azdo().faults.next({ operation: 'pipelines' }, 'sign-in-page-203');
    const { code, stdout } = await run('--json');
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'unread', active: { state: 'unknown' } });
  });
});
