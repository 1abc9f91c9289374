import { createMemoryAccounts } from '../doubles/memory-accounts.ts';
import { createMemoryLeases } from '../doubles/memory-leases.ts';
import { createMemoryServiceConnections } from '../doubles/memory-service-connections.ts';
import { createMemoryState } from '../doubles/memory-state.ts';
import { randomIds } from '../../shared/adapters/system/system-clock.ts';
import type { Snapshot } from '../../shared/application/observe/observe.ts';
import { observe } from '../../shared/application/observe/observe.ts';
import { reconcile } from '../../shared/application/run/reconcile.ts';
import { groupItems } from '../../shared/domain/kernel/group-by.ts';
import type { ConnectionId, OrganizationId, ProjectId } from '../../shared/domain/kernel/ids.ts';
import type { OrganizationInventory, ProjectInventory } from '../../shared/domain/azure-devops/inventory.ts';
import type { AccountObservation } from '../../shared/domain/iam/role.ts';
import { complete } from '../../shared/domain/kernel/result.ts';
import type { SceneConnection } from './scene.ts';
import {
  DRIFT_POLICY,
  ORGANIZATION,
  ORGANIZATION_ID,
  ROLES_QUOTA,
  makeConnections,
  createFastClock,
  hasDrift,
  sceneConfiguration,
} from './scene.ts';

/** Everything that a run decides on, as plain JSON. */
export interface Readings extends Pick<Snapshot, 'recorded' | 'observations' | 'providers'> {
  readonly inventories: readonly OrganizationInventory[];
  readonly now: number;
}

/** What would be read after azfed has made all roles; it makes them in memory. */
export async function readConverged(size: number): Promise<Readings> {
  const configuration = sceneConfiguration('http://127.0.0.1');
  const clock = createFastClock();
  const connections = createMemoryServiceConnections();
  connections.put(ORGANIZATION, {
    identity: complete({ id: ORGANIZATION_ID as OrganizationId, name: ORGANIZATION }),
    projects: complete(buildInventory(makeConnections(size))),
  });
  const accounts = createMemoryAccounts(clock);
  for (const account of configuration.accounts) {
    const held = accounts.in(account);
    held.quotas = { ...held.quotas, roles: ROLES_QUOTA };
  }
  const state = createMemoryState();
  const ports = { connections, accounts, state, clock, leases: createMemoryLeases(), ids: randomIds };
  await reconcile(ports, configuration, { trigger: 'person' });
  const { recorded, observations, providers } = await observe(ports, configuration);
  const inventories = await Promise.all(
    configuration.organizations.map((organization) => connections.readInventory(organization)),
  );
  return { inventories, recorded, observations, providers, now: clock.now() };
}

/** The same after somebody has attached a policy to one role in a hundred. */
export function withDrift(readings: Readings): Readings {
  return { ...readings, observations: readings.observations.map(addDrift) };
}

function addDrift(observation: AccountObservation): AccountObservation {
  if (observation.roles.state !== 'complete') return observation;
  const { inScope, elsewhere } = observation.roles.value;
  const roles = inScope.map((role, index) =>
    hasDrift(index) ? { ...role, managedPolicies: [...role.managedPolicies, DRIFT_POLICY] } : role,
  );
  return { ...observation, roles: complete({ inScope: roles, elsewhere }) };
}

export function buildInventory(connections: readonly SceneConnection[]): readonly ProjectInventory[] {
  return [...groupItems(connections, ({ project }) => project)].map(([name, inProject]) => {
    const id = name as ProjectId;
    return { id, name, connections: complete(inProject.map((connection) => notified(id, connection))) };
  });
}

function notified(projectId: ProjectId, { project, name, roleArn }: SceneConnection) {
  return {
    id: name as ConnectionId,
    type: 'AWS',
    references: [{ projectId, projectName: project, name }],
    requestedRoleArn: roleArn,
    oidc: 'on' as const,
    hasAccessKey: false,
    hasExternalId: false,
    isDisabled: false,
    isReady: true,
  };
}
