import type { ProjectId } from '../../domain/kernel/ids.ts';
import type { ConnectionReference, ServiceConnection } from '../../domain/azure-devops/service-connection.ts';
import { distinctReferences, isOtherType } from '../../domain/azure-devops/service-connection.ts';
import { ReferenceDocument, type EndpointDocument } from './schema.ts';
import type { Organization } from '../../domain/configuration/configuration.ts';
import { PermissionError } from '../../domain/kernel/errors.ts';
import type { Reading } from '../../domain/kernel/result.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CredentialSource } from '../../ports/credentials.ts';
import { problemOfAddress, resolveServiceUrl } from './address.ts';
import { openClient, type WritingClient } from './client.ts';

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
 * cannot be read, and one project under two names, leave what is readable, and say that it is not all.
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
  return came.length > 0 ? { references: all } : { references: all, hidesReferences: 'all' };
}

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

interface ServiceClient extends Pick<WritingClient, 'send'> {
  /** With the token of the next page, where there is one. */
  readonly getPage: WritingClient['get'];
  readonly get: (path: string, query: Readonly<Record<string, string>>) => Promise<Reading<unknown>>;
}

/** Reads and writes in one organization, for a person who has asked for it. */
export interface OperatorClient extends ServiceClient {
  /** The same with the parts of the service that have hosts of their own. */
  readonly at: (service: 'vsaex' | 'vssps') => ServiceClient;
}

/** Signs in, does the work, and closes. Throws PermissionError for an address that gets no token, and as the credential's source does. */
export type Operator = <Result>(
  organization: Organization,
  work: (client: OperatorClient) => Promise<Result>,
) => Promise<Result>;

export interface OperatorOptions extends Pick<CredentialSource, 'getCredential'> {
  readonly clock: Clock;
  /** How long it may be held back or wait in vain, all in all. */
  readonly maxWaitMs?: number;
  readonly requestTimeoutMs?: number;
}

export function createOperator(options: OperatorOptions): Operator {
  const { getCredential, clock, maxWaitMs = 60_000, requestTimeoutMs = 30_000 } = options;
  return async (organization, work) => {
    const problem = problemOfAddress(organization.url);
    if (problem !== undefined)
      throw new PermissionError('refused-address', `No token is sent to ${organization.name}: ${problem}.`);
    const credential = await getCredential(organization);
    const clients: WritingClient[] = [];
    const open = (url: string): ServiceClient => {
      const to = { ...organization, url };
      const client = openClient({ organization: to, credential, clock, maxWaitMs, requestTimeoutMs });
      clients.push(client);
      return toServiceClient(client);
    };
    try {
      const at = (service: 'vsaex' | 'vssps') => open(resolveServiceUrl(organization, service));
      return await work({ ...open(organization.url), at });
    } finally {
      for (const client of clients) client.close();
    }
  };
}

const toServiceClient = (client: WritingClient): ServiceClient => ({
  getPage: (path, query) => client.get(path, query),
  get: async (path, query) => (await client.get(path, query)).body,
  send: (...request) => client.send(...request),
});
