import { AttachRolePolicyCommand, CreateRoleCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type * as z from 'zod';
import { openConsole } from '../../../infra/local/console-user.ts';
import type { ReportDocument } from '../../../shared/application/reporting/report-document.ts';
import { sample } from '../../../infra/local/sample.ts';
import { getAccount } from '../local-play/playground.ts';
import type { Place } from './command-line.ts';
import { enterPlace, listSpokeWrites } from './command-line.ts';
import { AdoptAllDocument } from './documents.ts';

let place: Place;
beforeEach(async () => {
  place = await enterPlace();
});
afterEach(() => place.leave());

const azfed = (...typed: readonly string[]) => place.azfed([...typed, '--local']);
const [, ACCOUNT] = sample.accounts;
const ISSUER = `vstoken.dev.azure.com/${sample.organizationId}`;
const PROVIDER = `arn:aws:iam::${ACCOUNT}:oidc-provider/${ISSUER}`;
const makeArn = (name: string) => `arn:aws:iam::${ACCOUNT}:role/azure-devops/payments/${name}`;

type Document = z.infer<typeof AdoptAllDocument>;
const parseDocument = (text: string) => AdoptAllDocument.parse(JSON.parse(text));
const findItem = ({ items }: Document, name: string) => items.find((item) => item.roleArn === makeArn(name));

/** What the manual recipe, or somebody in a hurry, has left. */
async function makeRole(
  name: string,
  condition: object,
  more: readonly object[] = [],
  Action = 'sts:AssumeRoleWithWebIdentity',
) {
  const Principal = { Federated: PROVIDER };
  const own = { Effect: 'Allow', Principal, Action, Condition: condition };
  const console = openConsole(place.cloud.aws.url, getAccount(place.cloud, ACCOUNT).credentials);
  await console.send(
    new CreateRoleCommand({
      RoleName: name,
      Path: '/azure-devops/payments/',
      AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [own, ...more] }),
    }),
  );
  const PolicyArn = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
  await console.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn }));
  console.destroy();
  place.cloud.azureDevOps.connections.create(sample.organization, {
    project: 'Payments',
    name: `aws-${name}`,
    roleArn: makeArn(name),
    useOidc: true,
  });
}

const subject = (name: string) => `sc://${sample.organization}/Payments/${name}`;
const exact = (name: string) => ({
  StringEquals: { [`${ISSUER}:aud`]: 'api://AzureADTokenExchange', [`${ISSUER}:sub`]: subject(name) },
});
const root = {
  Effect: 'Allow',
  Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
  Action: 'sts:AssumeRole',
};

/** Somebody uses the role by hand. */
async function useByHand(name: string) {
  const { credentials } = getAccount(place.cloud, ACCOUNT);
  const sts = new STSClient({ region: 'us-east-1', endpoint: place.cloud.aws.url, credentials });
  await sts.send(new AssumeRoleCommand({ RoleArn: makeArn(name), RoleSessionName: 'ana' }));
  sts.destroy();
}

it('shows what adoption changes, adopts what ends the access of nobody who used it, and goes on where it stopped', async () => {
  await azfed('apply', '--yes');
  await makeRole('tight', exact('aws-tight'));
  await makeRole('loose', { StringLike: { [`${ISSUER}:sub`]: `sc://${sample.organization}/Payments/*` } });
  await makeRole('shared-by-hand', exact('aws-shared-by-hand'), [root]);
  await makeRole('dead', exact('another-name'));
  await useByHand('shared-by-hand');
  const written = listSpokeWrites(place.cloud).length;

  const { adoption } = JSON.parse((await azfed('report', '--json')).stdout) as ReportDocument;
  expect(adoption.unreadAccounts).toEqual([]);
  const reported = adoption.roles.filter(({ account }) => account === ACCOUNT);
  expect(reported.map((role) => [role.roleArn, role.refusal?.reason ?? '', role.isUseUnknown])).toEqual([
    [makeArn('dead'), 'opens', false],
    [makeArn('loose'), '', true],
    [makeArn('made-by-hand'), 'opens', false],
    [makeArn('shared-by-hand'), '', true],
    [makeArn('tight'), '', false],
  ]);
  expect(reported[1]?.connections.map(({ name }) => name)).toEqual(['Payments / aws-loose']);
  expect(listSpokeWrites(place.cloud)).toHaveLength(written);

  const asked = await azfed('adopt', '--all', '--details');
  expect(asked.code).toBe(1);
  expect(asked.stderr).toContain('used by arn:aws:iam::');
  expect(listSpokeWrites(place.cloud)).toHaveLength(written);

  const { code, stdout } = await azfed('adopt', '--all', '--yes', '--json', '--batch', '1');
  const document = parseDocument(stdout);
  expect(code).toBe(0);
  expect(findItem(document, 'shared-by-hand')).toMatchObject({
    group: 'refused',
    refusal: { reason: 'in-use' },
    shutsOut: [{ kind: 'principal', value: `arn:aws:iam::${ACCOUNT}:root` }],
    evidence: { state: 'used', by: [{ times: 1 }] },
  });
  expect(findItem(document, 'dead')).toMatchObject({ group: 'opens', refusal: { reason: 'opens' } });
  expect(findItem(document, 'loose')).toMatchObject({
    evidence: { state: 'unused' },
    shutsOut: [{ kind: 'pattern' }],
  });
  expect(document.results.map(({ roleArn: arn, result }) => [arn, result])).toEqual([
    [makeArn('loose'), 'done'],
    [makeArn('tight'), 'done'],
  ]);

  const again = parseDocument((await azfed('adopt', '--all', '--yes', '--json')).stdout);
  expect(again.managed).toEqual(expect.arrayContaining([makeArn('loose'), makeArn('tight')]));
  expect(again.results).toEqual([]);

  const named = await azfed(
    'adopt',
    '--all',
    '--yes',
    '--json',
    '--despite-use',
    'shared-by-hand',
    '--open',
    'Payments/aws-dead',
  );
  const last = parseDocument(named.stdout);
  expect(last.items.flatMap(({ roleArn, refusal }) => (refusal ? [[roleArn, refusal.why]] : []))).toEqual([
    [makeArn('made-by-hand'), 'its connection does not get in today'],
  ]);
  expect(last.results.map(({ result }) => result)).toEqual(['done', 'done']);
});

it('narrows no role that a break-glass role used, names it, and says which actions a trust loses', async () => {
  await azfed('apply', '--yes');
  const { credentials } = getAccount(place.cloud, ACCOUNT);
  const console = openConsole(place.cloud.aws.url, credentials);
  const breakGlass = `arn:aws:iam::${ACCOUNT}:role/break-glass`;
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [root] });
  await console.send(new CreateRoleCommand({ RoleName: 'break-glass', AssumeRolePolicyDocument }));
  const PolicyArn = 'arn:aws:iam::aws:policy/AdministratorAccess';
  await console.send(new AttachRolePolicyCommand({ RoleName: 'break-glass', PolicyArn }));
  await makeRole('used', exact('aws-used'), [{ ...root, Principal: { AWS: breakGlass } }]);
  await makeRole('unused', exact('aws-unused'), [{ ...root, Principal: { AWS: breakGlass } }]);
  await makeRole('tagging', exact('aws-tagging'), [], 'sts:*');
  const sts = (keys: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }) =>
    new STSClient({ region: 'us-east-1', endpoint: place.cloud.aws.url, credentials: keys });
  const [outer, session] = [sts(credentials), { RoleSessionName: 'ana' }];
  const { Credentials: keys } = await outer.send(new AssumeRoleCommand({ ...session, RoleArn: breakGlass }));
  const inner = sts({
    accessKeyId: keys?.AccessKeyId ?? '',
    secretAccessKey: keys?.SecretAccessKey ?? '',
    sessionToken: keys?.SessionToken ?? '',
  });
  await inner.send(new AssumeRoleCommand({ ...session, RoleArn: makeArn('used') }));
  for (const client of [console, outer, inner]) client.destroy();

  const { stdout } = await azfed('adopt', '--all', '--yes', '--json');
  const document = parseDocument(stdout);
  expect(findItem(document, 'used')).toMatchObject({
    refusal: { reason: 'in-use' },
    evidence: { by: [{ by: { kind: 'principal', arn: breakGlass }, lastAt: expect.any(String) as string }] },
  });
  expect(findItem(document, 'tagging')).toMatchObject({
    shutsOut: [],
    shutsOutConnections: [],
    narrowsActions: ['sts:TagSession', 'sts:SetSourceIdentity'],
  });
  const done = document.results.map(({ roleArn: arn, result }) => [arn, result]);
  expect(done).toEqual([
    [makeArn('tagging'), 'done'],
    [makeArn('unused'), 'done'],
  ]);
  const shown = await azfed('adopt', '--all', '--details');
  expect(shown.stdout).toContain(`used by ${breakGlass}, 1 time, last at 20`);
  const last = parseDocument(
    (await azfed('adopt', '--all', '--yes', '--json', '--despite-use', 'used')).stdout,
  );
  expect(last.results.map(({ roleArn: arn, result }) => [arn, result])).toEqual([[makeArn('used'), 'done']]);
  expect(JSON.parse((await azfed('plan', '--json')).stdout)).toMatchObject({ changes: [] });
});

it('leaves a role as it is where CloudTrail cannot be read, and says so', async () => {
  await azfed('apply', '--yes');
  await makeRole('loose', { StringLike: { [`${ISSUER}:sub`]: `sc://${sample.organization}/Payments/*` } });
  place.cloud.aws.faults.next({ operation: 'LookupEvents' }, 'accessDenied');
  const { stdout } = await azfed('adopt', '--all', '--yes', '--json');
  expect(findItem(parseDocument(stdout), 'loose')).toMatchObject({
    group: 'refused',
    refusal: {
      reason: 'use-unknown',
      why: expect.stringContaining('CloudTrail could not be read') as string,
    },
  });
});

it('stops after a batch that failed, begins nothing of the rest, and takes it up before what failed', async () => {
  await azfed('apply', '--yes');
  for (const name of ['first', 'second', 'third']) await makeRole(name, exact(`aws-${name}`));
  place.cloud.aws.faults.next({ operation: 'TagRole' }, 'accessDenied');
  const { code, stdout } = await azfed('adopt', '--all', '--yes', '--json', '--batch', '2');
  const { results, notBegun } = parseDocument(stdout);
  expect(code).toBe(1);
  expect(results.map(({ result }) => result).sort()).toEqual(['done', 'failed']);
  expect(notBegun).toEqual([makeArn('third')]);
  const { findings } = JSON.parse((await azfed('plan', '--json')).stdout) as {
    findings: readonly { readonly code: string }[];
  };
  expect(findings.map((found) => found.code)).not.toContain('role.unmarked');
  const again = parseDocument((await azfed('adopt', '--all', '--yes', '--json')).stdout);
  expect(again.results.map(({ roleArn: arn, result }) => [arn, result])).toEqual([
    [makeArn('third'), 'done'],
    [makeArn('first'), 'done'],
  ]);
  expect(again.notBegun).toEqual([]);
});

it.each([
  [['adopt'], 'Neither a connection nor --all nor --replaced was given.'],
  [['adopt', 'Payments/aws-prod', '--all'], 'exclude each other: more than one was given.'],
  [['adopt', 'Payments/aws-prod', '--details'], 'An option was given that only --all has.'],
  [['adopt', '--all', '--grant', 'paiments'], 'Did you mean payments?'],
  [['adopt', '--all', '--open', 'nobody'], 'No role that could be adopted'],
])('says what is wrong with %j', async (typed, what) => {
  const { code, stderr } = await azfed(...typed);
  expect(code).toBe(1);
  expect(stderr).toContain(what);
});
