import { joinRoleArn } from '../../../shared/domain/kernel/arn.ts';
import type { IAMClient } from '@aws-sdk/client-iam';
import {
  AddClientIDToOpenIDConnectProviderCommand,
  AttachRolePolicyCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  IAM,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
} from '@aws-sdk/client-iam';
import type { Account } from '../../../shared/domain/configuration/configuration.ts';
import type { RoleArn } from '../../../shared/domain/kernel/ids.ts';
import { samePolicy } from '../../../shared/domain/policy/canonical-policy.ts';
import type { PolicyDocument } from '../../../shared/domain/policy/policy-document.ts';
import { differingFields, roleFields } from '../../../shared/domain/iam/role-fields.ts';
import type { LocalWorld } from '../../contract/accounts-world.ts';
import {
  allowing,
  executeSteps,
  creation,
  openLocalWorld,
  ourProvider,
  policies,
  roleArn,
  readRolesByPath,
  makeTrust,
} from '../../contract/accounts-world.ts';

const NAME = 'aws-prod';

describe('what somebody else changes on a role', () => {
  let world: LocalWorld;
  let account: Account;
  let role: RoleArn;
  let console: IAMClient;

  beforeAll(async () => {
    world = await openLocalWorld({ pageSize: 5 });
  });
  afterAll(() => world.close());
  beforeEach(async () => {
    account = world.newAccount();
    role = roleArn(account, `/azure-devops/shop/${NAME}`);
    await executeSteps(
      { ...world, account },
      { action: 'createProvider', provider: ourProvider(account), audiences: ['ours'] },
      creation(account, role, { trust: makeTrust(account, 'sc://contoso/Shop/prod') }),
      { action: 'attachManagedPolicy', role, policy: policies.first },
      { action: 'putInlinePolicy', role, name: 'deploy', document: allowing('s3:PutObject') },
    );
    console = openConsole(world, account);
  });
  afterEach(() => {
    console.destroy();
  });

  const observed = async () => {
    const [seen] = (await readRolesByPath({ ...world, account }, '/azure-devops/shop/')).inScope;
    if (!seen) throw new Error('The role was not seen.');
    return seen;
  };
  const json = (document: PolicyDocument) => JSON.stringify(document);

  const changes: {
    sentence: string;
    change: () => Promise<unknown>;
    fields: () => readonly string[];
  }[] = [
    {
      sentence: 'a subject more in the trust',
      change: () =>
        console.send(
          new UpdateAssumeRolePolicyCommand({
            RoleName: NAME,
            PolicyDocument: json(makeTrust(account, 'sc://contoso/Shop/prod', 'sc://contoso/Evil/prod')),
          }),
        ),
      fields: () => ['trust'],
    },
    {
      sentence: 'another case of the subject',
      change: () =>
        console.send(
          new UpdateAssumeRolePolicyCommand({
            RoleName: NAME,
            PolicyDocument: json(makeTrust(account, 'sc://contoso/Shop/Prod')),
          }),
        ),
      fields: () => ['trust'],
    },
    {
      sentence: 'no boundary',
      change: () => console.send(new DeleteRolePermissionsBoundaryCommand({ RoleName: NAME })),
      fields: () => ['boundary'],
    },
    {
      sentence: 'another boundary',
      change: () =>
        console.send(
          new PutRolePermissionsBoundaryCommand({
            RoleName: NAME,
            PermissionsBoundary: policies.otherBoundary,
          }),
        ),
      fields: () => ['boundary'],
    },
    {
      sentence: 'a policy attached',
      change: () => console.send(new AttachRolePolicyCommand({ RoleName: NAME, PolicyArn: policies.second })),
      fields: () => [`policies.managed.${policies.second}`],
    },
    {
      sentence: 'a policy detached',
      change: () => console.send(new DetachRolePolicyCommand({ RoleName: NAME, PolicyArn: policies.first })),
      fields: () => [`policies.managed.${policies.first}`],
    },
    {
      sentence: 'an action more in an inline policy',
      change: () =>
        console.send(
          new PutRolePolicyCommand({
            RoleName: NAME,
            PolicyName: 'deploy',
            PolicyDocument: json(allowing('s3:PutObject', 's3:DeleteBucket')),
          }),
        ),
      fields: () => ['policies.inline.deploy'],
    },
    {
      sentence: 'an inline policy more',
      change: () =>
        console.send(
          new PutRolePolicyCommand({
            RoleName: NAME,
            PolicyName: 'more',
            PolicyDocument: json(allowing('s3:*')),
          }),
        ),
      fields: () => ['policies.inline.more'],
    },
    {
      sentence: 'an inline policy less',
      change: () => console.send(new DeleteRolePolicyCommand({ RoleName: NAME, PolicyName: 'deploy' })),
      fields: () => ['policies.inline.deploy'],
    },
    {
      sentence: 'longer sessions',
      change: () =>
        console.send(
          new UpdateRoleCommand({
            RoleName: NAME,
            MaxSessionDuration: 43_200,
            Description: 'Made by a test',
          }),
        ),
      fields: () => ['maxSessionDuration'],
    },
    {
      sentence: 'another description',
      change: () =>
        console.send(
          new UpdateRoleCommand({ RoleName: NAME, MaxSessionDuration: 7_200, Description: 'Hands off' }),
        ),
      fields: () => ['description'],
    },
    {
      sentence: 'another value of a tag',
      change: () =>
        console.send(new TagRoleCommand({ RoleName: NAME, Tags: [{ Key: 'team', Value: 'pay' }] })),
      fields: () => ['tags.team'],
    },
    {
      sentence: 'a tag less',
      change: () => console.send(new UntagRoleCommand({ RoleName: NAME, TagKeys: ['team'] })),
      fields: () => ['tags.team'],
    },
  ];

  it.each(changes)('shows as that one field: $sentence', async ({ change, fields }) => {
    const before = await observed();
    await change();
    expect(differingFields(roleFields(before), roleFields(await observed()))).toEqual(fields());
  });

  it('shows an audience more on the provider', async () => {
    const provider = ourProvider(account);
    await console.send(
      new AddClientIDToOpenIDConnectProviderCommand({
        OpenIDConnectProviderArn: provider,
        ClientID: 'theirs',
      }),
    );
    const { providers } = await world.accounts.observe(account, { paths: [], providers: [provider] });
    const [ours] = providers.state === 'complete' ? providers.value.ours : [];
    expect([...(ours?.audiences ?? [])].sort()).toEqual(['ours', 'theirs']);
  });

  it('does not show where IAM merely spells the same in another way', async () => {
    const many = makeTrust(
      account,
      ...Array.from({ length: 9 }, (_, index) => `sc://contoso/Größe & 100%/${index}`),
    );
    await console.send(
      new UpdateAssumeRolePolicyCommand({ RoleName: NAME, PolicyDocument: JSON.stringify(many, null, 2) }),
    );
    const raw = await new IAM(clientOptions(world, account)).getRole({ RoleName: NAME });
    const seen = await observed();
    expect(raw.Role?.AssumeRolePolicyDocument).toContain('%7B');
    expect(decodeURIComponent(raw.Role?.AssumeRolePolicyDocument ?? '')).not.toBe(JSON.stringify(many));
    expect(samePolicy(seen.trust, many)).toBe(true);
  });

  it('shows a role that was made again as another one', async () => {
    const before = await observed();
    await console.send(new DetachRolePolicyCommand({ RoleName: NAME, PolicyArn: policies.first }));
    await console.send(new DeleteRolePolicyCommand({ RoleName: NAME, PolicyName: 'deploy' }));
    await new IAM(clientOptions(world, account)).deleteRole({ RoleName: NAME });
    world.clock.advance(1_000);
    await executeSteps({ ...world, account }, creation(account, role));
    const after = await observed();
    expect(after.id).not.toBe(before.id);
    expect(after.createdAt).toBeGreaterThan(before.createdAt);
  });

  it('shows roles of AWS services as not to be managed', async () => {
    const id = world.newAccount().id.replace(/^22/, '33') as Account['id'];
    world.aws.addAccount({ id, serviceLinkedRoles: ['AWSServiceRoleForSupport'] });
    const linked = { ...account, id, assumeRole: joinRoleArn('aws', id, '/azfed-spoke') };
    const { externalId: _, ...withoutExternalId } = linked;
    const { inScope } = await readRolesByPath({ ...world, account: withoutExternalId }, '/');
    expect(inScope.map(({ name, isFromTemplate }) => [name, isFromTemplate]).sort()).toEqual([
      ['AWSServiceRoleForSupport', true],
      ['azfed-spoke', false],
    ]);
  });
});

function openConsole(world: LocalWorld, account: Account): IAMClient {
  return new IAM(clientOptions(world, account));
}

/** Somebody who may do everything in the account, beside azfed. */
function clientOptions({ aws }: LocalWorld, { id }: Account) {
  return { region: 'us-east-1', endpoint: aws.url, credentials: aws.addAccount({ id }).credentials };
}
