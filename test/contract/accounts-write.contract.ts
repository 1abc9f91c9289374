import { ConflictError, UpstreamError } from '../../shared/domain/kernel/errors.ts';
import { samePolicy } from '../../shared/domain/policy/canonical-policy.ts';
import { roleFields } from '../../shared/domain/iam/role-fields.ts';
import type { RoleState } from '../../shared/domain/iam/role.ts';
import type { WriteStep } from '../../shared/domain/iam/iam-operation.ts';
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
  makeTrust,
} from './accounts-world.ts';
import type { Divergence } from './divergences.ts';
import { testsUnless } from './divergences.ts';

export function writeContract(open: () => World, divergences: readonly Divergence[]): void {
  let world: World;
  beforeEach(() => {
    world = open();
  });
  const shop = (name = 'aws-prod') => roleArn(world.account, `/azure-devops/shop/${name}`);
  const asInAws = testsUnless(divergences);

  describe('a write', () => {
    const cases: { sentence: string; step: () => WriteStep; changed: Partial<RoleState> }[] = [
      {
        sentence: 'the boundary',
        step: () => ({ action: 'setBoundary', role: shop(), boundary: policies.otherBoundary }),
        changed: { boundary: policies.otherBoundary },
      },
      {
        sentence: 'a policy more',
        step: () => ({ action: 'attachManagedPolicy', role: shop(), policy: policies.second }),
        changed: { managedPolicies: [policies.second, policies.first] },
      },
      {
        sentence: 'a policy less',
        step: () => ({ action: 'detachManagedPolicy', role: shop(), policy: policies.first }),
        changed: { managedPolicies: [] },
      },
      {
        sentence: 'an inline policy less',
        step: () => ({ action: 'deleteInlinePolicy', role: shop(), name: 'deploy' }),
        changed: { inlinePolicies: {} },
      },
      {
        sentence: 'another inline policy of that name',
        step: () => ({ action: 'putInlinePolicy', role: shop(), name: 'deploy', document: allowing('s3:*') }),
        changed: { inlinePolicies: { deploy: allowing('s3:*') } },
      },
      {
        sentence: 'the session duration',
        step: () => ({
          action: 'updateRole',
          role: shop(),
          maxSessionDuration: 3_600,
          description: 'Made by a test',
        }),
        changed: { maxSessionDuration: 3_600 },
      },
      {
        sentence: 'the description',
        step: () => ({
          action: 'updateRole',
          role: shop(),
          maxSessionDuration: 7_200,
          description: 'Another',
        }),
        changed: { description: 'Another' },
      },
      {
        sentence: 'tags',
        step: () => ({ action: 'tagRole', role: shop(), tags: { team: 'pay', cost: '1' } }),
        changed: { tags: { 'azfed:connection': 'c1', team: 'pay', cost: '1' } },
      },
      {
        sentence: 'tags less',
        step: () => ({ action: 'untagRole', role: shop(), keys: ['team', 'never'] }),
        changed: { tags: { 'azfed:connection': 'c1' } },
      },
      {
        sentence: 'the trust',
        step: () => ({ action: 'setTrust', role: shop(), trust: makeTrust(world.account, 'sc://o/p/c') }),
        changed: {},
      },
    ];

    it.each(cases)('changes one field and leaves the others: $sentence', async ({ step, changed }) => {
      const role = shop();
      await executeSteps(
        world,
        creation(world.account, role),
        { action: 'attachManagedPolicy', role, policy: policies.first },
        { action: 'putInlinePolicy', role, name: 'deploy', document: allowing('s3:GetObject') },
      );
      const [before] = (await readRolesByPath(world, '/azure-devops/')).inScope;
      const write = step();
      await executeSteps(world, write);
      const [after] = (await readRolesByPath(world, '/azure-devops/')).inScope;
      if (!before || !after) throw new Error('The role is not there.');
      const trust = write.action === 'setTrust' ? { trust: write.trust } : {};
      expect(roleFields(after)).toEqual(roleFields({ ...before, ...changed, ...trust }));
      expect(roleFields(after)).not.toEqual(roleFields(before));
      expect(after.id).toBe(before.id);
    });

    it('may be repeated where IAM allows it', async () => {
      const role = shop();
      await executeSteps(world, creation(world.account, role));
      const steps: WriteStep[] = [
        { action: 'attachManagedPolicy', role, policy: policies.first },
        { action: 'putInlinePolicy', role, name: 'deploy', document: allowing('s3:GetObject') },
        { action: 'setTrust', role, trust: makeTrust(world.account, 'a') },
        { action: 'setBoundary', role, boundary: policies.otherBoundary },
        { action: 'tagRole', role, tags: { team: 'pay' } },
        { action: 'untagRole', role, keys: ['team'] },
        { action: 'updateRole', role, maxSessionDuration: 7_200, description: 'Another' },
      ];
      await executeSteps(world, ...steps);
      const [once] = (await readRolesByPath(world, '/azure-devops/')).inScope;
      await executeSteps(world, ...steps);
      const [twice] = (await readRolesByPath(world, '/azure-devops/')).inScope;
      expect(twice && roleFields(twice)).toEqual(once && roleFields(once));
    });

    asInAws('client-ids')('adds an audience to a provider and keeps those that are there', async () => {
      const provider = ourProvider(world.account);
      await executeSteps(world, { action: 'createProvider', provider, audiences: ['theirs'] });
      const add: WriteStep = { action: 'addAudience', provider, audience: 'api://AzureADTokenExchange' };
      await executeSteps(world, add);
      await executeSteps(world, add);
      const writer = await world.accounts.open(world.account, [], world.clock.now() + MINUTE);
      const found = await writer.readProvider(provider);
      expect([...(found?.audiences ?? [])].sort()).toEqual(['api://AzureADTokenExchange', 'theirs']);
    });

    it('says that what it makes exists already', async () => {
      const provider = ourProvider(world.account);
      const makeProvider: WriteStep = { action: 'createProvider', provider, audiences: ['a'] };
      const makeRole = creation(world.account, shop());
      await executeSteps(world, makeProvider, makeRole);
      await expect(executeSteps(world, makeProvider)).rejects.toMatchObject(conflict('exists'));
      await expect(executeSteps(world, makeRole)).rejects.toMatchObject(conflict('exists'));
    });

    it('says that a role of the name lies elsewhere', async () => {
      await executeSteps(world, creation(world.account, shop('aws-prod')));
      const elsewhere = creation(world.account, roleArn(world.account, '/azure-devops/pay/aws-prod'));
      await expect(executeSteps(world, elsewhere)).rejects.toMatchObject(conflict('exists'));
    });

    asInAws('role-name-case')('says that a role of the name in another case exists', async () => {
      await executeSteps(world, creation(world.account, shop('aws-prod')));
      const upper = creation(world.account, shop('AWS-Prod'));
      await expect(executeSteps(world, upper)).rejects.toMatchObject(conflict('exists'));
    });

    const onMissing: (() => WriteStep)[] = [
      () => ({ action: 'setTrust', role: shop(), trust: makeTrust(world.account, 'a') }),
      () => ({ action: 'setBoundary', role: shop(), boundary: policies.boundary }),
      () => ({ action: 'attachManagedPolicy', role: shop(), policy: policies.first }),
      () => ({ action: 'detachManagedPolicy', role: shop(), policy: policies.first }),
      () => ({ action: 'putInlinePolicy', role: shop(), name: 'a', document: allowing('s3:*') }),
      () => ({ action: 'deleteInlinePolicy', role: shop(), name: 'a' }),
      () => ({ action: 'updateRole', role: shop(), maxSessionDuration: 7_200, description: 'a' }),
      () => ({ action: 'untagRole', role: shop(), keys: ['a'] }),
      () => ({ action: 'tagRole', role: shop(), tags: { a: 'b' } }),
      () => ({ action: 'deleteRole', role: shop() }),
    ];
    it('says that the role it is for is not there', async () => {
      for (const step of onMissing)
        await expect(executeSteps(world, step())).rejects.toMatchObject(conflict('missing'));
      expect.assertions(onMissing.length);
    });

    it('says that what it takes away is not there', async () => {
      const role = shop();
      await executeSteps(world, creation(world.account, role));
      const detach: WriteStep = { action: 'detachManagedPolicy', role, policy: policies.first };
      const remove: WriteStep = { action: 'deleteInlinePolicy', role, name: 'constructor' };
      await expect(executeSteps(world, detach)).rejects.toMatchObject(conflict('missing'));
      await expect(executeSteps(world, remove)).rejects.toMatchObject(conflict('missing'));
    });

    asInAws('trust-length')(
      'is refused for a trust that is longer than the quota, and changes nothing',
      async () => {
        const role = shop();
        await executeSteps(world, creation(world.account, role));
        const subjects = Array.from(
          { length: 60 },
          (_, index) => `sc://contoso/a project of many words/${index}`,
        );
        const tooLong: WriteStep = { action: 'setTrust', role, trust: makeTrust(world.account, ...subjects) };
        const attempt = executeSteps(world, tooLong);
        await expect(attempt).rejects.toBeInstanceOf(UpstreamError);
        await expect(attempt).rejects.toMatchObject({ code: 'quota' });
        const [after] = (await readRolesByPath(world, '/azure-devops/')).inScope;
        expect(samePolicy(after?.trust ?? {}, makeTrust(world.account, 'closed'))).toBe(true);
      },
    );
  });
}

function conflict(code: 'exists' | 'missing') {
  // toMatchObject compares own members; the class is told by its name.
  return { name: ConflictError.name, code };
}
