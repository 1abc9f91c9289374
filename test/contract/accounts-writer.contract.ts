import { PermissionError } from '../../shared/domain/kernel/errors.ts';
import type { WriteStep } from '../../shared/domain/iam/iam-operation.ts';
import type { World } from './accounts-world.ts';
import { executeSteps, creation, MINUTE, policies, roleArn, readRolesByPath } from './accounts-world.ts';
import type { Divergence } from './divergences.ts';
import { testsUnless } from './divergences.ts';

export function writerContract(open: () => World, divergences: readonly Divergence[]): void {
  let world: World;
  beforeEach(() => {
    world = open();
  });
  const shop = (name = 'aws-prod') => roleArn(world.account, `/azure-devops/shop/${name}`);
  const asInAws = testsUnless(divergences);

  describe('a writer', () => {
    const untag = (name: string): WriteStep => ({ action: 'untagRole', role: shop(name), keys: ['team'] });
    beforeEach(async () => {
      await executeSteps(world, creation(world.account, shop('a')), creation(world.account, shop('b')));
    });
    const readTeam = async (name: string) =>
      (await readRolesByPath(world, '/azure-devops/')).inScope.find(({ arn }) => arn === shop(name))?.tags[
        'team'
      ];

    it('can do its steps until its end', async () => {
      const writer = await world.accounts.open(world.account, [untag('a')], world.clock.now() + MINUTE);
      world.clock.advance(MINUTE - 10_000);
      await writer.write(untag('a'));
      expect(await readTeam('a')).toBeUndefined();
    });

    asInAws('session-policies')('cannot do its steps after its end', async () => {
      const writer = await world.accounts.open(world.account, [untag('a')], world.clock.now() + MINUTE);
      world.clock.advance(MINUTE);
      await expect(writer.write(untag('a'))).rejects.toBeInstanceOf(PermissionError);
      expect(await readTeam('a')).toBe('shop');
    });

    asInAws('session-policies')('cannot do them to another role', async () => {
      const writer = await world.accounts.open(world.account, [untag('a')], world.clock.now() + MINUTE);
      await expect(writer.write(untag('b'))).rejects.toBeInstanceOf(PermissionError);
      expect(await readTeam('b')).toBe('shop');
    });

    asInAws('session-policies')('cannot do anything else, and names the right that is missing', async () => {
      const attach: WriteStep = { action: 'attachManagedPolicy', role: shop('a'), policy: policies.first };
      const writer = await world.accounts.open(world.account, [untag('a')], world.clock.now() + MINUTE);
      const attempt = writer.write(attach);
      await expect(attempt).rejects.toBeInstanceOf(PermissionError);
      await expect(attempt).rejects.toMatchObject({ action: 'iam:AttachRolePolicy' });
    });

    it('can do many steps on many roles', async () => {
      const roles = Array.from({ length: 40 }, (_, index) => shop(`a-role-with-a-rather-long-name-${index}`));
      await executeSteps(world, ...roles.map((role) => creation(world.account, role)));
      const { inScope } = await readRolesByPath(world, '/azure-devops/shop/');
      expect(inScope).toHaveLength(roles.length + 2);
    });
  });
}
