import { tamperings } from '../builders/arbitraries-tampering.ts';
import { configuration } from '../builders/configuration.ts';
import { connection, reference } from '../builders/connection.ts';
import { roleArn } from '../builders/domain-ids.ts';
import { changeRole } from './iam-people.ts';
import type { Scenarios } from './scenario.ts';
import { one, role, shown, two } from './scenario.ts';
import type { World } from './world.ts';

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

/** What insiders do at the same time, so that a role of others stays open. */
export const insiderScenarios: Scenarios = {
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
    configuration: { limits: { ...configuration().limits, changesPerPass: 1 } },
    happens: (world) => {
      opened(roleArn('r1'))(world);
      opened(roleArn('r2'))(world);
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
