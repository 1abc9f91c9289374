import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { openConsole } from '../../../infra/local/console-user.ts';
import type { LocalCloud } from '../../../infra/local/local-cloud.ts';
import { createProjectAdmin } from '../../../infra/local/project-admin.ts';
import { sample } from '../../../infra/local/sample.ts';
import type { Folder, Said } from '../cli/command-line.ts';
import { createFolder } from '../cli/command-line.ts';
import { DEPLOYER, createDeployer, deployerSeen } from './deployer.ts';
import { getAccount, getCoordinates, startPlayground } from './playground.ts';

let cloud: LocalCloud;
let folder: Folder;

beforeEach(async () => {
  cloud = await startPlayground();
  folder = createFolder();
  folder.write('.azfed/local.json', JSON.stringify(getCoordinates(cloud)));
});

afterEach(async () => {
  folder.remove();
  await cloud.close();
});

/** As it is typed after `azfed local`. */
const typed = (words: readonly string[]): Promise<Said> => folder.azfed(['local', ...words]);

const NEXT = 'Now: azfed plan --local\n';
const admin = () => createProjectAdmin(cloud.azureDevOps.url, sample.organization, sample.adminToken);
const findLine = async (project: string, name: string) =>
  (await admin().list()).find((line) => line.project === project && line.name === name);

describe('azfed local tamper', () => {
  it('does it, says what in a line, and what to try next', async () => {
    const iam = openConsole(cloud.aws.url, getAccount(cloud, sample.accounts[1]).credentials);
    await createDeployer(iam);
    expect((await deployerSeen(iam)).boundary).toBeDefined();
    expect(await typed(['tamper', 'drop-boundary', 'deployer'])).toEqual({
      code: 0,
      stdout: `${DEPLOYER} has no permissions boundary any more.\n`,
      stderr: NEXT,
    });
    expect((await deployerSeen(iam)).boundary).toBeUndefined();
    iam.destroy();
  });

  it('answers with one JSON document', async () => {
    const { stdout } = await typed(['tamper', 'attach-admin', 'made-by-hand', '--json']);
    expect(JSON.parse(stdout)).toEqual({
      done: 'attach-admin',
      role: `arn:aws:iam::${sample.accounts[1]}:role/azure-devops/payments/made-by-hand`,
    });
  });
});

describe('azfed local azdo', () => {
  it.each([
    [
      ['rename', 'Shop', 'aws-prod', 'aws-live'],
      'Shop/aws-prod is now Shop/aws-live.',
      'Shop',
      'aws-live',
      {},
    ],
    [['rename-project', 'Shop', 'Shop 2'], 'Project Shop is now Shop 2.', 'Shop 2', 'aws-prod', {}],
    [['delete', 'Shop', 'aws-prod'], 'Deleted Shop/aws-prod.', 'Shop', 'aws-prod', undefined],
    [
      ['share', 'Shop', 'aws-prod', 'Platform'],
      'Shop/aws-prod is shared with Platform.',
      'Platform',
      'aws-prod-Platform',
      {},
    ],
    [
      ['role', 'Shop', 'aws-prod', 'arn:x'],
      'Shop/aws-prod asks for arn:x.',
      'Shop',
      'aws-prod',
      { roleArn: 'arn:x' },
    ],
    [
      ['oidc', 'Shop', 'aws-prod', 'off'],
      'OIDC is off in Shop/aws-prod.',
      'Shop',
      'aws-prod',
      { oidc: false },
    ],
    [
      ['oidc', 'Shop', 'aws-legacy', 'on'],
      'OIDC is on in Shop/aws-legacy.',
      'Shop',
      'aws-legacy',
      { oidc: true },
    ],
  ])('%j does it and says so', async (words, sentence, project, name, fields) => {
    expect(await typed(['azdo', ...words])).toEqual({ code: 0, stdout: `${sentence}\n`, stderr: NEXT });
    const line = await findLine(project, name);
    if (fields) expect(line).toMatchObject(fields);
    else expect(line).toBeUndefined();
  });

  it.each([
    [['create', 'Shop', 'aws-new', '--role', 'arn:x'], { type: 'AWS', roleArn: 'arn:x', oidc: true }],
    [['create', 'Shop', 'aws-new', '--no-oidc'], { type: 'AWS', roleArn: '', oidc: false }],
    [['recreate', 'Shop', 'aws-prod', '--type', 'generic'], { type: 'generic', oidc: true }],
  ])('%j says the new id', async (words, fields) => {
    const before = await findLine('Shop', words[2] ?? '');
    const { stdout, code } = await typed(['azdo', ...words]);
    const line = await findLine('Shop', words[2] ?? '');
    expect(code).toBe(0);
    expect(line).toMatchObject(fields);
    expect(line?.id).not.toBe(before?.id);
    expect(stdout).toContain(`${line?.id ?? 'no id'}.\n`);
  });

  it('disables, and enables again with --undo', async () => {
    const disabled = () =>
      cloud.azureDevOps
        .snapshot()
        .organizations.flatMap(({ connections }) => connections.filter(({ isDisabled }) => isDisabled))
        .length;
    await typed(['azdo', 'disable', 'Shop', 'aws-prod']);
    expect(disabled()).toBe(1);
    expect((await typed(['azdo', 'disable', 'Shop', 'aws-prod', '--undo'])).stdout).toBe(
      'Shop/aws-prod is enabled.\n',
    );
    expect(disabled()).toBe(0);
  });

  it('lists what there is, for people and as JSON', async () => {
    expect((await typed(['azdo', 'list'])).stdout).toMatch(/^Payments +aws-prod +AWS +oidc +arn:aws:iam::/m);
    expect(JSON.parse((await typed(['azdo', 'list', '--json'])).stdout)).toEqual(await admin().list());
  });

  it('shows a name that would rewrite the screen as what it is', async () => {
    const { stdout } = await typed(['azdo', 'create', 'Shop', 'aws-\u202Eprod']);
    expect(stdout).toContain('Shop/aws-\\u{202e}prod');
  });
});

describe('what a person can get wrong', () => {
  it.each([
    { words: ['tamper', 'open-trust', 'nobody'] },
    { words: ['tamper', 'open-trust', 'made-by-hand'] },
    { words: ['tamper', 'drop-boundary', 'made-by-hand'] },
    { words: ['tamper', 'open-trst', 'made-by-hand'] },
    { words: ['azdo', 'delete', 'Shop', 'nobody'] },
    { words: ['azdo', 'create', 'Nowhere', 'aws-prod'] },
    { words: ['azdo', 'create', 'Shop', 'aws-prod'] },
    { words: ['azdo', 'oidc', 'Shop', 'aws-prod', 'maybe'] },
  ])('$words ends in a sentence, not in a stack', async ({ words }) => {
    const { code, stdout, stderr } = await typed(words);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).not.toBe('');
    expect(stderr).not.toMatch(/^ +at /m);
  });

  it.each([
    { words: ['tamper', 'open-trust', 'made-by-hand'] },
    { words: ['azdo', 'delete', 'Shop', 'aws-prod'] },
    { words: ['azdo', 'list'] },
  ])('$words says how to start a cloud where none runs', async ({ words }) => {
    rmSync(join(folder.path, '.azfed/local.json'));
    const { code, stderr } = await typed(words);
    expect(code).toBe(1);
    expect(stderr).toContain('azfed local up');
  });
});
