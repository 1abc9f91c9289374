import { tamperings } from '../builders/arbitraries-tampering.ts';
import { grant } from '../builders/configuration.ts';
import { connection, reference } from '../builders/connection.ts';
import { connectionId, projectId, roleArn } from '../builders/domain-ids.ts';
import { changeRole, makeForeignRole } from './iam-people.ts';
import { BEN, approve, ask, abandonConnection, succeed } from './operators.ts';
import type { Wiring } from './simulated-run.ts';
import { runOnce } from './simulated-run.ts';
import type { Scenarios } from './scenario.ts';
import { alone, edited, one, role, shown, two } from './scenario.ts';
import type { World } from './world.ts';

const MINUTE_MS = 60_000;
const MONTH_MS = 31 * 24 * 60 * MINUTE_MS;
const deleting = { ...alone, configuration: { grants: [grant({ retire: 'delete' })] } };

async function runAndWait(world: World, wiring: Wiring, waitMs = 5 * MINUTE_MS): Promise<void> {
  await runOnce(world, { wiring });
  world.clock.advance(waitMs);
}

/** Nobody asks for the role, and its time is over. */
async function expire(world: World, wiring: Wiring): Promise<void> {
  edited(1, () => ({ oidc: 'off' }))(world);
  await runAndWait(world, wiring, MONTH_MS);
  await runAndWait(world, wiring);
}

async function remove(world: World, wiring: Wiring): Promise<void> {
  await expire(world, wiring);
  await approve(world, BEN, { wiring });
  await runAndWait(world, wiring);
}

async function interruptDeletion(world: World, wiring: Wiring): Promise<void> {
  await expire(world, wiring);
  await yes(world, wiring);
  await runOnce(world, { wiring, fault: { at: 'deleteInlinePolicy', mode: 'throws-before' } });
  world.clock.advance(5 * MINUTE_MS);
}

const yes = (world: World, wiring: Wiring) => approve(world, BEN, { wiring });
const makeByHand = async (world: World, wiring: Wiring) => {
  const wide = tamperings['opens the trust to everybody'];
  if (wide) makeForeignRole(world, roleArn('r2'), 1, wide);
  shown(one, two)(world);
  await runAndWait(world, wiring);
};

/** Roles that come from elsewhere, go, and come back. */
export const retirementScenarios: Scenarios = {
  'a role of somebody else that is taken over': {
    ...alone,
    happens: makeByHand,
    does: (world, options) => ask(world, 'adopt', roleArn('r2'), options),
    decides: (world, wiring) => ask(world, 'adopt', roleArn('r2'), { wiring }),
  },
  'a connection that somebody lets take the place of an earlier one of its name': {
    ...alone,
    happens: async (world, wiring) => {
      shown(connection(3, { references: one.references, requestedRoleArn: role }))(world);
      await runAndWait(world, wiring);
    },
    does: (world, options) => succeed(world, connectionId(3), options),
    decides: (world, wiring) => succeed(world, connectionId(3), { wiring }),
  },
  'a connection that somebody lets have the role of one that is gone': {
    connections: [one, two],
    happens: async (world, wiring) => {
      shown({ ...two, requestedRoleArn: role })(world);
      await runAndWait(world, wiring);
    },
    does: (world, options) => succeed(world, two.id, options),
    decides: (world, wiring) => succeed(world, two.id, { wiring }),
  },
  'a connection of which somebody says that it is gone': {
    connections: [one, two],
    configuration: deleting.configuration,
    happens: async (world) => {
      shown(two)(world);
      await abandonConnection(world, one.id);
    },
  },
  'a deletion that a second person approves': {
    ...deleting,
    happens: expire,
    does: (world, options) => approve(world, BEN, options),
    decides: yes,
  },
  'a deletion that was approved': {
    ...deleting,
    happens: async (world, wiring) => {
      await expire(world, wiring);
      await yes(world, wiring);
    },
    decides: yes,
  },
  'a deletion that was approved too long ago': {
    ...deleting,
    happens: async (world, wiring) => {
      await expire(world, wiring);
      await yes(world, wiring);
      world.clock.advance(2 * 60 * MINUTE_MS);
    },
    decides: yes,
  },
  'a deletion that only the one who asks for it has approved': {
    ...deleting,
    happens: async (world, wiring) => {
      await expire(world, wiring);
      await yes(world, wiring);
    },
    does: (world, options) => runOnce(world, { ...options, trigger: 'person', actor: BEN }),
    decides: yes,
  },
  'a deletion that was approved, and that a person of unknown identity asks for': {
    ...deleting,
    happens: async (world, wiring) => {
      await expire(world, wiring);
      await yes(world, wiring);
    },
    does: (world, options) => runOnce(world, { ...options, trigger: 'person' }),
    decides: yes,
  },
  'a deletion that was interrupted, of a role that somebody changed since': {
    ...deleting,
    happens: async (world, wiring) => {
      await interruptDeletion(world, wiring);
      changeRole(world, role, (seen) => tamperings['attaches a policy']?.change(seen) ?? {});
    },
    decides: yes,
  },
  'a deletion that was interrupted, of a role that somebody took a policy from since': {
    ...deleting,
    happens: async (world, wiring) => {
      await interruptDeletion(world, wiring);
      changeRole(world, role, () => ({ inlinePolicies: {} }));
    },
    decides: yes,
  },
  'two deletions that were approved': {
    connections: [one, two],
    configuration: deleting.configuration,
    happens: async (world, wiring) => {
      edited(2, () => ({ oidc: 'off' }))(world);
      await expire(world, wiring);
      await yes(world, wiring);
    },
    decides: yes,
  },
  'a connection that is not listed any more, and whose time would be over': {
    connections: [one, two],
    configuration: deleting.configuration,
    happens: async (world, wiring) => {
      shown(two)(world);
      await runAndWait(world, wiring, MONTH_MS);
      await yes(world, wiring);
    },
    decides: yes,
  },
  'a connection of which somebody says that it is gone, while it cannot be seen': {
    connections: [one, connection(2, { references: [reference(2, 'b')] })],
    configuration: deleting.configuration,
    happens: async (world) => {
      world.town.hide([projectId(2)], 'plainly');
      await abandonConnection(world, connectionId(2));
    },
  },
  'a role that is used while it waits for its deletion': {
    ...deleting,
    happens: async (world, wiring) => {
      await expire(world, wiring);
      await yes(world, wiring);
      changeRole(world, role, () => ({ lastUsedAt: world.clock.now() }));
    },
  },
  'a deleted role that somebody asks back': {
    ...deleting,
    happens: remove,
    does: (world, options) => ask(world, 'restore', role, options),
    decides: (world, wiring) => ask(world, 'restore', role, { wiring }),
  },
  'a deleted role whose connection asks for it again': {
    ...deleting,
    happens: async (world, wiring) => {
      await remove(world, wiring);
      edited(1, () => ({ oidc: 'on' }))(world);
    },
  },
  'a role that is back, and a connection that is let in again by a second yes': {
    ...deleting,
    happens: async (world, wiring) => {
      await remove(world, wiring);
      await ask(world, 'restore', role, { wiring });
      world.clock.advance(5 * MINUTE_MS);
      edited(1, () => ({ oidc: 'on' }))(world);
      await runAndWait(world, wiring);
      await yes(world, wiring);
    },
    decides: yes,
  },
};
