import {
  AttachRolePolicyCommand,
  GetRoleCommand,
  TagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
} from '@aws-sdk/client-iam';
import type { IAMClient } from '@aws-sdk/client-iam';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openConsole } from '../../../infra/local/console-user.ts';
import { sample } from '../../../infra/local/sample.ts';
import { getAccount } from '../local-play/playground.ts';
import type { Place } from './command-line.ts';
import { enterPlace, listSpokeWrites } from './command-line.ts';
import { AcceptDocument, parsePlan } from './documents.ts';

let place: Place;
let console: IAMClient;
beforeEach(async () => {
  place = await enterPlace();
  await azfed('apply', '--yes');
  console = openConsole(place.cloud.aws.url, getAccount(place.cloud, sample.accounts[0]).credentials);
});
afterEach(async () => {
  console.destroy();
  await place.leave();
});

const azfed = (...typed: readonly string[]) => place.azfed([...typed, '--local']);
const ARN = 'arn:aws:iam::123456789012:role/azure-devops/shop/shop-prod';
const RoleName = 'shop-prod';
const readFile = () => readFileSync(join(place.path, '.azfed/federation.yaml'), 'utf8');
const listChanges = async () =>
  parsePlan((await azfed('plan', '--json')).stdout).changes.filter(({ kind }) => kind === 'repair');

/** What somebody adds to the trust. */
async function addStatement(statement: object) {
  const { Role } = await console.send(new GetRoleCommand({ RoleName }));
  const trust = JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')) as {
    readonly Statement: readonly object[] | object;
  };
  const PolicyDocument = JSON.stringify({ ...trust, Statement: [trust.Statement, statement].flat() });
  await console.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));
}

it('makes the next plan clean, for that role alone, and keeps the comments of the file', async () => {
  const PolicyArn = 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess';
  await console.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
  await console.send(
    new UpdateRoleCommand({
      RoleName,
      MaxSessionDuration: 7200,
      Description: (await console.send(new GetRoleCommand({ RoleName }))).Role?.Description ?? '',
    }),
  );
  await addStatement({
    Effect: 'Allow',
    Principal: { AWS: 'arn:aws:iam::123456789012:role/azfed-spoke' },
    Action: 'sts:AssumeRole',
  });
  expect(await listChanges()).toHaveLength(1);
  const [before, written] = [readFile(), listSpokeWrites(place.cloud).length];

  const dry = await azfed('accept', 'Shop/aws-prod', '--dry-run');
  expect(dry).toMatchObject({ code: 0, stdout: expect.stringContaining('+ ') as string });
  expect(readFile()).toBe(before);
  const { stdout } = await azfed('accept', 'Shop/aws-prod', '--dry-run', '--json');
  const { accepted } = AcceptDocument.parse(JSON.parse(stdout));
  expect(accepted).toMatchObject({ roleArn: expect.stringContaining(RoleName) as string, isWritten: false });
  const { code, stderr } = await azfed('accept', 'Shop/aws-prod', '--yes');
  expect({ code, stderr }).toMatchObject({ code: 0 });

  expect(await listChanges()).toEqual([]);
  for (const [comment] of before.matchAll(/#.*/g)) expect(readFile()).toContain(comment.trim());
  expect(listSpokeWrites(place.cloud)).toHaveLength(written);
});

it.each([
  {
    what: 'another connection of the same project',
    statement: {
      Effect: 'Allow',
      Principal: {
        Federated: `arn:aws:iam::123456789012:oidc-provider/vstoken.dev.azure.com/${sample.organizationId}`,
      },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: {
        StringLike: { [`vstoken.dev.azure.com/${sample.organizationId}:sub`]: 'sc://contoso/Shop/*' },
      },
    },
    why: 'other than those of the connection: every connection of the project Shop (sts:AssumeRoleWithWebIdentity; StringLike sub = sc://contoso/Shop/*).\n',
  },
  {
    what: 'everybody',
    statement: { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' },
    why: 'The configuration would be refused',
  },
])('refuses a trust that lets in $what, and writes nothing', async ({ statement, why }) => {
  await addStatement(statement);
  const before = readFile();
  const { code, stderr } = await azfed('accept', 'Shop/aws-prod', '--yes');
  expect(code).toBe(1);
  expect(stderr).toContain(why);
  expect(readFile()).toBe(before);
});

it('says which file no grant names any more', async () => {
  const [path, file] = [join(place.path, '.azfed/federation.yaml'), 'one.json'];
  const Principal = { AWS: 'arn:aws:iam::123456789012:role/azfed-spoke' };
  const statement = { Effect: 'Allow', Principal, Action: 'sts:AssumeRole' };
  writeFileSync(join(place.path, '.azfed', file), JSON.stringify([statement]));
  const own = 'project: Shop, name: aws-prod }\n    trust: { statements: { file: one.json } }';
  writeFileSync(path, readFile().replace('project: "Shop*", name: "aws-*" }', own));
  const { stdout } = await azfed('accept', 'Shop/aws-prod', '--dry-run', '--json');
  expect(AcceptDocument.parse(JSON.parse(stdout)).accepted.unusedFiles).toEqual([file]);
  const done = await azfed('accept', 'Shop/aws-prod', '--yes');
  expect(done.stdout).toMatch(/^No grant names one\.json any more\.\nAccepted: /);
  expect(readFile()).not.toContain(file);
});

it('says where there is nothing to accept', async () => {
  const { code, stderr } = await azfed('accept', 'Shop/aws-prod', '--yes');
  expect(code).toBe(1);
  expect(stderr).toContain('Its role is as it should be');
  await console.send(new TagRoleCommand({ RoleName, Tags: [{ Key: 'azfed:grant', Value: 'other' }] }));
  expect((await azfed('accept', 'Shop/aws-prod', '--yes')).stderr).toContain('azfed:grant');
  expect(ARN).toContain(RoleName);
});
