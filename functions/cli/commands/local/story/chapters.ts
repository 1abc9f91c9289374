import { GetRoleCommand } from '@aws-sdk/client-iam';
import { AssumeRoleWithWebIdentityCommand, STSClient, STSServiceException } from '@aws-sdk/client-sts';
import { openConsole, createConsoleUser } from '../../../../../infra/local/console-user.ts';
import { sample } from '../../../../../infra/local/sample.ts';
import { planRun } from '../../../../../shared/application/run/reconcile.ts';
import type { RoleChange } from '../../../../../shared/domain/plan/change.ts';
import type { Stage } from './stage.ts';
import type { Teller } from './teller.ts';
import { displayName } from '../../../../../shared/domain/azure-devops/service-connection.ts';
import type { Binding } from '../../../../../shared/domain/desired/bindings.ts';

/** A federated connection and its role. */
interface Federated extends TokenHolder {
  readonly roleArn: string;
}

export async function observeStage(stage: Stage, { chapter, say, check }: Teller): Promise<void> {
  say(
    'Pipelines in Azure DevOps deploy to AWS. Each signs in with a service connection, and each connection should get into one role of AWS: its own. With OIDC it does so by a token that lives for five minutes, and no access key is stored anywhere. The list of who may use a role stands in AWS, in the trust of the role. azfed writes that list, and keeps it right.',
  );
  say(
    'Everything below happens now, in a copy of both clouds on this machine. Each line with "ok" was checked.',
  );
  chapter('What there is: the company contoso, 13 connections, two AWS accounts');
  const { ports, configuration } = stage;
  const { changes, findings } = await planRun(ports, configuration, { trigger: 'person' });
  say('Seven connections ask for a role by OIDC, as the rules of contoso allow. azfed would create:');
  const created = changes.filter((one) => one.target === 'role');
  for (const change of created)
    say(`+ ${displayName(change.bindings[0]?.references ?? [])}: the role ${formatRole(change.roleArn)}`);
  const found = new Set(findings.flatMap(({ connectionId }) => connectionId ?? []));
  for (const { bindings } of created) for (const { connectionId } of bindings) found.delete(connectionId);
  say(
    `The other ${found.size} connections have something that a person should look at, such as a stored access key or a role that the rules do not allow. azfed names them and leaves them alone.`,
  );
  check(
    `${changes.length} changes are planned, and nothing is written yet`,
    changes.length === 9 && countWrites(stage).iam === 0,
  );
}

/** Account and name: `123456789012/shop-prod`. */
const formatRole = (arn: string) => arn.replace(/^arn:[^:]+:iam::(\d+):role.*\/([^/]+)$/, '$1/$2');

export async function federate(stage: Stage, { chapter, say, check }: Teller): Promise<readonly Federated[]> {
  chapter('azfed creates the roles');
  say(
    'First each account learns to check the signature of Azure DevOps. Then each role is made with an empty list of who may use it, and opened when everything else about it is right.',
  );
  const { plan, results, outcome } = await stage.runOnce();
  const roles = plan.changes.filter(
    (change): change is typeof change & RoleChange => change.target === 'role',
  );
  check(
    `${results.length} changes are made, and each was read back from AWS`,
    outcome === 'changed' && results.every(({ result }) => result === 'done'),
  );
  return roles.flatMap(({ bindings, roleArn }) =>
    bindings.map((binding) => ({ ...toTokenHolder(binding), roleArn })),
  );
}

export async function prove(
  stage: Stage,
  { chapter, say, check }: Teller,
  federated: readonly Federated[],
): Promise<void> {
  chapter('Does it work? Real tokens are taken to AWS');
  say(
    'Three try to use each role: a pipeline with its connection, a pipeline with another connection, and a pipeline with none.',
  );
  for (const [index, one] of federated.entries()) {
    const neighbour = federated[(index + 1) % federated.length] ?? one;
    const own = await assume(stage, one.roleArn, await mintToken(stage, one));
    const foreign = await assume(stage, one.roleArn, await mintToken(stage, neighbour));
    const pipeline = await assume(stage, one.roleArn, await mintToken(stage, { project: one.project }));
    check(
      `${one.project} / ${one.name} gets into its role, and the other two do not`,
      own.result === 'in' && foreign.result === 'refused' && pipeline.result === 'refused',
    );
  }
}

export async function tamperAndRepair(
  stage: Stage,
  { chapter, say, check }: Teller,
  federated: readonly Federated[],
): Promise<void> {
  chapter('Somebody changes two roles by hand in the AWS console');
  say(
    'One role now accepts every connection of contoso. Another one loses the boundary that limits what it may do.',
  );
  const { cloud } = stage;
  const opened = roleNamed(federated, 'shop-prod');
  const dropped = roleNamed(federated, 'payments-prod');
  const impostor = roleNamed(federated, 'network');
  const user = createConsoleUser(
    cloud.aws.url,
    Object.fromEntries(cloud.aws.accounts.map(({ id, credentials }) => [id, credentials])),
  );
  await user.tamper('open-trust', opened.roleArn);
  await user.tamper('drop-boundary', dropped.roleArn);
  const token = await mintToken(stage, impostor);
  check(
    `${impostor.project} / ${impostor.name} can now use the role of ${opened.project} / ${opened.name}, which it must not`,
    (await assume(stage, opened.roleArn, token)).result === 'in',
  );

  const before = cloud.receiver.received.length;
  stage.wait(15 * 60_000);
  const { plan } = await stage.runOnce();
  for (const { reason } of plan.changes) say(`~ ${reason}`);
  check(
    'a quarter of an hour later azfed runs, finds both changes and nothing else, and undoes them',
    plan.changes.length === 2 && plan.changes.every(({ cause }) => cause === 'drift'),
  );
  check(
    `${impostor.project} / ${impostor.name} is refused again`,
    (await assume(stage, opened.roleArn, await mintToken(stage, impostor))).result === 'refused',
  );
  check('the boundary is back', (await readBoundary(stage, dropped.roleArn)) !== undefined);
  const notified = cloud.receiver.received.slice(before);
  const drift = notified.filter(({ type }) => type === 'connection.drift-detected.v1');
  check(
    `the people on call got ${notified.length} signed messages about it`,
    drift.length === 2 && notified.every(({ verified }) => verified),
  );
}

export async function renameProject(
  stage: Stage,
  { chapter, say, check }: Teller,
  federated: readonly Federated[],
): Promise<void> {
  chapter('The project Shop gets another name: Shop Europe');
  const one = roleNamed(federated, 'shop-prod');
  const underWay = await mintToken(stage, one);
  stage.cloud.azureDevOps.projects.rename(sample.organization, 'Shop', 'Shop Europe');
  const renamed = { ...one, project: 'Shop Europe' };
  say('A token names its project, so that a rename would lock every pipeline of the project out.');
  check(
    'a pipeline that was already running still gets in',
    (await assume(stage, one.roleArn, underWay)).result === 'in',
  );
  const { plan } = await stage.runOnce();
  check(
    `azfed accepts the new name in the ${plan.changes.length} roles of the project`,
    plan.changes.length === 3 && plan.changes.every(({ cause }) => cause === 'change'),
  );
  check(
    'the pipeline that was already running gets in as before',
    (await assume(stage, one.roleArn, underWay)).result === 'in',
  );
  check(
    'a pipeline under the new name gets in',
    (await assume(stage, one.roleArn, await mintToken(stage, renamed))).result === 'in',
  );
  stage.wait(31 * 60_000);
  await stage.runOnce();
  check(
    'half an hour later the new name still gets in',
    (await assume(stage, one.roleArn, await mintToken(stage, renamed))).result === 'in',
  );
  check(
    'and the old name, which anybody could take by now, is no longer accepted',
    !(await readTrust(stage, one.roleArn)).includes('/Shop/'),
  );
}

export async function recreateConnection(
  stage: Stage,
  { chapter, say, check }: Teller,
  federated: readonly Federated[],
): Promise<void> {
  chapter('Somebody deletes a connection and makes another one with its name');
  const one = roleNamed(federated, 'payments-prod');
  const again = stage.cloud.azureDevOps.connections.recreate(sample.organization, one.id);
  const { plan } = await stage.runOnce();
  const newHolder = { ...one, id: again.id };
  say(
    'Its tokens look exactly like those of the deleted one, and AWS cannot distinguish them. azfed knows the id of the connection to which it gave the role, and this is another one.',
  );
  check(
    'azfed sees it, closes the role, and asks a person to decide',
    plan.findings.some(({ code }) => code === 'connection.recreated'),
  );
  check(
    'the new connection is refused',
    (await assume(stage, one.roleArn, await mintToken(stage, newHolder))).result === 'refused',
  );
  const neighbour = roleNamed(federated, 'payments-staging');
  check(
    'the connection beside it still gets in',
    (await assume(stage, neighbour.roleArn, await mintToken(stage, neighbour))).result === 'in',
  );
}

export async function rest(stage: Stage, { chapter, check }: Teller): Promise<void> {
  chapter('Nothing is left to do');
  await stage.runOnce();
  const before = countWrites(stage);
  const { outcome } = await stage.runOnce();
  const after = countWrites(stage);
  check(
    'azfed looks once more, finds everything as it should be, and writes nothing',
    outcome === 'converged' && after.iam === before.iam && after.table === before.table,
  );
}

function roleNamed(federated: readonly Federated[], name: string): Federated {
  const found = federated.find(({ roleArn }) => roleArn.endsWith(`/${name}`));
  if (!found) throw new Error(`The sample has no role ${name}.`);
  return found;
}

/** Writes that azfed made so far, in all accounts and in the table. */
function countWrites({ cloud, dynamodb }: Stage): { readonly iam: number; readonly table: number } {
  const own = cloud.aws.calls.filter(({ principalArn }) =>
    principalArn?.includes(':assumed-role/azfed-spoke/'),
  );
  const commands = [...dynamodb].filter(([command]) =>
    /^(Put|Update|Delete|BatchWrite|TransactWrite)/.test(command),
  );
  return {
    iam: own.filter(({ operation }) => !/^(Get|List|Lookup)/.test(operation)).length,
    table: commands.reduce((total, [, count]) => total + count, 0),
  };
}

async function readRole({ cloud }: Stage, roleArn: string) {
  const account = cloud.aws.accounts.find(({ id }) => roleArn.includes(id));
  if (!account) throw new Error(`${roleArn} lies in no account of the sample.`);
  const { Role } = await openConsole(cloud.aws.url, account.credentials).send(
    new GetRoleCommand({ RoleName: roleArn.split('/').at(-1) }),
  );
  return Role;
}

async function readBoundary(stage: Stage, roleArn: string): Promise<string | undefined> {
  return (await readRole(stage, roleArn))?.PermissionsBoundary?.PermissionsBoundaryArn;
}

async function readTrust(stage: Stage, roleArn: string): Promise<string> {
  return decodeURIComponent((await readRole(stage, roleArn))?.AssumeRolePolicyDocument ?? '');
}

/** A connection as it is at this moment in Azure DevOps. */
interface TokenHolder {
  readonly project: string;
  readonly name: string;
  readonly id: string;
}

type SignInAttempt =
  | { readonly result: 'in'; readonly as: string }
  | { readonly result: 'refused'; readonly code: string };

/** A token that Azure DevOps signs for a job that uses this connection; without one, the token of the pipeline itself. */
function mintToken(
  { cloud }: Stage,
  { project, id }: Pick<TokenHolder, 'project'> & { readonly id?: string },
): Promise<string> {
  return cloud.azureDevOps.mintToken({
    organization: sample.organization,
    project,
    ...(id === undefined ? {} : { connectionId: id }),
  });
}

/** Takes the token to STS and asks for the role, as the AWS tasks of a pipeline do. */
async function assume({ cloud }: Stage, roleArn: string, token: string): Promise<SignInAttempt> {
  const sts = new STSClient({
    endpoint: cloud.aws.url,
    region: 'us-east-1',
    credentials: { accessKeyId: '', secretAccessKey: '' },
  });
  try {
    const { AssumedRoleUser } = await sts.send(
      new AssumeRoleWithWebIdentityCommand({
        RoleArn: roleArn,
        RoleSessionName: 'aws-vsts-tools',
        WebIdentityToken: token,
      }),
    );
    return { result: 'in', as: AssumedRoleUser?.Arn ?? '' };
  } catch (error) {
    if (error instanceof STSServiceException) return { result: 'refused', code: error.name };
    throw error;
  } finally {
    sts.destroy();
  }
}

/** Who a binding is about, under its first name. */
function toTokenHolder(binding: Pick<Binding, 'connectionId' | 'references'>): TokenHolder {
  const { connectionId, references } = binding;
  const [first] = references;
  return { project: first?.projectName ?? '', name: first?.name ?? '', id: connectionId };
}
