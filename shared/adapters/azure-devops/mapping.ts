import type { ProjectId } from '../../domain/ids.ts';
import type { ConnectionReference, ServiceConnection } from '../../domain/service-connection.ts';
import type { EndpointDocument } from './schema.ts';

export interface Project {
  readonly id: ProjectId;
  readonly name: string;
}

/** The connection as the list of `project` shows it. */
export function connectionOf(endpoint: EndpointDocument, project: Project): ServiceConnection {
  const parameters = endpoint.authorization?.parameters;
  return {
    id: endpoint.id,
    type: endpoint.type,
    references: referencesOf(endpoint, project),
    requestedRoleArn: parameters?.assumeRoleArn ?? '',
    oidc: oidcOf(parameters?.useOIDC),
    hasAccessKey: isFilled(parameters?.username),
    hasExternalId: isFilled(parameters?.externalId),
    isDisabled: endpoint.isDisabled ?? false,
    isReady: endpoint.isReady ?? true,
  };
}

/** A project that lists a connection may use it, whether or not it is among the references that came along. */
function referencesOf(endpoint: EndpointDocument, project: Project): readonly ConnectionReference[] {
  const told = (endpoint.serviceEndpointProjectReferences ?? []).map(({ projectReference, name }) => ({
    projectId: projectReference.id,
    projectName: projectReference.name,
    name,
  }));
  const own = { projectId: project.id, projectName: project.name, name: endpoint.name };
  const all = told.some(({ projectId }) => projectId === project.id) ? told : [...told, own];
  return all.sort((a, b) => (a.projectId < b.projectId ? -1 : 1));
}

function oidcOf(useOidc: unknown): ServiceConnection['oidc'] {
  if (useOidc === 'true') return 'on';
  return useOidc === undefined || useOidc === null || useOidc === '' || useOidc === 'false'
    ? 'off'
    : 'unclear';
}

function isFilled(text: string | null | undefined): boolean {
  return text !== undefined && text !== null && text !== '';
}
