import * as z from 'zod';
import { ConfigError, UpstreamError } from '../../shared/domain/kernel/errors.ts';

/**
 * Somebody who may change everything in one organization of the embedded Azure DevOps, over its REST interface. Everything
 * throws a ConfigError when a project or connection of that name is not there, an UpstreamError when Azure DevOps refuses.
 */
export interface ProjectAdmin {
  list(): Promise<readonly ConnectionLine[]>;
  create(connection: NewConnection): Promise<ConnectionLine>;
  renameConnection(project: string, name: string, newName: string): Promise<void>;
  renameProject(project: string, newName: string): Promise<void>;
  remove(project: string, name: string): Promise<void>;
  /** Deletes it and makes another with the same name and fields: another id, perhaps another type. */
  recreate(project: string, name: string, type?: string): Promise<ConnectionLine>;
  share(project: string, name: string, intoProject: string): Promise<void>;
  setOidc(project: string, name: string, isOn: boolean): Promise<void>;
  setRole(project: string, name: string, roleArn: string): Promise<void>;
  disable(project: string, name: string, isDisabled: boolean): Promise<void>;
}

interface ConnectionLine {
  readonly id: string;
  readonly project: string;
  readonly name: string;
  readonly type: string;
  readonly roleArn: string;
  readonly oidc: boolean;
}

interface NewConnection {
  readonly project: string;
  readonly name: string;
  readonly roleArn?: string;
  /** Default: it asks for OIDC. */
  readonly oidc?: boolean;
}

const Reference = z.looseObject({
  projectReference: z.object({ id: z.string(), name: z.string() }),
  name: z.string(),
});
const Endpoint = z.looseObject({
  id: z.string(),
  name: z.string(),
  type: z.string(),
  authorization: z.looseObject({ parameters: z.record(z.string(), z.string().nullable()) }),
  serviceEndpointProjectReferences: z.array(Reference),
});
type Endpoint = z.infer<typeof Endpoint>;
const Project = z.object({ id: z.string(), name: z.string() });
const createListSchema = <Item extends z.ZodType>(item: Item) => z.object({ value: z.array(item) });

export function createProjectAdmin(url: string, organization: string, token: string): ProjectAdmin {
  const rest = createRest(`${url}/${encodeURIComponent(organization)}`, token);
  const change = async (project: string, name: string, edit: (endpoint: Endpoint) => Endpoint) => {
    const endpoint = await rest.endpointNamed(project, name);
    await rest.call('PUT', `/_apis/serviceendpoint/endpoints/${endpoint.id}`, edit(endpoint));
  };
  const setParameter = (project: string, name: string, key: string, value: string) =>
    change(project, name, (endpoint) => withParameter(endpoint, key, value));
  return {
    async list() {
      const projects = await rest.projects();
      const lists = projects.map(async ({ name }) =>
        (await rest.endpoints(name)).map((endpoint) => toConnectionLine(name, endpoint)),
      );
      return (await Promise.all(lists)).flat();
    },
    async create(connection) {
      const projectReference = await rest.projectNamed(connection.project);
      return toConnectionLine(connection.project, await rest.post(toDocument(connection, projectReference)));
    },
    renameConnection: (project, name, newName) =>
      change(project, name, (endpoint) => renamed(endpoint, project, newName)),
    async renameProject(project, newName) {
      await rest.call('PATCH', `/_apis/projects/${(await rest.projectNamed(project)).id}`, { name: newName });
    },
    async remove(project, name) {
      await rest.remove(await rest.endpointNamed(project, name));
    },
    async recreate(project, name, type) {
      const { id, ...before } = await rest.endpointNamed(project, name);
      await rest.remove({ id, ...before });
      return toConnectionLine(project, await rest.post({ ...before, type: type ?? before.type }));
    },
    async share(project, name, intoProject) {
      const { id } = await rest.endpointNamed(project, name);
      const projectReference = await rest.projectNamed(intoProject);
      const reference = { projectReference, name: `${name}-${intoProject}`, description: '' };
      await rest.call('PATCH', `/_apis/serviceendpoint/endpoints/${id}`, [reference]);
    },
    setOidc: (project, name, isOn) => setParameter(project, name, 'useOIDC', String(isOn)),
    setRole: (project, name, roleArn) => setParameter(project, name, 'assumeRoleArn', roleArn),
    disable: (project, name, isDisabled) =>
      change(project, name, (endpoint) => ({ ...endpoint, isDisabled })),
  };
}

/** The requests that a project admin makes. */
function createRest(base: string, token: string) {
  const authorization = `Basic ${Buffer.from(`:${token}`).toString('base64')}`;

  async function call(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${base}${path}${path.includes('?') ? '&' : '?'}api-version=7.1`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    // A token that is not taken gets a sign-in page with 203.
    if (!response.ok || response.status === 203)
      throw new UpstreamError(
        'azure-devops',
        `Azure DevOps answered ${response.status}: ${parseReason(text)}`,
      );
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  }

  const projects = async (skip = 0): Promise<readonly z.infer<typeof Project>[]> => {
    const { value } = createListSchema(Project).parse(await call('GET', `/_apis/projects?$skip=${skip}`));
    return value.length === 0 ? [] : [...value, ...(await projects(skip + value.length))];
  };
  const endpoints = async (project: string) => {
    const path = `/${encodeURIComponent(project)}/_apis/serviceendpoint/endpoints?includeFailed=true`;
    return createListSchema(Endpoint).parse(await call('GET', path)).value;
  };
  const projectNamed = async (name: string) => named('project', name, await projects());
  const endpointNamed = async (project: string, name: string) => {
    await projectNamed(project);
    return named(`project ${project}, connection`, name, await endpoints(project));
  };
  const post = async (endpoint: unknown) =>
    Endpoint.parse(await call('POST', '/_apis/serviceendpoint/endpoints', endpoint));
  const remove = async ({ id, serviceEndpointProjectReferences: references }: Endpoint) => {
    const ids = references.map(({ projectReference }) => projectReference.id).join(',');
    await call('DELETE', `/_apis/serviceendpoint/endpoints/${id}?projectIds=${ids}`);
  };
  return { call, projects, endpoints, projectNamed, endpointNamed, post, remove };
}

function named<Item extends { readonly name: string }>(
  what: string,
  name: string,
  all: readonly Item[],
): Item {
  const found = all.find((item) => item.name === name);
  if (found) return found;
  const names = all.map((item) => item.name).sort();
  throw new ConfigError({
    where: `${what} ${name}`,
    what: 'There is none of this name.',
    fix: `Choose one of: ${names.join(', ') || 'none, there is nothing yet'}.`,
  });
}

const Refusal = z.object({ message: z.string() });

/** The sentence in a refusal; something that is not Azure DevOps' JSON is shown as it begins. */
function parseReason(text: string): string {
  try {
    return Refusal.parse(JSON.parse(text)).message;
  } catch {
    return text.slice(0, 200);
  }
}

function toDocument(
  { name, roleArn = '', oidc = true }: NewConnection,
  projectReference: z.infer<typeof Project>,
) {
  const parameters = { username: '', password: '', assumeRoleArn: roleArn, useOIDC: String(oidc) };
  return {
    name,
    type: 'AWS',
    url: 'https://aws.amazon.com/',
    authorization: { scheme: 'UsernamePassword', parameters },
    serviceEndpointProjectReferences: [{ projectReference, name, description: '' }],
  };
}

function renamed(endpoint: Endpoint, project: string, name: string): Endpoint {
  const serviceEndpointProjectReferences = endpoint.serviceEndpointProjectReferences.map((reference) =>
    reference.projectReference.name === project ? { ...reference, name } : reference,
  );
  return { ...endpoint, name, serviceEndpointProjectReferences };
}

function withParameter(endpoint: Endpoint, key: string, value: string): Endpoint {
  const { authorization } = endpoint;
  return {
    ...endpoint,
    authorization: { ...authorization, parameters: { ...authorization.parameters, [key]: value } },
  };
}

function toConnectionLine(
  project: string,
  { id, name, type, authorization: { parameters } }: Endpoint,
): ConnectionLine {
  return {
    id,
    project,
    name,
    type,
    roleArn: parameters['assumeRoleArn'] ?? '',
    oidc: parameters['useOIDC'] === 'true',
  };
}
