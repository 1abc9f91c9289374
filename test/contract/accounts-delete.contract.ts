import { PermissionError } from '../../shared/domain/kernel/errors.ts';
import type { RoleArn } from '../../shared/domain/kernel/ids.ts';
import type { WriteStep } from '../../shared/domain/iam/iam-operation.ts';
import type { World } from './accounts-world.ts';
import {
  allowing,
  executeSteps,
  creation,
  MINUTE,
  policies,
  roleArn,
  readRolesByPath,
} from './accounts-world.ts';
import type { Divergence } from './divergences.ts';
import { testsUnless } from './divergences.ts';

const bare = { managedPolicies: false, inlinePolicies: [] };

export function deleteContract(open: () => World, divergences: readonly Divergence[]): void {
  let world: World;
  let role: RoleArn;
  beforeEach(async () => {
    world = open();
    role = roleArn(world.account, '/azure-devops/shop/aws-prod');
    await executeSteps(world, creation(world.account, role));
  });
  const asInAws = testsUnless(divergences);

  describe('a deletion', () => {
    const deletion = (): WriteStep => ({ action: 'deleteRole', role });
    const rolesLeft = async () =>
      (await readRolesByPath(world, '/azure-devops/')).inScope.map(({ name }) => name).sort();

    it('leaves no role, and all others', async () => {
      await executeSteps(world, creation(world.account, roleArn(world.account, '/azure-devops/shop/other')));
      const writer = await world.accounts.open(world.account, [deletion()], world.clock.now() + MINUTE);
      expect((await writer.readRole(role, bare))?.arn).toBe(role);
      await writer.write(deletion());
      expect(await writer.readRole(role, bare)).toBeUndefined();
      expect(await rolesLeft()).toEqual(['other']);
    });

    it('comes after everything has been taken off the role, with one writer for all of it', async () => {
      await executeSteps(
        world,
        { action: 'attachManagedPolicy', role, policy: policies.first },
        { action: 'putInlinePolicy', role, name: 'deploy', document: allowing('s3:GetObject') },
      );
      await executeSteps(
        world,
        { action: 'detachManagedPolicy', role, policy: policies.first },
        { action: 'deleteInlinePolicy', role, name: 'deploy' },
        deletion(),
      );
      expect(await rolesLeft()).toEqual([]);
    });

    const hangingOn: Record<string, () => Promise<void>> = {
      'an attached policy': () =>
        executeSteps(world, { action: 'attachManagedPolicy', role, policy: policies.first }),
      'an inline policy': () =>
        executeSteps(world, {
          action: 'putInlinePolicy',
          role,
          name: 'deploy',
          document: allowing('s3:GetObject'),
        }),
      'an instance profile': () => world.holdInProfile(role, 'web'),
    };
    it.each(Object.entries(hangingOn))(
      'is refused of a role with %s, and changes nothing',
      async (_, hang) => {
        await hang();
        await expect(executeSteps(world, deletion())).rejects.toMatchObject({
          name: 'ConflictError',
          code: 'in-use',
          message: expect.stringContaining(role) as string,
        });
        expect(await rolesLeft()).toEqual(['aws-prod']);
      },
    );

    it('makes room for another role of the name, which is not the same', async () => {
      const [before] = (await readRolesByPath(world, '/azure-devops/')).inScope;
      await executeSteps(world, deletion());
      await executeSteps(world, creation(world.account, role));
      const [after] = (await readRolesByPath(world, '/azure-devops/')).inScope;
      expect([before?.arn, after?.arn]).toEqual([role, role]);
      expect(after?.id).not.toBe(before?.id);
    });

    asInAws('session-policies')(
      'is refused to a writer of other steps, and to one for another role',
      async () => {
        const other = roleArn(world.account, '/azure-devops/shop/other');
        await executeSteps(world, creation(world.account, other));
        const untag: WriteStep = { action: 'untagRole', role, keys: ['team'] };
        for (const steps of [[untag], [{ action: 'deleteRole', role: other } as const]]) {
          const writer = await world.accounts.open(world.account, steps, world.clock.now() + MINUTE);
          const attempt = writer.write(deletion());
          await expect(attempt).rejects.toBeInstanceOf(PermissionError);
          await expect(attempt).rejects.toMatchObject({ action: 'iam:DeleteRole' });
        }
        expect(await rolesLeft()).toEqual(['aws-prod', 'other']);
      },
    );
  });
}
