import type { LocalAzureDevOps } from '../../../infra/local/azure-devops/local-azure-devops.ts';
import type { ConnectionRecord, LocalAzureDevOpsState } from '../../../infra/local/azure-devops/state.ts';

/** What Azure DevOps posts (azure-devops-docs, service hooks events). */
interface HookNotification {
  readonly eventType: 'ms.vss-endpoint.endpoint-created' | 'ms.vss-endpoint.endpoint-updated';
  readonly body: Readonly<Record<string, unknown>>;
}

export interface HookSubscriptions {
  /** What subscriptions of every project are told of since the last time: connections made or changed, nothing else. */
  next(): readonly HookNotification[];
}

const SUBSCRIPTION = '5e57ab1e-0000-4000-8000-000000000001';

/** Nothing tells of what was deleted, shared or renamed as a project: hooks exist for no more than these two. */
export function subscribeHooks(azureDevOps: LocalAzureDevOps): HookSubscriptions {
  let known = connectionsIn(azureDevOps.snapshot());
  let notifications = 0;
  return {
    next() {
      const now = connectionsIn(azureDevOps.snapshot());
      const told = [...now.values()].flatMap((seen) => {
        const before = known.get(seen.connection.id);
        if (before?.text === seen.text) return [];
        return seen.connection.references.map(({ projectId }) =>
          notificationOf(seen, projectId, before === undefined, (notifications += 1)),
        );
      });
      known = now;
      return told;
    },
  };
}

interface Seen {
  readonly organizationId: string;
  readonly connection: ConnectionRecord;
  readonly text: string;
}

function connectionsIn({ organizations }: LocalAzureDevOpsState): ReadonlyMap<string, Seen> {
  return new Map(
    organizations.flatMap(({ id: organizationId, connections }) =>
      connections.map((connection) => [
        connection.id,
        { organizationId, connection, text: JSON.stringify(connection) },
      ]),
    ),
  );
}

function notificationOf(
  { organizationId, connection }: Seen,
  projectId: string,
  isNew: boolean,
  notificationId: number,
): HookNotification {
  const eventType = isNew ? 'ms.vss-endpoint.endpoint-created' : 'ms.vss-endpoint.endpoint-updated';
  const body = {
    subscriptionId: SUBSCRIPTION,
    notificationId,
    id: crypto.randomUUID(),
    eventType,
    publisherId: 'tfs',
    resource: { id: connection.id, type: connection.type, authorization: null, projectIds: [] },
    resourceVersion: '1.0-preview.1',
    resourceContainers: { collection: { id: organizationId }, project: { id: projectId } },
  };
  return { eventType, body };
}
