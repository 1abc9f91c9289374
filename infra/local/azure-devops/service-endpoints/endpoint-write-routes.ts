import type { ConnectionPlay } from './connections.ts';
import { connectionDocument } from './connection-document.ts';
import { EndpointBody, References, toChange, defined, toInput, readProjectKey } from './endpoint-body.ts';
import { RefusedError } from '../state/refusal.ts';
import type { ApiReply, ApiRequest, Route } from '../http/route.ts';
import type { ConnectionRecord, OrganizationRecord, ReferenceRecord } from '../state/state.ts';
import { connectionById, liveProject, organizationNamed, type World } from '../state/world.ts';

/** vsts-rest-api-specs, serviceEndpoint, endpoints at organization level: what writes. */
export function endpointWriteRoutes(world: World, play: ConnectionPlay): Route[] {
  const list = '/:organization/_apis/serviceendpoint/endpoints';
  const one = `${list}/:connection`;
  const shown = (organization: string, connection: ConnectionRecord): ApiReply => ({
    status: 200,
    body: connectionDocument(organizationNamed(world, organization), connection),
  });
  return [
    {
      method: 'POST',
      template: list,
      operation: 'write',
      handle: (request) => shown(request.organization.name, create(request, play)),
    },
    {
      method: 'PUT',
      template: one,
      operation: 'write',
      handle: (request) => shown(request.organization.name, update(request, play)),
    },
    { method: 'PATCH', template: one, operation: 'write', handle: (request) => share(request, play) },
    { method: 'DELETE', template: one, operation: 'write', handle: (request) => remove(request, play) },
  ];
}

function create({ organization, http }: ApiRequest, play: ConnectionPlay): ConnectionRecord {
  const body = EndpointBody.parse(JSON.parse(http.text));
  const [owner, ...others] = body.serviceEndpointProjectReferences ?? [];
  if (!owner)
    throw new RefusedError(400, 'ArgumentException', 'serviceEndpointProjectReferences names no project.');
  let connection = play.create(organization.name, toInput(body, owner));
  for (const other of others)
    connection = play.share(organization.name, connection.id, readProjectKey(other), other.name);
  return connection;
}

function update({ organization, http, parameter }: ApiRequest, play: ConnectionPlay): ConnectionRecord {
  const before = connectionById(organization, parameter('connection'));
  const body = EndpointBody.parse(JSON.parse(http.text));
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
function share({ organization, http, parameter }: ApiRequest, play: ConnectionPlay): ApiReply {
  for (const reference of References.parse(JSON.parse(http.text)))
    play.share(organization.name, parameter('connection'), readProjectKey(reference), reference.name);
  return { status: 204 };
}

function remove({ organization, http, parameter }: ApiRequest, play: ConnectionPlay): ApiReply {
  const projects = (http.query.get('projectIds') ?? '').split(',').filter(Boolean);
  if (projects.length === 0) throw new RefusedError(400, 'ArgumentException', 'projectIds is missing.');
  for (const project of projects) play.unshare(organization.name, parameter('connection'), project);
  return { status: 204 };
}
