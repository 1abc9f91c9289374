import { samePolicy } from '../../shared/domain/policy/canonical-policy.ts';
import { roleFields } from '../../shared/domain/iam/role-fields.ts';
import type { RoleParts } from '../../shared/ports/accounts.ts';
import type { World } from './accounts-world.ts';
import {
  allowing,
  executeSteps,
  creation,
  MINUTE,
  ourProvider,
  policies,
  roleArn,
  readRolesByPath,
} from './accounts-world.ts';

const everything: RoleParts = { managedPolicies: true, inlinePolicies: 'all', instanceProfiles: true };

export function lookContract(open: () => World): void {
  let world: World;
  beforeEach(() => {
    world = open();
  });
  const shop = (name = 'aws-prod') => roleArn(world.account, `/azure-devops/shop/${name}`);

  describe('a look', () => {
    it('is complete and empty in an account without roles of ours and providers', async () => {
      const snapshot = await world.accounts.observe(world.account, {
        paths: ['/azure-devops/'],
        providers: [ourProvider(world.account)],
      });
      expect(snapshot).toMatchObject({
        account: world.account.id,
        roles: { state: 'complete', value: { inScope: [] } },
        providers: { state: 'complete', value: { arns: [], ours: [] } },
        quotas: { state: 'complete', value: { trustLength: 2_048, managedPoliciesPerRole: 10 } },
      });
    });

    it('shows a role exactly as it was made', async () => {
      const step = creation(world.account, shop());
      await executeSteps(world, step);
      const { inScope } = await readRolesByPath(world, '/azure-devops/');
      const { action: _, role: arn, ...state } = step;
      expect(inScope).toHaveLength(1);
      expect(inScope[0]).toMatchObject({
        arn,
        account: world.account.id,
        path: '/azure-devops/shop/',
        name: 'aws-prod',
        isFromTemplate: false,
        boundary: state.boundary,
        maxSessionDuration: 7_200,
        description: 'Made by a test',
        tags: state.tags,
        managedPolicies: [],
        inlinePolicies: {},
      });
      expect(inScope[0]?.id).toMatch(/^AROA/);
      expect(samePolicy(inScope[0]?.trust ?? {}, step.trust)).toBe(true);
    });

    it('shows the policies of a role', async () => {
      const role = shop();
      await executeSteps(
        world,
        creation(world.account, role),
        { action: 'attachManagedPolicy', role, policy: policies.first },
        { action: 'attachManagedPolicy', role, policy: policies.second },
        { action: 'putInlinePolicy', role, name: 'deploy', document: allowing('s3:PutObject') },
      );
      const { inScope } = await readRolesByPath(world, '/azure-devops/');
      expect([...(inScope[0]?.managedPolicies ?? [])].sort()).toEqual([policies.second, policies.first]);
      expect(Object.keys(inScope[0]?.inlinePolicies ?? {})).toEqual(['deploy']);
      expect(samePolicy(inScope[0]?.inlinePolicies['deploy'] ?? {}, allowing('s3:PutObject'))).toBe(true);
    });

    it('shows the instance profiles that hold a role, and a single read shows them when asked', async () => {
      const role = shop();
      await executeSteps(world, creation(world.account, role), creation(world.account, shop('free')));
      await world.holdInProfile(role, 'web');
      const { inScope } = await readRolesByPath(world, '/azure-devops/');
      const findProfiles = (name: string) => inScope.find((one) => one.name === name)?.instanceProfiles;
      expect([findProfiles('aws-prod'), findProfiles('free')]).toEqual([['web'], []]);
      const writer = await world.accounts.open(world.account, [], world.clock.now() + MINUTE);
      expect((await writer.readRole(role, everything))?.instanceProfiles).toEqual(['web']);
      const parts = { managedPolicies: false, inlinePolicies: [] };
      expect(await writer.readRole(role, parts)).not.toHaveProperty('instanceProfiles');
    });

    it('shows all roles on and below its paths, over all pages, and the ARNs of the others', async () => {
      const own = Array.from({ length: 12 }, (_, index) => shop(`role-${index}`));
      const below = roleArn(world.account, '/azure-devops/shop/web/below');
      const besides = ['/azure-devops/shopping/near', '/azure-devops/pay/other', '/far'].map((name) =>
        roleArn(world.account, name),
      );
      await executeSteps(world, ...[...own, below, ...besides].map((role) => creation(world.account, role)));
      const { inScope, elsewhere } = await readRolesByPath(world, '/azure-devops/shop/');
      expect(inScope.map(({ arn }) => arn).sort()).toEqual([...own, below].sort());
      const others = elsewhere.map(({ arn }) => arn);
      expect(others).toEqual(expect.arrayContaining(besides));
      expect(own.filter((arn) => others.includes(arn))).toEqual([]);
    });

    it('tells each role once when its paths lie in one another', async () => {
      await executeSteps(world, creation(world.account, shop()));
      const { inScope } = await readRolesByPath(
        world,
        '/azure-devops/shop/',
        '/azure-devops/',
        '/azure-devops/shop/',
      );
      expect(inScope.map(({ arn }) => arn)).toEqual([shop()]);
    });

    it('shows the roles that were asked for by name alone', async () => {
      await executeSteps(world, ...['a', 'b', 'c'].map((name) => creation(world.account, shop(name))));
      const { roles } = await world.accounts.observe(world.account, {
        paths: ['/azure-devops/shop/'],
        providers: [],
        roles: [shop('b'), shop('gone')],
      });
      expect(roles).toMatchObject({ state: 'complete', value: { inScope: [{ arn: shop('b') }] } });
    });

    it('shows all providers, and the audiences of those that were asked for', async () => {
      const ours = ourProvider(world.account);
      const foreign = ourProvider(world.account, 'token.example.com');
      await executeSteps(
        world,
        { action: 'createProvider', provider: ours, audiences: ['api://AzureADTokenExchange'] },
        { action: 'createProvider', provider: foreign, audiences: ['theirs'] },
      );
      const { providers } = await world.accounts.observe(world.account, {
        paths: [],
        providers: [ours, ourProvider(world.account, 'never.example.com')],
      });
      expect(providers.state === 'complete' && [...providers.value.arns].sort()).toEqual(
        [foreign, ours].sort(),
      );
      expect(providers).toMatchObject({
        value: {
          ours: [
            { arn: ours, issuer: ours.split('oidc-provider/')[1], audiences: ['api://AzureADTokenExchange'] },
          ],
        },
      });
    });

    it('counts the roles that are there', async () => {
      const used = async () => {
        const { quotas } = await world.accounts.observe(world.account, { paths: [], providers: [] });
        return quotas.state === 'complete' ? quotas.value.rolesUsed : undefined;
      };
      const before = await used();
      await executeSteps(world, creation(world.account, shop('a')), creation(world.account, shop('b')));
      expect(await used()).toBe((before ?? Number.NaN) + 2);
    });
  });

  describe('a single read', () => {
    it('gives the parts that were asked for, and the others empty', async () => {
      const role = shop();
      await executeSteps(
        world,
        creation(world.account, role),
        { action: 'attachManagedPolicy', role, policy: policies.first },
        { action: 'putInlinePolicy', role, name: 'a', document: allowing('s3:GetObject') },
        { action: 'putInlinePolicy', role, name: 'b', document: allowing('s3:PutObject') },
      );
      const writer = await world.accounts.open(world.account, [], world.clock.now() + MINUTE);
      const read = async (parts: RoleParts) => {
        const found = await writer.readRole(role, parts);
        return [found?.managedPolicies, Object.keys(found?.inlinePolicies ?? {}).sort()];
      };
      expect(await read({ managedPolicies: false, inlinePolicies: [] })).toEqual([[], []]);
      expect(await read({ managedPolicies: false, inlinePolicies: ['b', 'none'] })).toEqual([[], ['b']]);
      expect(await read(everything)).toEqual([[policies.first], ['a', 'b']]);
    });

    it('gives policies alone as they are on the role, and none where there is no role', async () => {
      const role = shop();
      await executeSteps(
        world,
        creation(world.account, role),
        { action: 'attachManagedPolicy', role, policy: policies.first },
        { action: 'putInlinePolicy', role, name: 'a', document: allowing('s3:GetObject') },
        { action: 'putInlinePolicy', role, name: 'b', document: allowing('s3:PutObject') },
      );
      const writer = await world.accounts.open(world.account, [], world.clock.now() + MINUTE);
      for (const parts of [
        { managedPolicies: true, inlinePolicies: [] },
        { managedPolicies: false, inlinePolicies: ['b', 'none'] },
        { managedPolicies: true, inlinePolicies: 'all' },
      ] satisfies RoleParts[]) {
        const whole = await writer.readRole(role, parts);
        expect(await writer.readPolicies(role, parts)).toEqual({
          managedPolicies: whole?.managedPolicies,
          inlinePolicies: whole?.inlinePolicies,
        });
        expect(await writer.readPolicies(shop('gone'), parts)).toEqual({
          managedPolicies: [],
          inlinePolicies: {},
        });
      }
      expect.assertions(6);
    });

    it('equals what the look shows', async () => {
      const role = shop();
      await executeSteps(world, creation(world.account, role), {
        action: 'putInlinePolicy',
        role,
        name: 'deploy',
        document: allowing('s3:PutObject', 's3:GetObject'),
      });
      const writer = await world.accounts.open(world.account, [], world.clock.now() + MINUTE);
      const single = await writer.readRole(role, everything);
      const [seen] = (await readRolesByPath(world, '/azure-devops/')).inScope;
      expect(single && roleFields(single)).toEqual(seen && roleFields(seen));
      expect([single?.id, single?.createdAt]).toEqual([seen?.id, seen?.createdAt]);
      expect([single?.instanceProfiles, seen?.instanceProfiles]).toEqual([[], []]);
    });

    it('finds no role and no provider where there are none', async () => {
      await executeSteps(world, creation(world.account, shop('here')));
      const writer = await world.accounts.open(world.account, [], world.clock.now() + MINUTE);
      const namesake = roleArn(world.account, '/azure-devops/pay/here');
      expect(await writer.readRole(shop('gone'), everything)).toBeUndefined();
      expect(await writer.readRole(namesake, everything)).toBeUndefined();
      expect(await writer.readProvider(ourProvider(world.account))).toBeUndefined();
    });
  });
}
