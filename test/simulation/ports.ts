import type { DeliverPorts } from '../../shared/application/deliver.ts';
import type { PassPorts } from '../../shared/application/ports.ts';
import type { Account } from '../../shared/domain/configuration.ts';
import type { RoleArn, RoleId } from '../../shared/domain/ids.ts';
import type { AccountObservation } from '../../shared/domain/observation.ts';
import type { OrganizationInventory } from '../../shared/domain/inventory.ts';
import { complete, unknown } from '../../shared/domain/reading.ts';
import type { WriteStep } from '../../shared/domain/step.ts';
import type { AccountWriter, ObservationScope } from '../../shared/ports/accounts.ts';
import { withUnreadProject } from '../builders/inventory.ts';
import { effect } from './effects.ts';
import { checkRoleWrite } from './invariants.ts';
import { note } from './memory.ts';
import type { Process } from './process.ts';
import { checkRecordWrite } from './record-invariants.ts';
import { keyOf } from './table.ts';
import type { World } from './world.ts';
import { PLANTED, accountIn } from './world.ts';

export type SimulatedPorts = PassPorts & DeliverPorts;

/** The ports of one process over the world: every call is a numbered effect, every write is checked. */
export function portsOf(world: World, process: Process): SimulatedPorts {
  const { town, accounts, clock } = world;
  return {
    connections: {
      readInventory: (organization) =>
        effect(process, {
          name: 'readInventory',
          act: async () => shown(process, await town.source.readInventory(organization)),
          tells: (code) => shown(process, unread(organization.name, organization.id, code)),
          part: (whole) => shown(process, withUnreadProject(whole)),
        }),
    },
    accounts: {
      observe: (account, scope) => observe(world, process, account, scope),
      open: (account, steps, until) =>
        effect(process, {
          name: 'open',
          act: async () => writerOf(world, process, account, await accounts.open(account, steps, until)),
        }),
    },
    ...tablePorts(world, process),
    leases: leasePorts(world, process),
    sender: {
      send: (webhook, event) =>
        effect(process, {
          name: `send`,
          writes: true,
          act: () => {
            if (world.memory.leftBehind.delete(event.id)) note(world.memory, 'outbox resumed after a crash');
            return world.sender.send(webhook, event);
          },
          tells: (code) => ({ outcome: 'refused', reason: code }),
        }),
    },
    clock,
    ids: { next: () => `owner-${process.number}-${++process.owners}` },
    random: () => 0,
  };
}

function shown(process: Process, inventory: OrganizationInventory): OrganizationInventory {
  const projects = inventory.projects.state === 'complete' ? inventory.projects.value : [];
  const isOther =
    inventory.identity.state === 'complete' && inventory.identity.value.id !== inventory.organizationId;
  process.seen = isOther
    ? []
    : projects
        .flatMap(({ connections }) => (connections.state === 'complete' ? connections.value : []))
        .filter((one, index, all) => all.findIndex(({ id }) => id === one.id) === index);
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

function observe(
  { accounts }: World,
  process: Process,
  account: Account,
  scope: ObservationScope,
): Promise<AccountObservation> {
  const found = (observation: AccountObservation) => {
    const roles = observation.roles.state === 'complete' ? observation.roles.value.inScope : [];
    for (const role of roles) process.found.set(role.arn, role);
    if (observation.roles.state === 'unknown') process.blind.add(account.id);
    return observation;
  };
  const refused = (code: string) => unknown(code, 'IAM did not answer.');
  return effect(process, {
    name: 'observe',
    act: async () => found(await accounts.observe(account, scope)),
    tells: (code) =>
      found({
        account: account.id,
        roles: refused(code),
        providers: refused(code),
        quotas: refused(code),
        calls: 1,
      }),
    part: (whole) =>
      found({
        ...whole,
        roles: refused('cut-short'),
        quotas: complete({ trustLength: 2_048, roles: 1_000, rolesUsed: 0, managedPoliciesPerRole: 10 }),
      }),
  });
}

function tablePorts({ table, history, violations, ...world }: World, process: Process) {
  const { store } = table;
  const read = <Result>(name: string, act: () => Promise<Result>) => effect(process, { name, act });
  return {
    state: {
      readConnections: (id) => read('readConnections', () => store.readConnections(id)),
      readProviders: (id) => read('readProviders', () => store.readProviders(id)),
      readControls: () => read('readControls', () => store.readControls()),
      readPending: () => read('readPending', () => store.readPending()),
      write: (item) =>
        effect(process, {
          name: `record`,
          writes: true,
          act: async () => {
            const before = table.items.get(keyOf(item));
            const written = await store.write(item);
            violations.push(...checkRecordWrite({ table, history, violations, ...world }, before, written));
            return written;
          },
        }),
    } satisfies DeliverPorts['state'],
    history: {
      read: (id) => read('readHistory', () => history.read(id)),
      readDeployment: () => read('readHistory', () => history.readDeployment()),
      append: (item, event) =>
        effect(process, {
          name: 'append',
          writes: true,
          act: () => {
            if (JSON.stringify(event).includes(PLANTED)) violations.push('I10 the history holds a secret');
            return history.append(item, event);
          },
        }),
    } satisfies DeliverPorts['history'],
  };
}

function leasePorts({ leases, holders }: World, process: Process): PassPorts['leases'] {
  return {
    acquire: (account, owner, now, durationMs) =>
      effect(process, {
        name: 'acquire',
        writes: true,
        act: async () => {
          const lease = await leases.acquire(account, owner, now, durationMs);
          if (lease) holders.set(account, { process: process.number, lease });
          return lease;
        },
      }),
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

function writerOf(world: World, process: Process, account: Account, writer: AccountWriter): AccountWriter {
  return {
    readRole: (role, parts) =>
      effect(process, {
        name: 'readRole',
        act: async () => {
          const found = await writer.readRole(role, parts);
          process.bounded.set(role, found?.boundary !== undefined);
          return found;
        },
      }),
    readProvider: (provider) =>
      effect(process, { name: 'readProvider', act: () => writer.readProvider(provider) }),
    write: (step) =>
      effect(process, {
        name: step.action,
        writes: true,
        act: () => write(world, process, account, writer, step),
      }),
  };
}

async function write(
  world: World,
  process: Process,
  account: Account,
  writer: AccountWriter,
  step: WriteStep,
) {
  const { roles } = accountIn(world, account.id);
  const before = 'role' in step ? roles.get(step.role) : undefined;
  const all = [...roles.keys()];
  await writer.write(step);
  const holder = world.holders.get(account.id);
  if (holder?.process !== process.number || world.clock.now() >= holder.lease.until)
    world.violations.push(`I11 process ${process.number} writes without holding the lease`);
  if (all.some((arn) => !roles.has(arn))) world.violations.push('I5 a role was deleted');
  if ('role' in step) checkRole(world, process, step, before, roles.get(step.role));
  else checkProvider(world, step);
}

function checkRole(
  world: World,
  process: Process,
  step: Extract<WriteStep, { role: RoleArn }>,
  before: ReturnType<ReturnType<typeof accountIn>['roles']['get']>,
  after: typeof before,
): void {
  if (!after) return void world.violations.push(`I5 ${step.role} is gone`);
  world.violations.push(...checkRoleWrite(world, process, { step, before, after }));
  if (step.action === 'createRole' && process.isInDoubt) world.memory.doubtful.add(after.id satisfies RoleId);
}

function checkProvider(
  { table, violations, configuration }: World,
  step: Exclude<WriteStep, { role: RoleArn }>,
): void {
  const record = table.items.get(step.provider);
  if (record?.kind !== 'provider' || !record.intent) violations.push(`I7 ${step.action} without an intent`);
  if (configuration.grants.every(({ mode }) => mode === 'observe'))
    violations.push(`I9 ${step.action} while only observing`);
}
