import { createMemoryInventory } from '../doubles/memory-inventory.ts';
import { createMemorySlices } from '../doubles/memory-slices.ts';
import { createMemoryQueue } from '../doubles/memory-queue.ts';
import { createMemoryServiceConnections } from '../doubles/memory-service-connections.ts';
import { createMemoryState } from '../doubles/memory-state.ts';
import { randomIds } from '../../shared/adapters/system/system-clock.ts';
import type { DiscoverPorts } from '../../shared/application/discovery/discover.ts';
import { discover, discoveredConnections } from '../../shared/application/discovery/discover.ts';
import type { DiscoverMessage, ReconcileMessage } from '../../shared/domain/discovery/queue-message.ts';
import { PermissionError } from '../../shared/domain/kernel/errors.ts';
import { unknown } from '../../shared/domain/kernel/result.ts';
import type { ServiceConnection } from '../../shared/domain/azure-devops/service-connection.ts';
import { configuration, contoso, fabrikam } from '../builders/configuration.ts';
import { connection } from '../builders/connection.ts';
import { ACCOUNT, projectId } from '../builders/domain-ids.ts';
import { inventory, withUnreadProject } from '../builders/inventory.ts';
import { createVirtualClock } from '../builders/virtual-clock.ts';

const clock = createVirtualClock();
const whole: DiscoverMessage = { organizationId: contoso.id };
const project: DiscoverMessage = { organizationId: contoso.id, projectId: projectId(1) };

/** Discovery on memory; `crashes` is asked before each call that changes something. */
function createWorld(
  crashes: (call: string) => boolean = () => false,
  settings: Parameters<typeof configuration>[0] = {},
) {
  const connections = createMemoryServiceConnections();
  const inventoryStore = createMemoryInventory();
  const reconcileQueue = createMemoryQueue<ReconcileMessage>(clock);
  const guarded = <Result>(call: string, act: () => Promise<Result>): Promise<Result> =>
    crashes(call) ? Promise.reject(new Error(`It ended before ${call}.`)) : act();
  const state = createMemoryState();
  const slices = createMemorySlices(state);
  const ports: DiscoverPorts = {
    connections,
    state,
    slices: { ...slices, write: (slice, before) => guarded('slice', () => slices.write(slice, before)) },
    ids: randomIds,
    clock,
    session: () =>
      Promise.reject(
        settings.hooks
          ? new PermissionError('ViewSubscriptions', 'The identity may not list subscriptions.')
          : new Error('Nobody asks for hooks that the configuration does not know.'),
      ),
    inventory: {
      ...inventoryStore,
      write: (part) => guarded('write', () => inventoryStore.write(part)),
      remove: (part) => guarded('remove', () => inventoryStore.remove(part)),
    },
    reconcileQueue: { send: (entries) => guarded('send', () => reconcileQueue.send(entries)) },
  };
  return {
    shows: (...shown: readonly ServiceConnection[]) => {
      connections.put('contoso', inventory(shown));
    },
    showsUnread: (...shown: readonly ServiceConnection[]) => {
      connections.put('contoso', withUnreadProject(inventory(shown)));
    },
    hides: () => {
      const trouble = unknown('throttled', 'Azure DevOps holds requests back.');
      connections.put('contoso', { identity: trouble, projects: trouble });
    },
    discover: (message: DiscoverMessage, isRepeated = false) =>
      discover(ports, configuration(settings), message, { isRepeated }),
    seen: () => discoveredConnections(inventoryStore).readInventory(contoso),
    live: () => connections.readInventory(contoso),
    asked: () => reconcileQueue.messages.map(({ account }) => account),
  };
}

describe('discovery', () => {
  it('shows to passes what Azure DevOps showed to it', async () => {
    const world = createWorld();
    world.shows(connection(1), connection(2));
    await world.discover(whole);
    expect(await world.seen()).toEqual(await world.live());
  });

  it('asks the accounts whose slices have changed, and no others', async () => {
    const world = createWorld();
    world.shows(connection(1));
    expect(await world.discover(whole)).toMatchObject({ changes: 2, isComplete: true, accounts: [ACCOUNT] });
    expect(await world.discover(whole)).toMatchObject({ changes: 0, isComplete: true, accounts: [] });
    expect(world.asked()).toEqual([ACCOUNT]);
    world.shows(connection(1), connection(2, { requestedRoleArn: '', oidc: 'off' }));
    expect(await world.discover(whole)).toMatchObject({ changes: 1, accounts: [], concerned: [ACCOUNT] });
    world.shows(connection(1, { oidc: 'off' }));
    expect(await world.discover(whole)).toMatchObject({ changes: 1, accounts: [ACCOUNT] });
  });

  it('of an organization that does not answer is not complete, and still has its accounts looked at', async () => {
    const world = createWorld();
    world.shows(connection(1));
    await world.discover(whole);
    world.hides();
    expect(await world.discover(whole)).toMatchObject({ isComplete: false, accounts: [ACCOUNT] });
    expect((await world.seen()).projects).toMatchObject({ state: 'unknown', code: 'throttled' });
  });

  it('keeps what it has read of a project that it cannot read, calls it unread, and writes it no more', async () => {
    const world = createWorld();
    world.shows(connection(1));
    await world.discover(whole);
    world.showsUnread(connection(1));
    expect(await world.discover(whole)).toMatchObject({ isComplete: false, changes: 1, accounts: [ACCOUNT] });
    expect((await world.seen()).projects).toMatchObject({ value: [{ connections: { state: 'unknown' } }] });
    expect(await world.discover(whole)).toMatchObject({ changes: 0, accounts: [] });
    world.shows(connection(1));
    expect(await world.discover(whole)).toMatchObject({ isComplete: true, changes: 1, accounts: [ACCOUNT] });
    expect(await world.seen()).toEqual(await world.live());
  });

  it('of a project is one of everything while nothing is known yet, and again after trouble', async () => {
    const world = createWorld();
    world.shows(connection(1));
    expect(await world.discover(project)).toMatchObject({ scope: 'organization' });
    expect(await world.discover(project)).toMatchObject({ scope: 'project', changes: 0, accounts: [] });
    world.hides();
    await world.discover(whole);
    world.shows(connection(1));
    expect(await world.discover(project)).toMatchObject({ scope: 'organization', isComplete: true });
  });

  it('says why the service hook subscriptions cannot be listed, and finds the connections all the same', async () => {
    const hooks = { url: 'https://hooks.example.com/', secret: 'arn:aws:secretsmanager:::secret:hook' };
    const world = createWorld(undefined, { hooks });
    world.shows(connection(1));
    expect(await world.discover(whole)).toMatchObject({
      isComplete: true,
      accounts: [ACCOUNT],
      hooksUnread: { state: 'unknown', message: 'The identity may not list subscriptions.' },
    });
    expect(await world.seen()).toEqual(await world.live());
    // A look at one project lists no subscriptions.
    expect(await world.discover(project)).not.toHaveProperty('hooksUnread');
  });

  it('of an organization that is not in the configuration does nothing', async () => {
    const world = createWorld();
    expect(await world.discover({ organizationId: fabrikam.id })).toBeUndefined();
    expect(world.asked()).toEqual([]);
  });
});

describe('a discovery that ends in the middle', () => {
  it.each([
    ['before it has stored what it saw', 'write'],
    ['before it has asked anybody', 'send'],
    ['before it has cut slices', 'slice'],
  ])('%s asks when it is repeated', async (_when, at) => {
    let isCrashing = false;
    const world = createWorld((call) => isCrashing && call === at);
    world.shows(connection(1));
    await world.discover(whole);
    const before = world.asked().length;
    world.shows(connection(1, { oidc: 'off' }));
    isCrashing = true;
    await expect(world.discover(project)).rejects.toThrow();
    isCrashing = false;
    expect(await world.discover(project, true)).toMatchObject({ scope: 'project', accounts: [ACCOUNT] });
    expect(world.asked()).toHaveLength(before + 1);
    expect(await world.seen()).toEqual(await world.live());
  });

  it('at any of its writes never shows a connection as gone that is there', async () => {
    for (let writes = 0; writes < 4; writes++) {
      let left = Infinity;
      const world = createWorld((call) => (call === 'write' || call === 'remove') && left-- <= 0);
      const moved = {
        ...connection(2),
        references: [
          { ...connection(2).references[0], projectId: projectId(2), projectName: 'P2', name: 'c2' },
        ],
      };
      world.shows(connection(1), connection(2));
      await world.discover(whole);
      left = writes;
      world.shows(moved);
      await world.discover(whole).catch(() => undefined);
      const { projects } = await world.seen();
      const ids =
        projects.state === 'complete'
          ? projects.value.flatMap(({ connections }) =>
              connections.state === 'complete' ? connections.value.map(({ id }) => id) : [],
            )
          : [];
      expect(ids).toContain(connection(2).id);
    }
  });
});
