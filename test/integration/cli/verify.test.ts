import {
  CreateOpenIDConnectProviderCommand,
  DeleteOpenIDConnectProviderCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import * as z from 'zod';
import { openConsole } from '../../../infra/local/console-user.ts';
import { sample } from '../../../infra/local/sample.ts';
import { assume } from '../../builders/door.ts';
import type { Place } from './command-line.ts';
import { findConnectionId, enterPlace, listSpokeWrites } from './command-line.ts';

const ACCOUNT = '123456789012';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/azure-devops/shop/shop-prod`;
const ISSUER = `vstoken.dev.azure.com/${sample.organizationId}`;
const PROVIDER = `arn:aws:iam::${ACCOUNT}:oidc-provider/${ISSUER}`;

let place: Place;
beforeEach(async () => {
  place = await enterPlace();
  await place.azfed(['apply', '--local', '--yes']);
});
afterEach(() => place.leave());

const verify = (...typed: readonly string[]) => place.azfed(['verify', 'Shop/aws-prod', '--local', ...typed]);
const iam = () => openConsole(place.cloud.aws.url, place.cloud.aws.addAccount({ id: ACCOUNT }).credentials);
const token = (connection = 'aws-prod') =>
  place.cloud.azureDevOps.mintToken({
    organization: sample.organization,
    project: 'Shop',
    connectionId: findConnectionId(place.cloud, 'Shop', connection),
  });
const makeTrust = (Condition: object) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Action: 'sts:AssumeRoleWithWebIdentity',
      Principal: { Federated: PROVIDER },
      Condition,
    },
  });
const setTrust = (condition: object) =>
  iam().send(
    new UpdateAssumeRolePolicyCommand({ RoleName: 'shop-prod', PolicyDocument: makeTrust(condition) }),
  );

const Document = z.strictObject({
  schemaVersion: z.literal(2),
  connectionId: z.guid(),
  connection: z.string(),
  depth: z.literal('passive'),
  static: z.looseObject({ outcome: z.string(), namesake: z.string() }),
  passive: z.strictObject({
    trail: z.looseObject({ state: z.string() }),
    roleLastUsed: z.unknown(),
    executions: z.unknown(),
  }),
  outcome: z.string(),
});
const parseDocument = (stdout: string) => Document.parse(JSON.parse(stdout));

describe('azfed verify', () => {
  it('shows that the connection gets in and that nobody else does, and writes nothing', async () => {
    const before = listSpokeWrites(place.cloud).length;
    const { code, stdout, stderr } = await verify();
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/allowed +this connection +sc:\/\/contoso\/Shop\/aws-prod$/m);
    expect(stdout).toMatch(/denied +\d+ neighbours, such as +sc:\/\/contoso\/\S+$/m);
    expect(stdout).toMatch(/denied +any pipeline of the project +p:\/\/contoso\/Shop\/aws-prod$/m);
    expect(stdout).toContain(
      'IAM cannot distinguish them: their tokens have the same subject. azfed knows the id',
    );
    expect(stdout).toMatch(/CloudTrail +no success in 90 days/);
    expect(listSpokeWrites(place.cloud)).toHaveLength(before);
  });

  it('tells the last use that got in, and leaves out what was refused to somebody else', async () => {
    expect(await assume(place.cloud.aws.url, ROLE, await token())).toBe('in');
    expect(await assume(place.cloud.aws.url, ROLE, await token('aws-staging'))).toBe('refused');
    const { code, stdout } = await verify('--json');
    expect(code).toBe(0);
    expect(parseDocument(stdout)).toMatchObject({
      outcome: 'proven',
      static: { outcome: 'proven', namesake: 'pinned', roleArn: ROLE, obstacles: [], unread: [] },
      passive: {
        trail: {
          state: 'complete',
          value: {
            lastSuccess: { subject: 'sc://contoso/Shop/aws-prod', region: 'us-east-1' },
            lastFailure: null,
            lastFailureOfUnknown: null,
            isFailing: false,
          },
        },
        executions: { state: 'complete', value: { lastSuccess: null, lastFailure: null } },
      },
    });
  });

  it('tells its own refusal, and apart from it one of which CloudTrail does not say whose it was', async () => {
    expect(await assume(place.cloud.aws.url, ROLE, await token())).toBe('in');
    await setTrust({ StringEquals: { [`${ISSUER}:sub`]: 'sc://contoso/Shop/other' } });
    expect(await assume(place.cloud.aws.url, ROLE, await token())).toBe('refused');
    expect(await assume(place.cloud.aws.url, ROLE, 'no token at all')).toBe('refused');
    const { code, stdout } = await verify('--json');
    expect(code).toBe(1);
    expect(parseDocument(stdout)).toMatchObject({
      passive: {
        trail: {
          value: {
            isFailing: true,
            lastFailure: { subject: 'sc://contoso/Shop/aws-prod', failure: 'sts.not-authorized' },
            lastFailureOfUnknown: { subject: '', failure: 'sts.token-invalid' },
          },
        },
      },
    });
  });

  it('names everybody whom a widened trust lets in, and how to fix it', async () => {
    await setTrust({ StringLike: { [`${ISSUER}:sub`]: '*://contoso/Shop/*' } });
    const { code, stdout } = await verify();
    expect(code).toBe(1);
    expect(stdout).toContain('role.open-to-others');
    expect(stdout).toContain('p://contoso/Shop/aws-prod');
    expect(stdout).toMatch(/fix +Run `azfed apply`/);
  });

  it('leads to adopt, not to apply, where azfed did not make the role', async () => {
    const shown = await place.azfed(['verify', 'Payments/aws-by-hand', '--local']);
    expect(shown.code).toBe(1);
    expect(shown.stdout).toContain(`azfed adopt ${findConnectionId(place.cloud, 'Payments', 'aws-by-hand')}`);
    expect(shown.stdout).not.toMatch(/fix +Run `azfed apply`|then run `azfed apply`/);
    const { stdout } = await place.azfed(['verify', 'Payments/aws-by-hand', '--local', '--json']);
    const { static: verdict } = JSON.parse(stdout) as {
      static: { needsAdoption: boolean; obstacles: readonly { code: string; fix: string }[] };
    };
    expect(verdict.needsAdoption).toBe(true);
    expect(verdict.obstacles.filter(({ fix }) => fix.includes('azfed adopt'))).not.toEqual([]);
  });

  it('says that a trust for somebody else keeps the connection out', async () => {
    await setTrust({
      StringEquals: {
        [`${ISSUER}:aud`]: 'api://AzureADTokenExchange',
        [`${ISSUER}:sub`]: 'sc://contoso/Shop/AWS-prod',
      },
    });
    const { code, stdout } = await verify('--json');
    expect(code).toBe(1);
    expect(parseDocument(stdout).static).toMatchObject({
      obstacles: [{ code: 'sts.not-authorized', about: 'sc://contoso/Shop/aws-prod' }],
    });
  });

  it.each([
    ['there is no provider', undefined, 'sts.provider-missing'],
    ['the provider serves another audience', 'somebody-elses', 'sts.audience-missing'],
  ])('says that %s', async (_what, audience, code) => {
    await iam().send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: PROVIDER }));
    if (audience !== undefined)
      await iam().send(
        new CreateOpenIDConnectProviderCommand({ Url: `https://${ISSUER}`, ClientIDList: [audience] }),
      );
    expect(await assume(place.cloud.aws.url, ROLE, await token())).toBe('refused');
    const said = await verify();
    expect(said.code).toBe(1);
    expect(said.stdout).toContain(code);
  });

  it('says that stored keys are taken in its place, although the trust is right', async () => {
    const { organization } = sample;
    const id = findConnectionId(place.cloud, 'Shop', 'aws-prod');
    place.cloud.azureDevOps.connections.setKeys(organization, id, 'AKIAIOSFODNN7PLANTED', 'planted');
    const { code, stdout, stderr } = await verify();
    expect(code).not.toBe(0);
    expect(stdout + stderr).toMatch(/key/);
    expect(stdout + stderr).not.toContain('AKIAIOSFODNN7PLANTED');
  });

  it('does not say more than IAM can: a namesake gets in until azfed, which knows the id, has closed the role', async () => {
    const { organization } = sample;
    const id = findConnectionId(place.cloud, 'Shop', 'aws-prod');
    place.cloud.azureDevOps.connections.recreate(organization, id);
    expect(await assume(place.cloud.aws.url, ROLE, await token())).toBe('in');
    const said = await place.azfed(['verify', id, '--local']);
    expect(said.code).toBe(1);
    expect(said.stdout).toContain('role.closed');
    await place.azfed(['apply', '--local', '--yes']);
    expect(await assume(place.cloud.aws.url, ROLE, await token())).toBe('refused');
  });

  it('asks CloudTrail in each Region that is named, and takes nothing for a Region that is none', async () => {
    expect(await assume(place.cloud.aws.url, ROLE, await token())).toBe('in');
    const readLast = async (regions: string) =>
      parseDocument((await verify('--json', '--region', regions)).stdout).passive.trail['value'];
    expect(await readLast('eu-west-1')).toMatchObject({ lastSuccess: null });
    expect(await readLast('eu-west-1,us-east-1')).toMatchObject({ lastSuccess: { region: 'us-east-1' } });
    const wrong = await verify('--region', 'evil.example');
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('This is no Region of AWS.')]);
  });

  it('calls nothing proven while the execution history cannot be read', async () => {
    place.cloud.azureDevOps.faults.next({ operation: 'executionhistory' }, 'sign-in-page-203');
    const { code, stdout, stderr } = await verify('--json');
    expect(code).toBe(3);
    expect(stderr).toContain('Could not be read:');
    expect(parseDocument(stdout)).toMatchObject({
      outcome: 'unread',
      static: { outcome: 'proven' },
      passive: { executions: { state: 'unknown' } },
    });
  });
});
