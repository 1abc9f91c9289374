import { roleArn } from '../builders/domain-ids.ts';
import { changeRole } from './iam-people.ts';
import type { Scenarios } from './scenario.ts';
import { alone, edited, one, role, shown, two } from './scenario.ts';
import { runOnce } from './simulated-run.ts';
import { discoverAgain } from './sliced.ts';
import type { World } from './world.ts';
import { getAccount } from './world.ts';

const EXTRA = 'arn:aws:iam::aws:policy/AdministratorAccess';

/** The role that the older slice opens is one that the newer slice gives to nobody. */
async function asksForAnother(world: World): Promise<void> {
  edited(2, () => ({ requestedRoleArn: roleArn('r9') }))(world);
  await discoverAgain(world);
}

/** A run works by one slice while discovery writes the next. */
export const sliceScenarios: Scenarios = {
  'discovery writes a newer slice before a run begins to write': {
    ...alone,
    happens: (world) => {
      changeRole(world, role, ({ managedPolicies }) => ({ managedPolicies: [...managedPolicies, EXTRA] }));
      shown(one, two)(world);
    },
    meanwhile: { before: 'acquire', act: asksForAnother },
    does: async (world, options) => {
      const run = await runOnce(world, options);
      const isNarrowed = !getAccount(world).roles.get(role)?.managedPolicies.includes(EXTRA);
      if (!run.process.isDisturbed && !isNarrowed)
        world.violations.push(`I17 ${role} keeps a policy for what discovery has seen of another`);
      // Also where a fault has ended the run before it came so far.
      await asksForAnother(world);
      return run;
    },
  },
};
