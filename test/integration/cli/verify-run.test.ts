import { UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import { openConsole } from '../../../infra/local/console-user.ts';
import { sample } from '../../../infra/local/sample.ts';
import type { Place } from './command-line.ts';
import { findConnectionId, enterPlace } from './command-line.ts';

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
const id = () => findConnectionId(place.cloud, 'Shop', 'aws-prod');
const pipelines = () => azdo().snapshot().organizations[0]?.pipelines;
const authorized = () => pipelines()?.pipelines.flatMap((pipeline) => pipeline.authorized);

/** Another YAML for the pipeline: a variable, and one step. */
function commit(variable: string, step: readonly string[]): void {
  const [first = '', ...rest] = step;
  const yaml = [
    'parameters: [{ name: connection, type: string }, { name: region, type: string }]',
    `variables: { ${variable} }`,
    'steps:',
    `  - ${first}`,
    ...rest.map((line) => `    ${line}`),
  ];
  azdo().pipelines.commit(organization, 'Shop', '/azfed-verify.yml', yaml.join('\n'));
}

interface ShownTask {
  readonly failure?: string;
  readonly evidence: string;
}

function parseActive(stdout: string): { readonly tasks: readonly ShownTask[] } {
  const { active } = JSON.parse(stdout) as { active: { value: { tasks: readonly ShownTask[] } } };
  return active.value;
}

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

  it.each([
    ['a session name', { roleSessionName: 'deploy' }, 'shop-prod/***'],
    ['a session name that is the name of the role', { roleSessionName: 'shop-prod' }, '***/***'],
    ['a session name that is a part of the words of the task', { roleSessionName: 'role' }, 'shop-prod/***'],
    ['a session name that is a part of every name', { roleSessionName: 'aws' }, 'shop-prod/***'],
    ['an external id that is the account', { externalId: ACCOUNT }, 'shop-prod/aws-vsts-tools'],
  ] as const)('proves it although the agent masks %s', async (_what, fields, end) => {
    azdo().connections.setFields(organization, id(), fields);
    const { code, stdout } = await run('--json');
    const { tasks } = parseActive(stdout);
    expect(tasks.map(({ failure, evidence }) => [failure, evidence.endsWith(`/${end}`)])).toEqual([
      [undefined, true],
      [undefined, true],
    ]);
    expect(code).toBe(0);
  });

  it.each([
    ['my session', 'sts.session-name-refused'],
    ['x', 'sts.session-name-refused'],
    ['x'.repeat(65), 'sts.session-name-refused'],
    ['déploiement', 'sts.session-name-refused'],
  ] as const)('says that STS refuses the session name %s', async (roleSessionName, failure) => {
    azdo().connections.setFields(organization, id(), { roleSessionName });
    const { code, stdout } = await run('--json');
    expect(code).toBe(1);
    expect(parseActive(stdout).tasks).toMatchObject([{ failure }, { failure }]);
  });

  it('says that the secret alone makes every task fail', async () => {
    azdo().connections.setFields(organization, id(), { secretAccessKey: 'planted-secret' });
    const { code, stdout } = await run('--json');
    expect(code).toBe(1);
    const failure = 'connection.half-key';
    expect(parseActive(stdout).tasks).toMatchObject([{ failure }, { failure }]);
  });

  it.each([
    ['aws.rolecredential.maxduration: 7200s', 1, 'sts.duration-too-long'],
    ['aws.rolecredential.maxduration: 899', 0, undefined],
    ['aws.rolecredential.maxduration: 1 hour', 0, undefined],
    ['AWS_DEFAULT_OUTPUT: text', 3, 'task.output-not-json'],
    ['AWS_DEFAULT_OUTPUT: table', 3, 'task.output-not-json'],
  ] as const)('says what the variable %s of the pipeline does', async (variable, exit, failure) => {
    commit(variable, [
      'task: AWSShellScript@1',
      'inputs: { awsCredentials: "${{ parameters.connection }}", inlineScript: aws sts get-caller-identity }',
    ]);
    const { code, stdout } = await run('--json');
    expect(parseActive(stdout).tasks.map((task) => task.failure)).toEqual([failure]);
    expect(code).toBe(exit);
  });

  it.each([
    ['echo done', {}, 3, 'task.powershell-silent'],
    ['aws sts get-caller-identity --output json', {}, 0, undefined],
    ['aws sts get-caller-identity --output text', {}, 3, 'task.powershell-silent'],
    ['aws sts get-caller-identity', { externalId: 'left-from-before' }, 1, 'task.external-id'],
  ] as const)('reads the PowerShell task that runs "%s"', async (script, fields, exit, failure) => {
    azdo().connections.setFields(organization, id(), fields);
    commit('none: none', [
      'task: AWSPowerShellModuleScript@1',
      `inputs: { awsCredentials: "\${{ parameters.connection }}", inlineScript: ${script} }`,
    ]);
    const { code, stdout } = await run('--json');
    expect(parseActive(stdout).tasks.map((task) => task.failure)).toEqual([failure]);
    expect(code).toBe(exit);
  });

  it('queues nothing and gives no right where nobody agrees', async () => {
    const { code, stderr } = await place.azfed(['verify', 'Shop/aws-prod', '--local', '--run']);
    expect(code).toBe(1);
    expect(stderr).toContain('Nothing was written.');
    expect([pipelines()?.runs, authorized()]).toEqual([[], []]);
  });

  it('explains the error of STS that the task swallows', async () => {
    const iam = openConsole(place.cloud.aws.url, place.cloud.aws.addAccount({ id: ACCOUNT }).credentials);
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
    const without = await place.azfed(['verify', 'Shop/aws-prod', '--local', '--ref', 'refs/heads/main']);
    expect([without.code, without.stderr]).toEqual([1, expect.stringContaining('Add --run')]);
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
