import { GetRoleCommand } from '@aws-sdk/client-iam';
import { AssumeRoleWithWebIdentityCommand, STSClient, STSServiceException } from '@aws-sdk/client-sts';
import { openConsole, createConsoleUser } from '../../../../../infra/local/console-user.ts';
import { sample } from '../../../../../infra/local/sample.ts';
import { planRun } from '../../../../../shared/application/run/reconcile.ts';
import type { RoleChange } from '../../../../../shared/domain/plan/change.ts';
import { groupItems } from '../../../../../shared/domain/kernel/group-by.ts';
import type { Stage } from './stage.ts';
import type { Teller } from './teller.ts';
import { displayName } from '../../../../../shared/domain/azure-devops/service-connection.ts';
import type { Binding } from '../../../../../shared/domain/desired/bindings.ts';

/** A federated connection and its role. */
interface Federated extends TokenHolder {
  readonly roleArn: string;
}

export async function observeStage(stage: Stage, { chapter, say, check }: Teller): Promise<void> {
  chapter('A look at contoso: three projects, two AWS accounts');
  const { ports, configuration } = stage;
  const { changes, findings } = await planRun(ports, configuration, { trigger: 'person' });
  for (const change of changes) {
    const what =
      change.target === 'role'
        ? `${displayName(change.bindings[0]?.references ?? [])} -> ${change.roleArn}`
        : change.providerArn;
    say(`${change.kind === 'create' ? '+' : '~'} ${what}`);
  }
  say('What azfed does not touch, and says so:');
  for (const [code, group] of groupItems(findings, (found) => found.code))
    say(`! ${code}: ${group.map(({ message }) => message).join(' ')}`);
  check(
    `${changes.length} changes are planned and nothing was written`,
    changes.length === 9 && countWrites(stage).iam === 0,
  );
}

export async function federate(stage: Stage, { chapter, check }: Teller): Promise<readonly Federated[]> {
  chapter('Apply: providers, then roles, each closed until it is complete');
  const { plan, results, outcome } = await stage.runOnce();
  const roles = plan.changes.filter(
    (change): change is typeof change & RoleChange => change.target === 'role',
  );
  check(
    `${results.length} changes are done and read back`,
    outcome === 'changed' && results.every(({ result }) => result === 'done'),
  );
  return roles.flatMap(({ bindings, roleArn }) =>
    bindings.map((binding) => ({ ...toTokenHolder(binding), roleArn })),
  );
}

export async function prove(
  stage: Stage,
  { chapter, check }: Teller,
  federated: readonly Federated[],
): Promise<void> {
  chapter('Proof: real tokens, signed by Azure DevOps, taken to STS');
  for (const [index, one] of federated.entries()) {
    const neighbour = federated[(index + 1) % federated.length] ?? one;
    const own = await assume(stage, one.roleArn, await mintToken(stage, one));
    const foreign = await assume(stage, one.roleArn, await mintToken(stage, neighbour));
    const pipeline = await assume(stage, one.roleArn, await mintToken(stage, { project: one.project }));
    check(
      `${one.project} / ${one.name} gets in; ${neighbour.project} / ${neighbour.name} and pipelines without it do not`,
      own.result === 'in' && foreign.result === 'refused' && pipeline.result === 'refused',
    );
  }
}

export async function tamperAndRepair(
  stage: Stage,
  { chapter, say, check }: Teller,
  federated: readonly Federated[],
): Promise<void> {
  chapter('Somebody at the console opens a trust and drops a boundary');
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
    `${impostor.project} / ${impostor.name} now gets into the role of ${opened.project} / ${opened.name}`,
    (await assume(stage, opened.roleArn, token)).result === 'in',
  );

  const before = cloud.receiver.received.length;
  stage.wait(15 * 60_000);
  const { plan } = await stage.runOnce();
  for (const { reason } of plan.changes) say(`~ ${reason}`);
  check(
    'the next run finds both, and only them',
    plan.changes.length === 2 && plan.changes.every(({ cause }) => cause === 'drift'),
  );
  check(
    'the impostor is refused again',
    (await assume(stage, opened.roleArn, await mintToken(stage, impostor))).result === 'refused',
  );
  check('the boundary is back', (await readBoundary(stage, dropped.roleArn)) !== undefined);
  const notified = cloud.receiver.received.slice(before);
  const drift = notified.filter(({ type }) => type === 'connection.drift-detected.v1');
  check(
    `the receiver got ${notified.length} webhooks and every signature holds`,
    drift.length === 2 && notified.every(({ verified }) => verified),
  );
}

export async function renameProject(
  stage: Stage,
  { chapter, say, check }: Teller,
  federated: readonly Federated[],
): Promise<void> {
  chapter('A project is renamed: Shop becomes Shop Europe');
  const one = roleNamed(federated, 'shop-prod');
  const underWay = await mintToken(stage, one);
  stage.cloud.azureDevOps.projects.rename(sample.organization, 'Shop', 'Shop Europe');
  const renamed = { ...one, project: 'Shop Europe' };
  say('Tokens hold names: until the next run (or an event), only jobs that are already running get in.');
  check(
    'a job that was under way still gets in before the run',
    (await assume(stage, one.roleArn, underWay)).result === 'in',
  );
  const { plan } = await stage.runOnce();
  check(
    `the run follows the rename in ${plan.changes.length} roles`,
    plan.changes.length === 3 && plan.changes.every(({ cause }) => cause === 'change'),
  );
  check(
    'a job that was under way still gets in after it',
    (await assume(stage, one.roleArn, underWay)).result === 'in',
  );
  check(
    'a job under the new name gets in',
    (await assume(stage, one.roleArn, await mintToken(stage, renamed))).result === 'in',
  );
  stage.wait(31 * 60_000);
  await stage.runOnce();
  check(
    'half an hour later the new name still gets in',
    (await assume(stage, one.roleArn, await mintToken(stage, renamed))).result === 'in',
  );
  check(
    'and the old name, free for anybody to take, is trusted no more',
    !(await readTrust(stage, one.roleArn)).includes('/Shop/'),
  );
}

export async function recreateConnection(
  stage: Stage,
  { chapter, say, check }: Teller,
  federated: readonly Federated[],
): Promise<void> {
  chapter('A connection is deleted, and another is made with the same name');
  const one = roleNamed(federated, 'payments-prod');
  const again = stage.cloud.azureDevOps.connections.recreate(sample.organization, one.id);
  const { plan } = await stage.runOnce();
  const newHolder = { ...one, id: again.id };
  say(`Same project, same name, same role ARN; another id: ${again.id}.`);
  check(
    'the run sees another id under the name and says so',
    plan.findings.some(({ code }) => code === 'connection.recreated'),
  );
  check(
    'its token, with the very same subject, is refused',
    (await assume(stage, one.roleArn, await mintToken(stage, newHolder))).result === 'refused',
  );
  const neighbour = roleNamed(federated, 'payments-staging');
  check(
    'its neighbour still gets in',
    (await assume(stage, neighbour.roleArn, await mintToken(stage, neighbour))).result === 'in',
  );
}

export async function rest(stage: Stage, { chapter, check }: Teller): Promise<void> {
  chapter('A last run over a world that is as it should be');
  await stage.runOnce();
  const before = countWrites(stage);
  const { outcome } = await stage.runOnce();
  const after = countWrites(stage);
  check(
    `${outcome}: no write to IAM, none to the table`,
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
  { readonly result: 'in'; readonly as: string } | { readonly result: 'refused'; readonly code: string };

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
function toTokenHolder({
  connectionId,
  references,
}: Pick<Binding, 'connectionId' | 'references'>): TokenHolder {
  const [first] = references;
  return { project: first?.projectName ?? '', name: first?.name ?? '', id: connectionId };
}
