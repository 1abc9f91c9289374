import type { ProjectId } from '../../domain/kernel/ids.ts';
import type { ConnectionReference, ServiceConnection } from '../../domain/azure-devops/service-connection.ts';
import { distinctReferences, isOtherType } from '../../domain/azure-devops/service-connection.ts';
import { ReferenceDocument, type EndpointDocument } from './schema.ts';

export interface Project {
  readonly id: ProjectId;
  readonly name: string;
}

/** The connection as the list of `project` shows it. */
export function toServiceConnection(endpoint: EndpointDocument, project: Project): ServiceConnection {
  const type = endpoint.type ?? null;
  return {
    id: endpoint.id,
    type,
    ...readReferences(endpoint, project),
    ...(isOtherType({ type }) ? nothingAsked : readRequest(endpoint.authorization?.parameters ?? {})),
    isDisabled: endpoint.isDisabled ?? null,
    isReady: endpoint.isReady ?? null,
  };
}

/**
 * A project that lists a connection may use it, whether or not it is among the references that came along. A reference that
 * cannot be read, and one project under two names, leave what is readable, and say that it is not all. So does `isShared`, which
 * says that other projects use it (vsts-rest-api-specs, serviceEndpoint), where none of them came along.
 */
function readReferences(
  endpoint: EndpointDocument,
  project: Project,
): Pick<ServiceConnection, 'references' | 'hidesReferences'> {
  const came = endpoint.serviceEndpointProjectReferences ?? [];
  const reported = came.flatMap((entry) => parseReference(entry, project) ?? []);
  const isListed = reported.some(({ projectId }) => projectId === project.id);
  const own = { projectId: project.id, projectName: project.name, name: endpoint.name ?? '' };
  const all = distinctReferences(isListed || own.name === '' ? reported : [...reported, own]);
  const projects = new Set(all.map(({ projectId }) => projectId));
  const isWhole = reported.length === came.length && projects.size === all.length && projects.has(project.id);
  if (!isWhole) return { references: all, hidesReferences: 'some' };
  return came.length === 0 || isOnlyOfMany(endpoint, projects)
    ? { references: all, hidesReferences: 'all' }
    : { references: all };
}

const isOnlyOfMany = ({ isShared }: EndpointDocument, { size }: ReadonlySet<ProjectId>) =>
  isShared === true && size === 1;

function parseReference(entry: unknown, project: Project): ConnectionReference | undefined {
  const { data } = ReferenceDocument.safeParse(entry);
  if (!data) return undefined;
  const { id, name } = data.projectReference;
  const projectName = name ?? (id === project.id ? project.name : undefined);
  return projectName === undefined ? undefined : { projectId: id, projectName, name: data.name };
}

type Request = Pick<
  ServiceConnection,
  'requestedRoleArn' | 'oidc' | 'unset' | 'powerShellOidc' | 'hasAccessKey' | 'hasExternalId' | 'sessionName'
>;

/** Of a connection that is surely of another type: its parameters are no matter of ours. */
const nothingAsked: Request = {
  requestedRoleArn: '',
  oidc: 'off',
  hasAccessKey: false,
  hasExternalId: false,
};

const nothingShown: Request = {
  requestedRoleArn: null,
  oidc: null,
  hasAccessKey: null,
  hasExternalId: null,
};

/**
 * What the parameters ask for. None of them seen with a value: none was shown, whichever keys came (an identity without
 * ViewAuthorization). Among some that are shown, one that is absent is unset, and one that is null was kept back.
 */
function readRequest(parameters: Readonly<Record<string, unknown>>): Request {
  if (Object.values(parameters).every((value) => value === null || value === undefined)) return nothingShown;
  const { assumeRoleArn, useOIDC, roleSessionName } = parameters;
  const unset = (['assumeRoleArn', 'useOIDC'] as const).filter((key) => parameters[key] === undefined);
  return {
    requestedRoleArn: assumeRoleArn === undefined ? '' : toText(assumeRoleArn),
    oidc: parseOidc(useOIDC),
    ...(unset.length > 0 ? { unset } : {}),
    ...readPowerShellOidc(parameters),
    hasAccessKey: isFilled(parameters['username']),
    hasExternalId: isFilled(parameters['externalId']),
    ...(isFilled(roleSessionName) === true ? { sessionName: String(roleSessionName) } : {}),
  };
}

function parseOidc(useOidc: unknown): ServiceConnection['oidc'] {
  if (useOidc === null) return null;
  if (useOidc === 'true') return 'on';
  return useOidc === undefined || useOidc === '' || useOidc === 'false' ? 'off' : 'unclear';
}

/** PowerShell finds the keys in any case, and takes any text for a yes. */
function readPowerShellOidc(parameters: Readonly<Record<string, unknown>>): Pick<Request, 'powerShellOidc'> {
  const listValues = (key: string) =>
    Object.entries(parameters).flatMap(([name, value]) =>
      name.toLowerCase() === key && value !== undefined ? [value] : [],
    );
  const needed = [listValues('assumerolearn'), listValues('useoidc')];
  if (needed.flat().includes(null)) return {};
  return { powerShellOidc: needed.every((values) => values.some((value) => isFilled(value) !== false)) };
}

const toText = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** `null`: not shown. */
const isFilled = (value: unknown): boolean | null => (typeof value === 'string' ? value !== '' : null);
