import { tamperings } from '../builders/arbitraries-tampering.ts';
import { configuration, grant } from '../builders/configuration.ts';
import { connection, reference } from '../builders/connection.ts';
import { roleArn } from '../builders/domain-ids.ts';
import { changeRole } from './iam-people.ts';
import type { Wiring } from './simulated-run.ts';
import { runOnce } from './simulated-run.ts';
import type { Scenarios } from './scenario.ts';
import { configured, one, role, shown, two } from './scenario.ts';
import type { World } from './world.ts';
import { getAccount } from './world.ts';

const mine = ['a', 'b', 'c', 'd'].map((name, index) =>
  connection(index + 1, { references: [reference(1, name)] }),
);
const theirs = connection(5, { references: [reference(2, 'a')] });

/** Somebody with rights in IAM opens the role to everybody, and takes from it what it was granted. */
const opened =
  (arn = role) =>
  (world: World): void => {
    changeRole(world, arn, (seen) => ({
      ...tamperings['opens the trust to everybody']?.change(seen),
      managedPolicies: [],
    }));
  };

const DAY_MS = 24 * 60 * 60_000;

/** A contributor deletes a connection and makes another of its name, which azfed is not shown; four days go by. */
const namesakeHidden = async (world: World, wiring: Wiring): Promise<void> => {
  const namesake = connection(3, { references: one.references });
  world.town.conceal([namesake.id]);
  shown(namesake, two)(world);
  for (const days of [0, 1, 3]) {
    world.clock.advance(days * DAY_MS);
    if (days < 3) await runOnce(world, { wiring });
  }
};

const oneAtATime = configured({ limits: { ...configuration().limits, changesPerPass: 1 } });

/** What insiders do at the same time, so that a role of others stays open; or so that nobody sees who uses it. */
export const insiderScenarios: Scenarios = {
  'a contributor puts a namesake that is not shown in the place of a connection': {
    connections: [one, two],
    happens: namesakeHidden,
  },
  'a namesake that is not shown, where roles of missing connections are closed': {
    connections: [one, two],
    configuration: { grants: [grant({ missing: 'close' })] },
    happens: namesakeHidden,
  },
  'a missing connection that is shown again after its role was closed': {
    connections: [one, two],
    configuration: { grants: [grant({ missing: 'close' })] },
    happens: async (world, wiring) => {
      world.town.conceal([one.id]);
      await runOnce(world, { wiring });
      world.clock.advance(4 * DAY_MS);
      await runOnce(world, { wiring });
      world.town.conceal([]);
      world.clock.advance(DAY_MS);
    },
  },
  'a contributor deletes four connections, and a role of another project is opened to everybody': {
    connections: [...mine, theirs],
    configuration: { limits: { ...configuration().limits, absencePercent: 10 } },
    happens: (world) => {
      shown(theirs)(world);
      opened(roleArn('r5'))(world);
    },
  },
  'a role is opened to everybody when no room is left for changes': {
    connections: [one, two],
    happens: (world) => {
      oneAtATime(world);
      opened(roleArn('r1'))(world);
      opened(roleArn('r2'))(world);
    },
  },
  'two projects swap their names when room is left for one change': {
    connections: [one, theirs],
    happens: (world) => {
      oneAtATime(world);
      shown(
        { ...one, references: [reference(1, 'a', 'P2')] },
        { ...theirs, references: [reference(2, 'a', 'P1')] },
      )(world);
    },
  },
  'a policy is missing and a description is another when room is left for one change': {
    connections: [one, two],
    happens: (world) => {
      oneAtATime(world);
      changeRole(world, roleArn('r1'), () => ({ description: 'mine' }));
      changeRole(world, roleArn('r2'), () => ({ managedPolicies: [] }));
    },
  },
  'a role is opened to everybody, and its connection is shared with more projects than a trust can name': {
    connections: [one],
    happens: (world) => {
      const trustLength = JSON.stringify(getAccount(world).roles.get(role)?.trust ?? '').length + 10;
      getAccount(world).quotas = { ...getAccount(world).quotas, trustLength };
      shown({ ...one, references: [reference(1, 'a'), reference(2, 'a')] })(world);
      opened()(world);
    },
  },
  'a role is opened to everybody, and its connection says nothing clear about OIDC': {
    connections: [one, two],
    happens: (world) => {
      shown({ ...one, oidc: 'unclear' }, two)(world);
      opened()(world);
    },
  },
  'a role is opened to everybody, and its connection is not listed': {
    connections: [one, two],
    happens: (world) => {
      shown(two)(world);
      opened()(world);
    },
  },
};
