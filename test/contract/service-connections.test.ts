import { startLocalAzureDevOps } from '../../infra/local/azure-devops/local-azure-devops.ts';
import { LOCAL_PAT } from '../../infra/local/azure-devops/organizations/organizations.ts';
import { createAzureDevOpsSource } from '../../shared/adapters/azure-devops/azure-devops-source.ts';
import { createMemoryServiceConnections } from '../doubles/memory-service-connections.ts';
import type { MemoryOrganization } from '../doubles/memory-service-connections.ts';
import { parseConnectionId, parseOrganizationId, parseProjectId } from '../../shared/domain/kernel/ids.ts';
import type { ConnectionId, ProjectId } from '../../shared/domain/kernel/ids.ts';
import type { ProjectInventory } from '../../shared/domain/azure-devops/inventory.ts';
import { complete, unknown } from '../../shared/domain/kernel/result.ts';
import type { ServiceConnection } from '../../shared/domain/azure-devops/service-connection.ts';
import { createVirtualClock } from '../builders/virtual-clock.ts';
import { serviceConnectionsContract } from './service-connections.contract.ts';
import type { NewConnection, SourceUnderTest } from './service-connections.contract.ts';

function must<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('Not an id.');
  return value;
}

const OURS = must(parseOrganizationId('0aa00000-0000-4000-a000-000000000001'));
const THEIRS = must(parseOrganizationId('0aa00000-0000-4000-a000-000000000002'));
const credential = { type: 'pat', env: 'UNUSED' } as const;

async function openAzureDevOps(): Promise<SourceUnderTest> {
  const azdo = await startLocalAzureDevOps({ pageSize: 2 });
  azdo.organizations.create({ name: 'contoso', id: OURS });
  return {
    source: createAzureDevOpsSource({
      clock: createVirtualClock(),
      getCredential: () => Promise.resolve({ type: 'pat', token: LOCAL_PAT }),
    }),
    organization: { name: 'contoso', id: OURS, url: `${azdo.url}/contoso`, credential },
    addProject: (name) => must(parseProjectId(azdo.projects.create('contoso', name).id)),
    addConnection: (project, connection) =>
      must(parseConnectionId(azdo.connections.create('contoso', { project, ...connection }).id)),
    share: (connection, project, name) => {
      azdo.connections.share('contoso', connection, project, name);
    },
    takeName: () => {
      azdo.organizations.swapId('contoso', THEIRS);
    },
    spoil: (what) => {
      if (what === 'organization') azdo.faults.next({ operation: 'connectionData' }, '404');
      else if (what === 'projects') azdo.faults.next({ operation: 'projects' }, 'count-mismatch');
      else azdo.faults.next({ operation: 'endpoints', project: what }, '403');
    },
    close: () => azdo.close(),
  };
}

const trouble = unknown('spoilt', 'Spoilt on purpose.');

/** A little organization that is put into the memory as a whole after each change. */
function openMemory(): Promise<SourceUnderTest> {
  const source = createMemoryServiceConnections();
  const names = new Map<ProjectId, string>();
  const connections = new Map<ConnectionId, ServiceConnection>();
  const spoilt = new Set<string>();
  let answering = OURS;
  let idsIssued = 0;
  const nextId = (): string => `0bb00000-0000-4000-a000-${String((idsIssued += 1)).padStart(12, '0')}`;

  const listConnections = (project: ProjectId): ProjectInventory['connections'] =>
    spoilt.has(project)
      ? trouble
      : complete(
          [...connections.values()].filter(({ references }) =>
            references.some(({ projectId }) => projectId === project),
          ),
        );

  function put(): void {
    const projects: ProjectInventory[] = [...names].map(([id, name]) => ({
      id,
      name,
      connections: listConnections(id),
    }));
    const shown: MemoryOrganization = {
      identity: spoilt.has('organization') ? trouble : complete({ id: answering, name: 'contoso' }),
      projects: spoilt.has('projects') ? trouble : complete(projects),
    };
    source.put('contoso', shown);
  }

  function refer(connection: ServiceConnection, projectId: ProjectId, name: string): void {
    const reference = { projectId, projectName: names.get(projectId) ?? '', name };
    const references = [...connection.references, reference].sort((a, b) =>
      a.projectId < b.projectId ? -1 : 1,
    );
    connections.set(connection.id, { ...connection, references });
    put();
  }

  put();
  return Promise.resolve({
    source,
    organization: { name: 'contoso', id: OURS, url: 'https://dev.azure.com/contoso', credential },
    addProject(name) {
      const id = must(parseProjectId(nextId()));
      names.set(id, name);
      put();
      return id;
    },
    addConnection(project, connection) {
      const id = must(parseConnectionId(nextId()));
      refer(toConnection(id, connection), project, connection.name);
      return id;
    },
    share: (id, project, name) => {
      refer(must(connections.get(id)), project, name);
    },
    takeName() {
      answering = THEIRS;
      put();
    },
    spoil(what) {
      spoilt.add(what);
      put();
    },
    close: () => Promise.resolve(),
  });
}

function toConnection(id: ConnectionId, connection: NewConnection): ServiceConnection {
  const { type, roleArn, useOidc, accessKeyId, externalId, isDisabled, isReady } = connection;
  return {
    id,
    type: type ?? 'AWS',
    references: [],
    requestedRoleArn: roleArn ?? '',
    oidc: useOidc === true ? 'on' : 'off',
    ...(type === undefined || type === 'aws' ? { powerShellOidc: roleArn !== undefined } : {}),
    hasAccessKey: accessKeyId !== undefined,
    hasExternalId: externalId !== undefined,
    isDisabled: isDisabled ?? false,
    isReady: isReady ?? true,
  };
}

describe('the service connections in memory', () => {
  serviceConnectionsContract(openMemory);
});

describe('the service connections of Azure DevOps', () => {
  serviceConnectionsContract(openAzureDevOps);
});
