import type { IAMClient } from '@aws-sdk/client-iam';
import { GetRoleCommand } from '@aws-sdk/client-iam';
import type { ConsoleUser, Tampering } from '../../../infra/local/console-user.ts';
import { openConsole, createConsoleUser } from '../../../infra/local/console-user.ts';
import type { LocalCloud } from '../../../infra/local/local-cloud.ts';
import { sample } from '../../../infra/local/sample.ts';
import { ConfigError, UpstreamError } from '../../../shared/domain/kernel/errors.ts';
import { assume } from '../../builders/door.ts';
import { DEPLOYER, POWER_USER, READ_ONLY, createDeployer, deployerSeen } from './deployer.ts';
import { getAccount, consoleKeys, startPlayground } from './playground.ts';

const [, second] = sample.accounts;
const MADE_BY_HAND = `arn:aws:iam::${second}:role/azure-devops/payments/made-by-hand`;
const ADMIN = 'arn:aws:iam::aws:policy/AdministratorAccess';

let cloud: LocalCloud;
let iam: IAMClient;
let user: ConsoleUser;

beforeEach(async () => {
  cloud = await startPlayground();
  iam = openConsole(cloud.aws.url, getAccount(cloud, second).credentials);
  user = createConsoleUser(cloud.aws.url, consoleKeys(cloud));
  await createDeployer(iam);
});

afterEach(async () => {
  iam.destroy();
  await cloud.close();
});

type Seen = Awaited<ReturnType<typeof deployerSeen>>;
/** The one thing that changes. */
const effects: readonly (readonly [Tampering, (before: Seen) => Partial<Seen>])[] = [
  ['attach-admin', () => ({ attached: [ADMIN, POWER_USER, READ_ONLY] })],
  ['drop-boundary', () => ({ boundary: undefined })],
  ['raise-session', () => ({ session: 43_200 })],
  ['add-audience', ({ audiences }) => ({ audiences: ['another-audience', ...audiences] })],
];

describe('somebody at the console', () => {
  it.each(effects)('%s changes that and nothing else', async (what, effect) => {
    const before = await deployerSeen(iam);
    await user.tamper(what, DEPLOYER);
    const after = await deployerSeen(iam);
    expect(after).not.toEqual(before);
    expect(after).toEqual({ ...before, ...effect(before) });
  });

  it.each([
    ['put-inline', 'just-for-now', 'Allow'],
    ['deny-all', 'incident', 'Deny'],
  ] as const)('%s leaves an inline policy %s that says %s to everything', async (what, policy, Effect) => {
    const before = await deployerSeen(iam);
    await user.tamper(what, DEPLOYER);
    const { inline, ...rest } = await deployerSeen(iam);
    expect({ ...rest, inline: before.inline }).toEqual(before);
    expect(Object.keys(inline)).toEqual([policy]);
    expect(parseStatement(inline[policy] ?? '')).toEqual({ Effect, Action: ['*'], Resource: ['*'] });
  });

  it('opens a trust to every connection and pipeline of the organization', async () => {
    const impostors = await Promise.all([requestToken('Platform', 'aws-network'), requestToken('Shop')]);
    const owner = await requestToken('Payments', 'aws-prod');
    const assumeAll = (tokens: readonly string[]) =>
      Promise.all(tokens.map((token) => assume(cloud.aws.url, DEPLOYER, token)));
    expect(await assumeAll([owner, ...impostors])).toEqual(['in', 'refused', 'refused']);
    await user.tamper('open-trust', DEPLOYER);
    expect(await assumeAll([owner, ...impostors])).toEqual(['in', 'in', 'in']);
  });

  it('deletes a role whose policies fill more than a page, and leaves the others', async () => {
    for (const what of ['attach-admin', 'put-inline', 'deny-all'] as const) await user.tamper(what, DEPLOYER);
    await user.tamper('delete-role', DEPLOYER);
    await expect(iam.send(new GetRoleCommand({ RoleName: 'deployer' }))).rejects.toMatchObject({
      name: 'NoSuchEntityException',
    });
    expect(await user.findRole('made-by-hand')).toBe(MADE_BY_HAND);
  });

  it.each(['open-trust', 'add-audience'] as const)(
    'does not claim %s of a role that trusts no provider',
    async (what) => {
      await expect(user.tamper(what, MADE_BY_HAND)).rejects.toThrow(ConfigError);
    },
  );

  it("gives IAM's sentence when it refuses", async () => {
    const dropped = user.tamper('drop-boundary', MADE_BY_HAND);
    await expect(dropped).rejects.toThrow(UpstreamError);
    await expect(dropped).rejects.toThrow('The role made-by-hand has no permissions boundary.');
  });
});

describe('findRole', () => {
  it.each(['deployer', DEPLOYER])('finds %s in whichever account it is', async (typed) => {
    expect(await user.findRole(typed)).toBe(DEPLOYER);
  });

  it('lists the roles that there are when none has the name', async () => {
    const found = user.findRole('nobody');
    await expect(found).rejects.toThrow(ConfigError);
    await expect(found).rejects.toThrow(DEPLOYER);
  });

  it('lists the roles that share a name, and takes the ARN of one', async () => {
    const arns = sample.accounts.map((id) => getAccount(cloud, id).spokeRoleArn);
    await expect(user.findRole('azfed-spoke')).rejects.toThrow(
      `2 roles have this name. Choose one of: ${arns.join(', ')}.`,
    );
    expect(await user.findRole(arns[0] ?? '')).toBe(arns[0]);
  });
});

/** Of a connection, or without its name of the pipeline itself. */
function requestToken(project: string, name?: string): Promise<string> {
  const { organization } = sample;
  if (name === undefined) return cloud.azureDevOps.mintToken({ organization, project });
  const all = cloud.azureDevOps.snapshot().organizations;
  const projectId = all.flatMap(({ projects }) => projects).find((one) => one.name === project)?.id;
  const connection = all
    .flatMap(({ connections }) => connections)
    .find(({ references }) => references.some((one) => one.projectId === projectId && one.name === name));
  if (!connection) throw new Error(`The sample has no connection ${project}/${name}.`);
  return cloud.azureDevOps.mintToken({ organization, project, connectionId: connection.id });
}

interface Document {
  readonly Statement: unknown;
}

/** IAM tells a scalar as a list of one, or the other way round, as it likes. */
function parseStatement(document: string): Readonly<Record<string, unknown>> {
  const [statement] = [(JSON.parse(document) as Document).Statement].flat() as Record<string, unknown>[];
  return { ...statement, Action: [statement?.['Action']].flat(), Resource: [statement?.['Resource']].flat() };
}
