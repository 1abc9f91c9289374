import { invokedFunctions } from '../../shared/contract/service-limits.ts';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  CreateRoleCommand,
  DisableOutboundWebIdentityFederationCommand,
  GetRoleCommand,
  NoSuchEntityException,
  UpdateRoleCommand,
} from '@aws-sdk/client-iam';
import { parse, stringify } from 'yaml';
import { listDeployerRights } from '../../infra/aws/permissions.ts';
import { buildPolicy } from '../../infra/aws/policy-statement.ts';
import { HUB_ACCOUNT } from '../../infra/local/aws/state/accounts.ts';
import { AWS_ORGANIZATION } from '../../infra/local/aws/state/world.ts';
import { openConsole } from '../../infra/local/console-user.ts';
import { sample } from '../../infra/local/sample.ts';
import {
  deploySpokeRoles,
  makePermissionSet,
  makeSetPattern,
  signInWithSet,
} from '../builders/permission-sets.ts';
import type { Place, Said, Variables } from '../integration/cli/command-line.ts';
import { enterPlace, findConnectionId } from '../integration/cli/command-line.ts';
import { getAccount } from '../integration/local-play/playground.ts';
import { createAttempts, isAllowed } from './deploying/attempts.ts';
import type { DeployedHub } from './deploying/hub.ts';
import { bootstrapHub, deployHub } from './deploying/hub.ts';
import type { PageCommand } from './deploying/page-commands.ts';
import { readBlocks, readPageCommands } from './deploying/page-commands.ts';
import type { Tools } from './deploying/tools.ts';
import { startTools } from './deploying/tools.ts';

const PAGE = resolve('docs/deploy.md');
const PEOPLE = ['deployer', 'reader', 'operator', 'approver', 'retirer'] as const;
type Person = (typeof PEOPLE)[number];

const [MAIN, SECOND] = sample.accounts;
/** That of the sample, which its organization is connected to. */
const TENANT = '5bb3ca2a-4b35-4d0c-9c7e-0c0f5e1f1a02';

let place: Place;
let tools: Tools;
let hub: DeployedHub | undefined;
let movedMs = 0;
const sessions = new Map<string, Variables>();
/** What `export` has set, for whoever goes on in the same terminal. */
const exported: Record<string, string> = {};
const failed: string[] = [];
const leftOut: string[] = [];

/** AWS credentials, and the person's own token of Azure DevOps. */
function getVariables(person: string): Variables {
  const { AZURE_DEVOPS_PAT: _, ...variables } = place.variables;
  return {
    ...variables,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: place.cloud.secrets.url,
    AZURE_DEVOPS_EXT_PAT: sample.readerToken,
    ...exported,
    ...sessions.get(person),
  };
}

const azfed = (person: string, ...typed: readonly string[]): Promise<Said> =>
  place.azfed(typed, getVariables(person));

async function authenticate(person: Person, name?: string): Promise<void> {
  const set = `${person.charAt(0).toUpperCase()}${person.slice(1)}`;
  const keys = await signInWithSet(place.cloud, `Azfed${set}`, name ?? `${person}@example.com`);
  sessions.set(person, keys);
}

const editConfiguration = (edit: (text: string) => string): void => {
  place.write('federation.yaml', edit(place.read('federation.yaml')));
};

/** What the page says to write, with the accounts of the sample and the credential that the script has printed. */
function fillConfiguration(): void {
  const page = readFileSync(PAGE, 'utf8');
  const [shown = ''] = readBlocks(page, 'yaml');
  const { people, ...rest } = parse(shown) as Record<string, object>;
  const written = parse(place.read('federation.yaml')) as {
    organizations: object[];
    grants: object[];
  };
  const credential = { ...printedCredential, authority: place.cloud.entra.url };
  const document = {
    ...written,
    ...rest,
    organizations: written.organizations.map((one) => ({ ...one, credential })),
    accounts: sample.accounts.map((id, index) => ({ id, name: sample.accountNames[index] })),
    grants: written.grants.map((grant) => ({ ...grant, retire: 'delete', maxSessionDuration: 7200 })),
    people: { ...people, retirers: [makeSetPattern('AzfedRetirer')] },
  };
  place.write('federation.yaml', stringify(document));
}
let printedCredential: { readonly clientId?: string } = {};
let printedObjectId = '';

function getContext(): Readonly<Record<string, unknown>> {
  const [settings = '{}'] = readBlocks(readFileSync(PAGE, 'utf8'), 'json');
  return {
    ...(JSON.parse(settings) as object),
    organizationId: AWS_ORGANIZATION,
    configuration: join(place.path, 'federation.yaml'),
  };
}

/** As which person of Azure DevOps: docs/credentials.md. */
function becomeAdministrator(): void {
  exported['AZURE_DEVOPS_EXT_PAT'] = sample.adminToken;
}

function becomeReader(): void {
  exported['AZURE_DEVOPS_EXT_PAT'] = sample.readerToken;
}

/** The settings of the page, where `azfed template` and `cdk` read them. */
function writeSettings(): void {
  const { configuration: _, ...context } = getContext();
  place.write('cdk.json', JSON.stringify({ context }));
}

function writeToken(): void {
  place.write('token.txt', sample.readerToken);
}

function allowWrites(): void {
  editConfiguration((text) => text.replaceAll('mode: observe', 'mode: enforce'));
}

function addHooks(): void {
  const hooks = { url: 'http://127.0.0.1:9/hooks/azure-devops', secret: hub?.hookSecret };
  editConfiguration((text) => `${text}${stringify({ hooks })}`);
}

/** A change that waits for a second person: the grant makes sessions longer, and somebody has shortened them. */
async function makeConflict(duration: number): Promise<void> {
  const iam = openConsole(place.cloud.aws.url, getAccount(place.cloud, MAIN).credentials);
  await iam.send(new UpdateRoleCommand({ RoleName: 'network', MaxSessionDuration: 3600 }));
  iam.destroy();
  editConfiguration((text) => text.replaceAll(/maxSessionDuration: \d+/g, `maxSessionDuration: ${duration}`));
}

async function readPlanId(person: Person): Promise<string> {
  const { stdout } = await azfed(person, 'plan', '--json');
  return (JSON.parse(stdout) as { readonly planId: string }).planId;
}

/** What the reader of the page does before a command, and the text beside it says. */
const beforehand: readonly (readonly [command: RegExp, section: RegExp, work: () => unknown])[] = [
  [/^azfed secrets create token/, /Azure DevOps/, writeToken],
  [/^azfed validate/, /what is allowed/, fillConfiguration],
  [/^azfed access/, /what is allowed/, becomeAdministrator],
  [/^npx cdk bootstrap/, /hub/, becomeReader],
  [/^azfed template/, /accounts/, writeSettings],
  [/^azfed publish/, /let it write/, allowWrites],
  [
    /^azfed approve/,
    /let it write/,
    async () => {
      // The next run of the service makes the roles.
      await expectDone(azfed('operator', 'apply', '--yes'));
      await makeConflict(14400);
      exported['PLAN_ID'] = await readPlanId('approver');
    },
  ],
  [/^azfed publish/, /service hooks/, addHooks],
];

/** Examples of the page, and what stands for them here. */
const examples = (text: string) =>
  text
    .replace('--organization contoso', `--organization ${place.cloud.azureDevOps.url}/${sample.organization}`)
    .replace(/plan-0123456789abcdef/, exported['PLAN_ID'] ?? '')
    .replace('--object-id ...', `--object-id ${printedObjectId}`)
    .replace('sh docs/', `sh ${resolve('docs')}/`);

interface Outcome {
  readonly code: number | null;
  readonly said: string;
}

type Rule = readonly [
  command: RegExp,
  follow: string | ((command: PageCommand, text: string) => Promise<Outcome>),
];

const done = { code: 0, said: '' };

/** Each command of the page is done by one of these, or has the reason why not. */
const rules: readonly Rule[] = [
  [/^npm ci$/, 'It installs packages; the package and this test do.'],
  [/^azfed reconcile --remote$/, 'No function runs here: test/integration/cli/reconcile-remote.test.ts.'],
  [
    /^export (\w+)=\.\.\.$/,
    (_, text) => {
      const [, name = ''] = /^export (\w+)/.exec(text) ?? [];
      exported[name] = name === 'AZURE_DEVOPS_EXT_PAT' ? sample.adminToken : sample.readerToken;
      return Promise.resolve(done);
    },
  ],
  [
    /^azfed (?!reconcile --remote)/,
    async ({ by }, text) => {
      const typed = [...text.split(' ').slice(1), ...confirmed(text)];
      const { code, stdout, stderr } = await azfed(by, ...typed);
      return { code, said: stdout + stderr };
    },
  ],
  [/^(?:aws|sh) /, ({ by }, text) => tools.run(text, getVariables(by))],
  [/^npx cdk bootstrap$/, async () => bootstrapHub(place.cloud).then(() => done)],
  [
    /^npx cdk deploy --all$/,
    async ({ by }) => {
      expect(await isAllowed(getAttempts()['deploy the stack'], toKeys(by))).toBe(true);
      hub = await deployHub(place.cloud, getContext());
      // They are asked whether they may be started; here they do nothing.
      for (const name of invokedFunctions)
        place.cloud.aws.functions.put(`azfed-${name}`, () => Promise.resolve(null));
      for (const person of PEOPLE) await authenticate(person);
      return done;
    },
  ],
];

const confirmed = (text: string) =>
  /^azfed (?:publish|bootstrap|approve|hooks install|access grant|secrets create)/.test(text)
    ? ['--yes']
    : [];

function findRule(text: string): Rule[1] {
  const [rule, ...others] = rules.filter(([pattern]) => pattern.test(text));
  if (!rule || others.length > 0) throw new Error(`${text}: ${others.length + 1} rules, instead of one`);
  return rule[1];
}

async function follow(command: PageCommand): Promise<void> {
  const { section, by, text } = command;
  const how = findRule(text);
  for (const [pattern, title, work] of beforehand)
    if (pattern.test(text) && title.test(section)) await work();
  if (typeof how === 'string') {
    leftOut.push(text);
    return;
  }
  const { code, said } = await how(command, examples(text));
  if (code !== 0) failed.push(`${by}: ${text}: ${code ?? ''} ${said}`);
  notePrinted(said);
}

/** What the script has printed for the reader to write and to type. */
function notePrinted(said: string): void {
  const [, printed] = /credential: (\{ type: entra.*\})/.exec(said) ?? [];
  if (printed !== undefined) printedCredential = parse(printed) as typeof printedCredential;
  printedObjectId ||= /--object-id (\S+)$/m.exec(said)?.[1] ?? '';
}

async function expectDone(said: Promise<Said>): Promise<void> {
  const { code, stdout, stderr } = await said;
  expect(code === 0 ? '' : stdout + stderr).toBe('');
}

function toKeys(person: string) {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId = '',
    AWS_SECRET_ACCESS_KEY: secretAccessKey = '',
    AWS_SESSION_TOKEN: sessionToken = '',
  } = sessions.get(person) ?? {};
  return { accessKeyId, secretAccessKey, sessionToken };
}

const getAttempts = () =>
  createAttempts(place.cloud, {
    account: MAIN,
    bucket: hub?.bucket ?? '',
    hookSecret: hub?.hookSecret ?? '',
  });

async function prepare(): Promise<void> {
  const now = Date.now;
  jest.spyOn(Date, 'now').mockImplementation(() => now() + movedMs);
  place = await enterPlace();
  const { cloud, path } = place;
  const iam = openConsole(cloud.aws.url, cloud.aws.hubCredentials);
  await iam.send(new DisableOutboundWebIdentityFederationCommand({}));
  iam.destroy();
  const account = openConsole(cloud.aws.url, getAccount(cloud, MAIN).credentials);
  const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Principal: '*', Action: '*' }] };
  const administrators = { RoleName: 'administrators', AssumeRolePolicyDocument: JSON.stringify(trust) };
  await account.send(new CreateRoleCommand(administrators));
  account.destroy();
  const rights = listDeployerRights({ partition: 'aws', hub: HUB_ACCOUNT, name: 'azfed' });
  makePermissionSet(cloud, 'AzfedDeployer', [['deployer', JSON.stringify(buildPolicy(rights))]]);
  await authenticate('deployer');
  sessions.set('administrator', {
    AWS_ACCESS_KEY_ID: cloud.aws.hubCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: cloud.aws.hubCredentials.secretAccessKey,
  });
  tools = await startTools({
    cloud,
    folder: path,
    tenantId: TENANT,
    getHub: () => hub?.template,
    async deployAccounts(template) {
      for (const id of sample.accounts) {
        const console = openConsole(cloud.aws.url, getAccount(cloud, id).credentials);
        await deploySpokeRoles(console, template, id);
        console.destroy();
      }
    },
  });
}

beforeAll(async () => {
  await prepare();
  for (const command of readPageCommands(PAGE)) await follow(command);
}, 300_000);
afterAll(async () => {
  jest.restoreAllMocks();
  await tools.close();
  await place.leave();
});

it('is followed from its first command to its last, each by whom it names', () => {
  expect(failed).toEqual([]);
  expect(leftOut).toEqual(['npm ci', 'azfed reconcile --remote']);
  const { applications } = place.cloud.entra.snapshot();
  expect(
    applications.find(({ clientId }) => clientId === printedCredential.clientId)?.federatedCredentials,
  ).toEqual([
    {
      issuer: expect.stringMatching(/^https:\/\/.*\.tokens\.sts\.global\.api\.aws$/) as string,
      subject: hub?.entraSubject,
      audience: 'api://AzureADTokenExchange',
    },
  ]);
});

describe('on its deployment', () => {
  const everybody = ['reader', 'operator', 'approver', 'retirer'];
  it.each<[keyof ReturnType<typeof getAttempts>, readonly string[]]>([
    ['deploy the stack', ['deployer']],
    ['enter an account to look', everybody],
    ['enter an account to write', ['operator', 'retirer']],
    ['enter an account to delete', ['retirer']],
    ['start a run of the service', ['operator', 'retirer']],
    ['read records', everybody],
    ['write decisions', ['operator', 'approver', 'retirer']],
    ['write records of an account', ['operator', 'retirer']],
    ['delete decisions', []],
    ['read what is published', everybody],
    ['publish a configuration', ['operator', 'retirer']],
    ['replace a published configuration', []],
    ['read the password of the hook', ['operator', 'retirer']],
    ['read the token of an organization', []],
    ['renew the token of an organization', ['deployer']],
    ['let somebody into a function', []],
    ['let somebody into the role that looks', []],
    ['let somebody into the role that writes', []],
    ['let somebody into the role that deletes', []],
    ['give the role that writes everything', []],
    ['give the role that deletes everything', []],
    ['let somebody into a role outside of the grants', []],
    ['take the boundary from a role of a grant', []],
    ['take policies from the role that looks', []],
  ])('%s: %j, and nobody else', async (what, whoMay) => {
    const may: string[] = [];
    for (const person of PEOPLE) if (await isAllowed(getAttempts()[what], toKeys(person))) may.push(person);
    expect(may.sort()).toEqual([...whoMay].sort());
  });

  it('not even an administrator publishes a configuration', async () => {
    const keys = place.cloud.aws.hubCredentials;
    expect(await isAllowed(getAttempts()['publish a configuration'], keys)).toBe(false);
  });

  const steps = readPageCommands(PAGE).filter(
    ({ by, text }) => /^(?:aws|sh) /.test(text) && by !== 'administrator',
  );
  it.each(steps)('$by alone: $text', async ({ text }) => {
    for (const person of ['operator', 'approver']) {
      const line = [examples(text), getVariables(person)] as const;
      const { code, said } = await (text.startsWith('aws ') ? tools.runAws(...line) : tools.run(...line));
      expect([person, code === 0 ? '' : said]).toEqual([person, expect.stringMatching(/AccessDenied/)]);
    }
  });
});

async function hasRole(name: string): Promise<boolean> {
  const iam = openConsole(place.cloud.aws.url, getAccount(place.cloud, SECOND).credentials);
  try {
    await iam.send(new GetRoleCommand({ RoleName: name }));
    return true;
  } catch (error) {
    if (error instanceof NoSuchEntityException) return false;
    throw error;
  } finally {
    iam.destroy();
  }
}

it('deletes a role that is retired by two people: one who may delete, and another who approves', async () => {
  const { cloud } = place;
  cloud.azureDevOps.connections.remove(sample.organization, findConnectionId(cloud, 'Payments', 'aws-prod'));
  const retire = ['retire', 'Payments/aws-prod', '--reason', 'deleted with its project', '--yes'];
  for (const person of ['operator', 'approver'])
    expect((await azfed(person, ...retire)).stderr).toContain('This is for retirers');
  await expectDone(azfed('retirer', ...retire));
  movedMs += 31 * 86_400_000;
  for (const person of PEOPLE) await authenticate(person);

  const apply = async (person: string) => (await azfed(person, 'apply', '--yes')).stdout;
  const approve = async (person: string) =>
    expectDone(azfed(person, 'approve', await readPlanId(person as Person), '--yes'));
  expect(await apply('retirer')).toContain('1 blocked');
  await approve('retirer');
  expect(await apply('retirer')).toContain('Run held: 1 blocked.');
  expect(await hasRole('payments-prod')).toBe(true);
  await approve('approver');
  expect(await apply('operator')).toMatch(
    /AzfedOperator\S+ is not authorized to perform: sts:AssumeRole.*for retirers.*people\.retirers/,
  );
  expect(await hasRole('payments-prod')).toBe(true);
  expect(await apply('retirer')).toContain('Done: 1 role deleted.');
  expect(await hasRole('payments-prod')).toBe(false);
}, 300_000);
