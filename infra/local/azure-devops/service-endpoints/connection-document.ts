import { withoutSecrets } from './connection-parameters.ts';
import type { ConnectionRecord, OrganizationRecord, ProjectRecord } from '../state/state.ts';

const someone = {
  id: '00000000-0000-4000-a000-00000000000a',
  displayName: 'Local Administrator',
  uniqueName: 'admin@local.invalid',
};

/** vsts-rest-api-specs, serviceEndpoint, ServiceEndpoint, as one project sees it: the name is that project's. */
export function connectionDocument(
  organization: OrganizationRecord,
  connection: ConnectionRecord,
  project?: ProjectRecord,
): object {
  const own =
    connection.references.find((reference) => reference.projectId === project?.id) ??
    connection.references[0];
  const serviceEndpointProjectReferences = referenceDocuments(organization, connection);
  return {
    id: connection.id,
    name: own?.name ?? '',
    type: connection.type,
    url: connection.url,
    description: own?.description ?? '',
    data: {},
    authorization: { scheme: connection.scheme, parameters: withoutSecrets(connection.parameters) },
    isShared: serviceEndpointProjectReferences.length > 1,
    isReady: connection.isReady,
    isOutdated: false,
    isDisabled: connection.isDisabled,
    ...(connection.isReady
      ? {}
      : { operationStatus: { state: 'Failed', statusMessage: 'The creation failed.' } }),
    owner: connection.owner,
    createdBy: someone,
    creationDate: new Date(connection.createdAt).toISOString(),
    modifiedBy: someone,
    modificationDate: new Date(connection.modifiedAt).toISOString(),
    serviceEndpointProjectReferences,
  };
}

/** By project id, so in no order that means anything (terraform-provider-azuredevops issue 1248: the order is random). */
function referenceDocuments(organization: OrganizationRecord, connection: ConnectionRecord): object[] {
  return [...connection.references]
    .sort((a, b) => a.projectId.localeCompare(b.projectId))
    .flatMap(({ projectId, name, description }) => {
      const project = organization.projects.find(
        (known) => known.id === projectId && known.state === 'wellFormed',
      );
      return project ? [{ projectReference: { id: project.id, name: project.name }, name, description }] : [];
    });
}
