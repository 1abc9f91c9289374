import type { DeliverPorts } from '../../shared/application/delivery/deliver-run.ts';
import { digestSlice } from '../../shared/domain/discovery/account-slice.ts';
import type { RunPorts } from '../../shared/application/observe/observe.ts';
import type { OrganizationInventory } from '../../shared/domain/azure-devops/inventory.ts';
import { unknown } from '../../shared/domain/kernel/result.ts';
import { withUnreadProject } from '../builders/inventory.ts';
import { accountPorts } from './account-ports.ts';
import { listResidents } from './azure-devops.ts';
import { effect } from './effects.ts';
import { noteEvidence } from './evidence.ts';
import { note } from './memory.ts';
import { neighbours } from './neighbours.ts';
import type { Process } from './process.ts';
import { tablePorts } from './table-ports.ts';
import type { World } from './world.ts';
import { sliceName } from './world.ts';

export type SimulatedPorts = RunPorts & DeliverPorts & Required<Pick<RunPorts, 'slices'>>;

/** The ports of one process over the world: every call is a numbered effect, every write is checked. */
export function makePorts(world: World, process: Process): SimulatedPorts {
  const { town, clock } = world;
  return {
    connections: {
      readInventory: (organization) =>
        effect(process, {
          name: 'readInventory',
          act: async () => shown(world, process, await town.source.readInventory(organization)),
          answers: (code) => shown(world, process, unread(organization.name, organization.id, code)),
          part: (whole) => shown(world, process, withUnreadProject(whole)),
        }),
    },
    accounts: accountPorts(world, process),
    ...tablePorts(world, process),
    leases: leasePorts(world, process),
    slices: slicePorts(world, process),
    lanes: world.lanes,
    sender: {
      send: (webhook, event) =>
        effect(process, {
          name: 'send',
          writes: true,
          act: () => {
            if (world.memory.leftBehind.delete(event.id)) note(world.memory, 'outbox resumed after a crash');
            return world.sender.send(webhook, event);
          },
          answers: (code) => ({ outcome: 'refused', reason: code }),
        }),
      sendTogether: (webhook, events) =>
        effect(process, {
          name: 'sendTogether',
          writes: true,
          act: () => world.sender.sendTogether(webhook, events),
          answers: (code) => ({ outcome: 'refused', reason: code }),
        }),
    },
    clock,
    ids: { next: () => `owner-${process.number}-${++process.owners}` },
    random: () => 0,
  };
}

function shown(world: World, process: Process, inventory: OrganizationInventory): OrganizationInventory {
  const { identity, projects, organizationId } = inventory;
  const isWhole =
    projects.state === 'complete' &&
    projects.value.every(({ connections }) => connections.state === 'complete');
  process.isPartial ||= !isWhole;
  // The model of people and names is that of one organization.
  if (neighbours.some(({ organization }) => organization.id === organizationId)) return inventory;
  if (identity.state === 'complete') process.answered = identity.value.id;
  process.seen = listResidents(inventory);
  for (const { id } of process.seen) world.memory.missed.delete(id);
  noteEvidence(world, process.seen, isWhole);
  return inventory;
}

function unread(
  organizationName: string,
  organizationId: OrganizationInventory['organizationId'],
  code: string,
): OrganizationInventory {
  const nothing = unknown(code, 'Azure DevOps did not answer.');
  return { organizationId, organizationName, identity: nothing, projects: nothing, requests: 1 };
}

/** The table's slices: what discovery writes there is what the process reads. */
function slicePorts({ heads }: World, process: Process): SimulatedPorts['slices'] {
  return {
    readHeads: (organization, accounts) =>
      effect(process, {
        name: 'readHeads',
        act: () =>
          Promise.resolve(
            new Map(
              accounts.flatMap((account) => {
                const digest = heads.get(sliceName(organization, account));
                return digest === undefined ? [] : [[account, { version: 1, digest, parts: 1 }] as const];
              }),
            ),
          ),
      }),
    write: (slice) => {
      const name = sliceName(slice.organizationId, slice.account);
      heads.set(name, digestSlice(slice));
      process.slices.set(name, digestSlice(slice));
      return Promise.resolve();
    },
  };
}

const isOvertaken = ({ heads }: World, { slices }: Process) =>
  [...slices].some(([name, digest]) => heads.get(name) !== digest);

function leasePorts(world: World, process: Process): RunPorts['leases'] {
  const { leases, holders } = world;
  return {
    acquire: (account, owner, now, durationMs) =>
      effect(process, {
        name: 'acquire',
        writes: true,
        act: async () => {
          const lease = await leases.acquire(account, owner, now, durationMs);
          process.isOvertaken ||= isOvertaken(world, process);
          if (lease) holders.set(account, { process: process.number, lease });
          return lease;
        },
      }),
    holder: (account) => effect(process, { name: 'holder', act: () => leases.holder(account) }),
    isHeld: (lease, now) => effect(process, { name: 'isHeld', act: () => leases.isHeld(lease, now) }),
    release: (lease) =>
      effect(process, {
        name: 'release',
        writes: true,
        act: async () => {
          await leases.release(lease);
          const holder = holders.get(lease.account);
          if (holder?.lease.fence === lease.fence && holder.lease.owner === lease.owner)
            holders.delete(lease.account);
        },
      }),
  };
}
