import { sample } from '../../../infra/local/sample.ts';
import { required } from '../../builders/stage.ts';
import { findConnectionId } from './command-line.ts';
import type { HooksPlace } from './hooks-place.ts';
import { enterHooksPlace } from './hooks-place.ts';

const { organization, adminToken, accounts } = sample;
const [main, second] = accounts;

const TENANT = '77a3b2c1-0000-4000-8000-0000000000aa';

/** Every connection of the organization holds static keys when the journey begins. */
const connections = [
  { project: 'Shop', name: 'aws-orders', account: main, role: 'azure-devops/shop/orders' },
  { project: 'Payments', name: 'aws-ledger', account: second, role: 'azure-devops/payments/ledger' },
  { project: 'Platform', name: 'aws-net', account: main, role: 'azure-devops/platform/net' },
] as const;
const named = ({ project, name }: (typeof connections)[number]) => `${project}/${name}`;
const formatRoleArn = ({ account, role }: (typeof connections)[number]) =>
  `arn:aws:iam::${account}:role/${role}`;

let place: HooksPlace;
beforeEach(async () => {
  place = await enterHooksPlace();
  const { azureDevOps, aws } = place.cloud;
  const [before] = azureDevOps.snapshot().organizations;
  for (const { id } of before?.connections ?? []) azureDevOps.connections.remove(organization, id);
  azureDevOps.organizations.connectTenant(organization, TENANT);
  for (const { project, name, account } of connections) {
    const { credentials } = required(
      aws.accounts.find(({ id }) => id === account),
      account,
    );
    azureDevOps.connections.create(organization, { project, name, ...credentials });
    azureDevOps.pipelines.authorize(
      organization,
      project,
      findPipeline(project),
      findConnectionId(place.cloud, project, name),
      true,
    );
  }
});
afterEach(() => place.leave());

/** Each project has one pipeline, made of the shipped YAML. */
function findPipeline(projectName: string): number {
  const [all] = place.cloud.azureDevOps.snapshot().organizations;
  const project = required(
    all?.projects.find(({ name }) => name === projectName),
    projectName,
  );
  return required(
    all?.pipelines?.pipelines.find(({ projectId }) => projectId === project.id),
    'pipeline',
  ).id;
}

const azfed = async (...typed: readonly string[]) => {
  const said = await place.azfed([...typed, '--local']);
  expect({ typed, code: said.code, stderr: said.code === 0 ? '' : said.stderr }).toEqual({
    typed,
    code: 0,
    stderr: '',
  });
  return said.stdout;
};

/** A run changes no more than a part of an account; the next one goes on. Everybody gets in between them as well. */
async function applyAll(): Promise<void> {
  for (let runs = 0; runs < 3; runs++) {
    await azfed('apply', '--yes');
    await assumeAllRoles();
  }
}

/** A run of a pipeline with the connection, as a team has them all day long: who it was in AWS, or why it failed. */
async function runPipeline({ project, name }: (typeof connections)[number]): Promise<string> {
  const { azureDevOps } = place.cloud;
  const pipeline = findPipeline(project);
  const { id } = azureDevOps.pipelines.queue(organization, {
    project,
    pipeline,
    refName: 'refs/heads/main',
    parameters: { connection: name },
  });
  const authorization = `Basic ${Buffer.from(`:${adminToken}`).toString('base64')}`;
  const address = `${azureDevOps.url}/${organization}/${project}/_apis/pipelines/${pipeline}/runs/${id}?api-version=7.1`;
  let state = '';
  while (state !== 'completed')
    ({ state } = (await (await fetch(address, { headers: { authorization } })).json()) as { state: string });
  const run = azureDevOps.snapshot().organizations[0]?.pipelines?.runs.find((one) => one.id === id);
  const log = run?.steps.flatMap((step) => step.log).join('\n') ?? '';
  return run?.result === 'succeeded' ? (/"Arn": "([^"]+)"/.exec(log)?.[1] ?? '') : log;
}

/** What every pipeline of the organization gets in AWS now; each has to get in. */
async function assumeAllRoles(): Promise<readonly string[]> {
  const who = await Promise.all(connections.map(runPipeline));
  for (const arn of who) expect(arn).toMatch(/^arn:aws:(iam::\d+:user|sts::\d+:assumed-role)\//);
  return who;
}

/** The organization's choice of issuers in the configuration. */
function choose(issuer: string): void {
  const text = place.read('.azfed/federation.yaml').replace(/ +issuer: \w+\n +entra: .*\n/, '');
  const chosen = `    ${issuer}\n    entra: { tenantId: "${TENANT}" }\n`;
  place.write('.azfed/federation.yaml', text.replace(/^( +)credential:/m, `${chosen}$1credential:`));
}

const issuerStatuses = async () =>
  (
    JSON.parse(await azfed('migrate', 'issuer', '--json')) as {
      connections: readonly { chosen: unknown; trusted: unknown }[];
    }
  ).connections.map(({ chosen, trusted }) => ({ chosen, trusted }));

const kinds = async () =>
  (
    JSON.parse(await azfed('status', '--credentials', '--json')) as {
      connections: readonly { credentials: string }[];
    }
  ).connections.map(({ credentials }) => credentials);

const parameters = () =>
  place.cloud.azureDevOps
    .snapshot()
    .organizations[0]?.connections.map((connection) => connection.parameters) ?? [];

it('leads from static keys everywhere to proven federation and past the retired issuer, with a run that gets in after every step', async () => {
  expect(new Set(await assumeAllRoles())).toEqual(
    new Set([`arn:aws:iam::${main}:user/admin`, `arn:aws:iam::${second}:user/admin`]),
  );
  expect(await kinds()).toEqual(['keys', 'keys', 'keys']);

  for (const connection of connections) {
    const typed = ['migrate', 'keys', named(connection), '--role', formatRoleArn(connection)];
    await azfed(...typed, '--dry-run');
    expect(await runPipeline(connection)).toContain('user/admin');
    await azfed(...typed, '--yes');
    await assumeAllRoles();
  }
  expect(await kinds()).toEqual(['federated', 'federated', 'federated']);
  expect(parameters()).toEqual(
    connections.map(
      () => expect.objectContaining({ useOIDC: 'true', username: '', password: '' }) as unknown,
    ),
  );

  for (const connection of connections) {
    const proof = JSON.parse(await azfed('verify', named(connection), '--run', '--yes', '--json')) as {
      outcome: string;
    };
    expect(proof.outcome).toBe('proven');
    await assumeAllRoles();
  }
  expect(await assumeAllRoles()).toEqual(
    connections.map(
      ({ account, role }) =>
        expect.stringContaining(
          `arn:aws:sts::${account}:assumed-role/${role.split('/').at(-1) ?? ''}/`,
        ) as unknown,
    ),
  );

  await azfed('hooks', 'install', '--yes');
  expect(new Set(await place.statuses())).toEqual(new Set(['enabled']));
  await assumeAllRoles();

  expect(await azfed('plan', '--detailed-exitcode')).toContain('Plan: nothing to do');

  const { azureDevOps } = place.cloud;
  choose('issuer: both');
  await applyAll();
  await assumeAllRoles();
  expect(await issuerStatuses()).toEqual(
    Array(3).fill({ chosen: ['vstoken', 'entra'], trusted: ['vstoken', 'entra'] }),
  );
  const [{ project, name }] = connections;
  const early = await place.azfed([
    'migrate',
    'issuer',
    `${project}/${name}`,
    '--finish',
    '--yes',
    '--local',
  ]);
  expect(early).toMatchObject({ code: 1, stderr: expect.stringContaining('was none of Entra') as string });

  azureDevOps.organizations.moveIssuer(organization, { tenantId: TENANT });
  await assumeAllRoles();
  for (const connection of connections) {
    await azfed('verify', named(connection), '--run', '--yes');
    await azfed('migrate', 'issuer', named(connection), '--finish', '--yes');
    await assumeAllRoles();
  }
  choose('issuer: entra');
  await applyAll();
  await assumeAllRoles();
  expect(await issuerStatuses()).toEqual(Array(3).fill({ chosen: ['entra'], trusted: ['entra'] }));
  expect(await azfed('plan')).not.toContain('issuer.retiring');

  // Off vstoken: its tokens get in no more.
  azureDevOps.organizations.moveIssuer(organization, undefined);
  expect(await runPipeline(connections[0])).toContain('Failed to assume role with OIDC');
});
