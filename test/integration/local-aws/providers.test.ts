import {
  AddClientIDToOpenIDConnectProviderCommand,
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  DeleteOpenIDConnectProviderCommand,
  GetOpenIDConnectProviderCommand,
  GetRoleCommand,
  ListOpenIDConnectProvidersCommand,
  RemoveClientIDFromOpenIDConnectProviderCommand,
  TagOpenIDConnectProviderCommand,
  UntagOpenIDConnectProviderCommand,
  UpdateOpenIDConnectProviderThumbprintCommand,
} from '@aws-sdk/client-iam';
import type { CreateOpenIDConnectProviderRequest } from '@aws-sdk/client-iam';
import {
  ACCOUNT,
  AUDIENCE,
  ISSUER,
  PROVIDER_ARN,
  TRUST,
  readRefusal,
  startCloud,
  stopClouds,
} from './cloud.ts';
import type { TestCloud } from './cloud.ts';

afterEach(stopClouds);

const OpenIDConnectProviderArn = PROVIDER_ARN;
const create = ({ iam }: TestCloud, input: Partial<CreateOpenIDConnectProviderRequest> = {}) =>
  iam.send(
    new CreateOpenIDConnectProviderCommand({ Url: `https://${ISSUER}`, ClientIDList: [AUDIENCE], ...input }),
  );
const read = ({ iam }: TestCloud) =>
  iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }));
const arns = async ({ iam }: TestCloud) =>
  (await iam.send(new ListOpenIDConnectProvidersCommand({}))).OpenIDConnectProviderList?.map(
    ({ Arn }) => Arn,
  );

describe('OIDC providers', () => {
  it('keeps a provider under an ARN that is made of its URL', async () => {
    const cloud = await startCloud();
    expect((await create(cloud, { Tags: [{ Key: 'a', Value: 'b' }] })).OpenIDConnectProviderArn).toBe(
      PROVIDER_ARN,
    );
    expect(await arns(cloud)).toEqual([PROVIDER_ARN]);
    expect(await read(cloud)).toMatchObject({
      Url: ISSUER,
      ClientIDList: [AUDIENCE],
      ThumbprintList: [expect.stringMatching(/^[0-9a-f]{40}$/)],
      Tags: [{ Key: 'a', Value: 'b' }],
    });
  });

  it.each<[string, Partial<CreateOpenIDConnectProviderRequest>, string]>([
    ['plain http', { Url: `http://${ISSUER}` }, 'InvalidInput'],
    ['a port', { Url: 'https://example.com:8443/x' }, 'InvalidInput'],
    ['a query', { Url: 'https://example.com/x?a=b' }, 'InvalidInput'],
    ['a fragment', { Url: 'https://example.com/x#a' }, 'InvalidInput'],
    ['user information', { Url: 'https://me@example.com/x' }, 'InvalidInput'],
    ['a URL of 256 characters', { Url: `https://example.com/${'x'.repeat(236)}` }, 'ValidationError'],
    ['a short thumbprint', { ThumbprintList: ['abc'] }, 'ValidationError'],
    ['a thumbprint that is not hexadecimal', { ThumbprintList: ['x'.repeat(40)] }, 'InvalidInput'],
    ['six thumbprints', { ThumbprintList: Array<string>(6).fill('a'.repeat(40)) }, 'LimitExceeded'],
    ['101 client ids', { ClientIDList: Array.from({ length: 101 }, (_, n) => `c${n}`) }, 'LimitExceeded'],
  ])('refuses %s', async (_what, input, code) => {
    const cloud = await startCloud();
    expect((await readRefusal(create(cloud, input))).code).toBe(code);
    await expect(create(cloud)).resolves.toBeDefined();
  });

  it('takes case and a slash at the end for another provider, and refuses the same URL twice', async () => {
    const cloud = await startCloud();
    const urls = [`https://${ISSUER}`, `https://${ISSUER}/`, `https://${ISSUER.replace('b', 'B')}`];
    for (const Url of urls) await create(cloud, { Url });
    expect(await arns(cloud)).toHaveLength(3);
    expect(await readRefusal(create(cloud))).toMatchObject({
      code: 'EntityAlreadyExists',
      status: 409,
      message: `Provider with url https://${ISSUER} already exists.`,
    });
  });

  it('keeps to the number of providers of the account', async () => {
    const cloud = await startCloud({}, { quotas: { providers: 1 } });
    await create(cloud);
    const second = await readRefusal(create(cloud, { Url: 'https://example.com' }));
    expect(second).toMatchObject({ code: 'LimitExceeded', status: 409 });
  });

  it('adds and removes client ids as often as it is asked', async () => {
    const cloud = await startCloud();
    await create(cloud);
    const add = (ClientID: string) =>
      cloud.iam.send(new AddClientIDToOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, ClientID }));
    const remove = (ClientID: string) =>
      cloud.iam.send(
        new RemoveClientIDFromOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, ClientID }),
      );
    for (const id of ['other', 'other']) await add(id);
    expect((await read(cloud)).ClientIDList?.sort()).toEqual([AUDIENCE, 'other']);
    for (const id of [AUDIENCE, AUDIENCE]) await remove(id);
    expect((await read(cloud)).ClientIDList).toEqual(['other']);
    for (let n = 0; n < 99; n++) await add(`c${n}`);
    expect((await readRefusal(add('one-too-many'))).code).toBe('LimitExceeded');
  });

  it('changes thumbprints but does not empty them', async () => {
    const cloud = await startCloud();
    await create(cloud);
    const update = (ThumbprintList: string[]) =>
      cloud.iam.send(
        new UpdateOpenIDConnectProviderThumbprintCommand({ OpenIDConnectProviderArn, ThumbprintList }),
      );
    await update(['b'.repeat(40)]);
    expect((await readRefusal(update([]))).code).toBe('InvalidInput');
    expect((await read(cloud)).ThumbprintList).toEqual(['b'.repeat(40)]);
  });

  it('deletes a provider without a look at the roles that name it, once or twice', async () => {
    const cloud = await startCloud();
    await create(cloud);
    await cloud.iam.send(new CreateRoleCommand({ RoleName: 'prod', AssumeRolePolicyDocument: TRUST }));
    for (let n = 0; n < 2; n++) {
      await cloud.iam.send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }));
    }
    expect(await arns(cloud)).toEqual([]);
    expect((await readRefusal(read(cloud))).code).toBe('NoSuchEntity');
    await expect(cloud.iam.send(new GetRoleCommand({ RoleName: 'prod' }))).resolves.toBeDefined();
    const add = new AddClientIDToOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, ClientID: 'x' });
    expect((await readRefusal(cloud.iam.send(add))).code).toBe('NoSuchEntity');
  });

  it('tags providers', async () => {
    const cloud = await startCloud();
    await create(cloud);
    const Tags = [
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: '2' },
    ];
    await cloud.iam.send(new TagOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, Tags }));
    await cloud.iam.send(new UntagOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, TagKeys: ['a'] }));
    expect((await read(cloud)).Tags).toEqual([{ Key: 'b', Value: '2' }]);
  });

  it('calls the issuer when it is given no thumbprint', async () => {
    const cloud = await startCloud({ resolveIssuer: () => 'http://127.0.0.1:9' });
    expect(await readRefusal(create(cloud))).toMatchObject({
      code: 'OpenIdIdpCommunicationError',
      status: 400,
    });
    expect(await arns(cloud)).toEqual([]);
    await create(cloud, { ThumbprintList: ['a'.repeat(40)] });
    expect(await arns(cloud)).toEqual([`arn:aws:iam::${ACCOUNT}:oidc-provider/${ISSUER}`]);
  });
});
