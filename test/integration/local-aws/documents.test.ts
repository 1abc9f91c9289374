import {
  CreateRoleCommand,
  DeleteRoleCommand,
  GetAccountAuthorizationDetailsCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListRolesCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import type { PolicyDocument } from '../../../shared/domain/policy/policy-document.ts';
import { samePolicy } from '../../../shared/domain/policy/canonical-policy.ts';
import {
  ACCOUNT,
  PROVIDER_ARN,
  TRUST,
  identityPolicy,
  readRefusal,
  startCloud,
  stopClouds,
} from './cloud.ts';
import type { TestCloud } from './cloud.ts';

afterEach(stopClouds);

const parse = (text: string | undefined) => JSON.parse(decodeURIComponent(text ?? '')) as PolicyDocument;
const create = ({ iam }: TestCloud, document: string, name = 'prod') =>
  iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: document }));
const readTrust = async ({ iam }: TestCloud, name = 'prod') =>
  (await iam.send(new GetRoleCommand({ RoleName: name }))).Role?.AssumeRolePolicyDocument;

const statement = {
  Effect: 'Allow',
  Principal: { Federated: PROVIDER_ARN },
  Action: 'sts:AssumeRoleWithWebIdentity',
};
const trust = (change: object, version = '2012-10-17') =>
  JSON.stringify({ Version: version, Statement: [{ ...statement, ...change }] });

describe('policy documents of the embedded IAM', () => {
  it.each<[string, string]>([
    ['broken JSON', '{'],
    ['a key that stands twice', '{"Version":"2012-10-17","Version":"2012-10-17","Statement":[]}'],
    ['no statement', '{"Version":"2012-10-17"}'],
    ['an empty list of statements', '{"Version":"2012-10-17","Statement":[]}'],
    ['an unknown version', trust({}, '2013-01-01')],
    ['an unknown element', trust({ Extra: 'x' })],
    ['an effect in small letters', trust({ Effect: 'allow' })],
    ['a resource', trust({ Resource: '*' })],
    ['no action', trust({ Action: undefined })],
    ['an action of another service', trust({ Action: 's3:GetObject' })],
    ['no principal', trust({ Principal: undefined })],
    ['a federated principal that is neither ARN nor domain', trust({ Principal: { Federated: 'a b' } })],
    ['an unknown kind of principal', trust({ Principal: { Martian: 'x' } })],
    ['a role that does not exist', trust({ Principal: { AWS: `arn:aws:iam::${ACCOUNT}:role/none` } })],
    ['an unknown operator', trust({ Condition: { StringSame: { a: 'b' } } })],
    ['a Sid with a dash', trust({ Sid: 'a-b' })],
  ])('refuses a trust with %s', async (_what, document) => {
    const cloud = await startCloud();
    expect(await readRefusal(create(cloud, document))).toMatchObject({
      code: 'MalformedPolicyDocument',
      status: 400,
    });
    await create(cloud, trust({}));
    const update = new UpdateAssumeRolePolicyCommand({ RoleName: 'prod', PolicyDocument: document });
    expect((await readRefusal(cloud.iam.send(update))).code).toBe('MalformedPolicyDocument');
  });

  it.each<[string, object]>([
    ['a principal', { Effect: 'Allow', Action: 's3:*', Resource: '*', Principal: '*' }],
    ['no resource', { Effect: 'Allow', Action: 's3:*' }],
    ['no action', { Effect: 'Allow', Resource: '*' }],
    ['an action without a service', { Effect: 'Allow', Action: 'GetObject', Resource: '*' }],
  ])('refuses an identity policy with %s', async (_what, one) => {
    const cloud = await startCloud();
    await create(cloud, TRUST);
    const put = (document: string) =>
      cloud.iam.send(
        new PutRolePolicyCommand({ RoleName: 'prod', PolicyName: 'p', PolicyDocument: document }),
      );
    expect((await readRefusal(put(identityPolicy(one)))).code).toBe('MalformedPolicyDocument');
    await expect(put(identityPolicy({ Effect: 'Allow', Action: '*', Resource: '*' }))).resolves.toBeDefined();
  });

  it('takes a trust whose provider does not exist, unless told otherwise', async () => {
    await expect(create(await startCloud(), TRUST)).resolves.toBeDefined();
    const strict = await startCloud({ refusesTrustOfMissingProvider: true });
    expect((await readRefusal(create(strict, TRUST))).code).toBe('MalformedPolicyDocument');
  });

  it('takes everybody without a map, unless told otherwise, and with one always', async () => {
    const [plain = '', mapped = ''] = ['*', { AWS: '*' }].map((principal) =>
      JSON.stringify({
        Version: '2012-10-17',
        Statement: { Effect: 'Deny', Principal: principal, Action: 'sts:*' },
      }),
    );
    await expect(create(await startCloud(), plain)).resolves.toBeDefined();
    const strict = await startCloud({ refusesPlainEverybody: true });
    expect((await readRefusal(create(strict, plain))).code).toBe('MalformedPolicyDocument');
    await expect(create(strict, mapped)).resolves.toBeDefined();
  });

  it('gives every document back percent-encoded, spelled anew and meaning the same', async () => {
    const cloud = await startCloud();
    const statements = ['a', 'b', 'c'].map((Sid) => ({
      Sid,
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:PutObject', 's3:ListBucket'],
      Resource: ['arn:aws:s3:::x/*', 'arn:aws:s3:::y/*', 'arn:aws:s3:::z/*'],
      Condition: { StringEquals: { 'aws:SourceAccount': ['1', '2', '3'] } },
    }));
    const inline = identityPolicy(...statements);
    await create(cloud, TRUST);
    await cloud.iam.send(
      new PutRolePolicyCommand({ RoleName: 'prod', PolicyName: 'p', PolicyDocument: inline }),
    );

    const listed = (await cloud.iam.send(new ListRolesCommand({}))).Roles?.find(
      ({ RoleName }) => RoleName === 'prod',
    );
    const details = await cloud.iam.send(new GetAccountAuthorizationDetailsCommand({ Filter: ['Role'] }));
    const detail = details.RoleDetailList?.find(({ RoleName }) => RoleName === 'prod');
    const single = await cloud.iam.send(new GetRolePolicyCommand({ RoleName: 'prod', PolicyName: 'p' }));

    const notified = {
      [TRUST]: [await readTrust(cloud), listed?.AssumeRolePolicyDocument, detail?.AssumeRolePolicyDocument],
      [inline]: [single.PolicyDocument, detail?.RolePolicyList?.at(0)?.PolicyDocument],
    };
    for (const [written, texts] of Object.entries(notified)) {
      for (const text of texts) {
        expect(text).toMatch(/^(?:[A-Za-z0-9_.~-]|%[0-9A-F]{2})+$/);
        expect(samePolicy(parse(text), JSON.parse(written) as PolicyDocument)).toBe(true);
      }
      expect(new Set([written, ...texts.map((text) => decodeURIComponent(text ?? ''))]).size).toBeGreaterThan(
        2,
      );
    }
  });

  it('turns scalars into lists of one and back', async () => {
    const cloud = await startCloud({ seed: 3 });
    const spelled = await Promise.all(
      Array.from({ length: 24 }, async (_, n) => {
        await create(cloud, TRUST, `r${n}`);
        return parse(await readTrust(cloud, `r${n}`));
      }),
    );
    const actions = spelled.map(({ Statement: one }) => [one].flat()[0] as { Action?: unknown });
    expect(new Set(actions.map(({ Action }) => Array.isArray(Action))).size).toBe(2);
    expect(new Set(spelled.map(({ Statement: one }) => Array.isArray(one))).size).toBe(2);
  });

  it('keeps principals by their unique ids, so that a role made again is an impostor', async () => {
    const cloud = await startCloud();
    await create(cloud, TRUST, 'hub');
    const hubArn = `arn:aws:iam::${ACCOUNT}:role/hub`;
    await create(cloud, trust({ Principal: { AWS: [hubArn, ACCOUNT] }, Action: 'sts:AssumeRole' }));
    const before = decodeURIComponent((await readTrust(cloud)) ?? '');
    expect(before).toContain(`"${hubArn}"`);
    expect(before).toContain(`"arn:aws:iam::${ACCOUNT}:root"`);
    await cloud.iam.send(new DeleteRoleCommand({ RoleName: 'hub' }));
    await create(cloud, TRUST, 'hub');
    const after = decodeURIComponent((await readTrust(cloud)) ?? '');
    expect(after).not.toContain(hubArn);
    expect(after).toMatch(/"AROA[A-Z2-7]{17}"/);
  });
});
