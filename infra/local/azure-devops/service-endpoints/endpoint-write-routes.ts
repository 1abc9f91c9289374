import type { ConnectionPlay } from './connections.ts';
import { connectionDocument } from './connection-document.ts';
import {
  EndpointBody,
  NewEndpoint,
  References,
  toChange,
  defined,
  toInput,
  readProjectKey,
} from './endpoint-body.ts';
import { RefusedError } from '../state/refusal.ts';
import { buildRoute, type ApiReply, type ApiRequest, type Route } from '../http/route.ts';
import type { ConnectionRecord, OrganizationRecord, ReferenceRecord } from '../state/state.ts';
import { connectionById, liveProject, organizationNamed, type World } from '../state/world.ts';
import { parseBody } from '../http/request-values.ts';

/** vsts-rest-api-specs, serviceEndpoint, endpoints at organization level: what writes. */
export function endpointWriteRoutes(world: World, play: ConnectionPlay): Route[] {
  const list = '/:organization/_apis/serviceendpoint/endpoints';
  const one = `${list}/:connection`;
  const shown = (organization: string, connection: ConnectionRecord): ApiReply => ({
    status: 200,
    body: connectionDocument(organizationNamed(world, organization), connection),
  });
  return [
    buildRoute('POST', list, 'write', (request) => shown(request.organization.name, create(request, play))),
    buildRoute('PUT', one, 'write', (request) => shown(request.organization.name, update(request, play))),
    buildRoute('PATCH', one, 'write', (request) => share(request, play)),
    buildRoute('DELETE', one, 'write', (request) => remove(request, play)),
  ];
}

function create(request: ApiRequest, play: ConnectionPlay): ConnectionRecord {
  const { organization } = request;
  const body = parseBody(request, NewEndpoint);
  const [owner, ...others] = body.serviceEndpointProjectReferences ?? [];
  if (!owner)
    throw new RefusedError(
      400,
      'ArgumentException',
      'At least one project reference required to create an endpoint.',
    );
  let connection = play.create(organization.name, toInput(body, owner));
  for (const other of others)
    connection = play.share(organization.name, connection.id, readProjectKey(other), other.name);
  return connection;
}

function update(request: ApiRequest, play: ConnectionPlay): ConnectionRecord {
  const { organization } = request;
  const before = connectionById(organization, request.parameter('connection'));
  const body = parseBody(request, EndpointBody);
  const references = before.references.map((reference) => renamed(organization, reference, body));
  return play.update(organization.name, before.id, {
    ...toChange(before, body, organization.staleKeys),
    references,
  });
}

/** References are renamed, neither added nor removed; without any in the body, its name holds for all projects. */
function renamed(
  organization: OrganizationRecord,
  reference: ReferenceRecord,
  body: EndpointBody,
): ReferenceRecord {
  const given = body.serviceEndpointProjectReferences;
  if (!given) return { ...reference, ...defined({ name: body.name }) };
  const own = given.find(
    (entry) => liveProject(organization, readProjectKey(entry)).id === reference.projectId,
  );
  return { ...reference, ...defined({ name: own?.name, description: own?.description ?? undefined }) };
}

/** Only adds (terraform-provider-azuredevops pull request 1455). */
function share(request: ApiRequest, play: ConnectionPlay): ApiReply {
  const { organization, parameter } = request;
  for (const reference of parseBody(request, References))
    play.share(organization.name, parameter('connection'), readProjectKey(reference), reference.name);
  return { status: 204 };
}

function remove({ organization, http, parameter }: ApiRequest, play: ConnectionPlay): ApiReply {
  const projects = (http.query.get('projectIds') ?? '').split(',').filter(Boolean);
  if (projects.length === 0) throw new RefusedError(400, 'ArgumentException', 'projectIds is missing.');
  for (const project of projects) play.unshare(organization.name, parameter('connection'), project);
  return { status: 204 };
}
