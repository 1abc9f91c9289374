import { RefusedError, errorDocument } from '../state/refusal.ts';
import { buildRoute, markPreview, buildList, type ApiReply, type Route } from '../http/route.ts';
import type { LoopbackRequest } from '../../loopback/loopback-server.ts';
import { newAddress, type OrganizationRecord } from '../state/state.ts';
import { sameName, type World } from '../state/world.ts';

interface Location {
  readonly id: string;
  readonly area: string;
  readonly resourceName: string;
  readonly routeTemplate: string;
  readonly resourceVersion: number;
}

/** The ids are those that azure-devops-node-api 17.0.1 looks for (its *Api.js files). */
const locations: readonly Location[] = [
  {
    id: 'e81700f7-3be2-46de-8624-2eb35882fcaa',
    area: 'Location',
    resourceName: 'ResourceAreas',
    routeTemplate: '_apis/{resource}/{areaId}',
    resourceVersion: 1,
  },
  {
    id: '00d9565f-ed9c-4a06-9a50-00e7896ccab4',
    area: 'Location',
    resourceName: 'ConnectionData',
    routeTemplate: '_apis/{resource}',
    resourceVersion: 1,
  },
  {
    id: '603fe2ac-9723-48b9-88ad-09305aa6c6e1',
    area: 'core',
    resourceName: 'projects',
    routeTemplate: '_apis/{resource}/{*projectId}',
    resourceVersion: 4,
  },
  {
    id: 'e85f1c62-adfc-4b74-b618-11a150fb195e',
    area: 'serviceendpoint',
    resourceName: 'endpoints',
    routeTemplate: '{project}/_apis/{area}/{resource}/{endpointId}',
    resourceVersion: 4,
  },
  {
    id: '14e48fdc-2c8b-41ce-a0c3-e26f6cc55bd0',
    area: 'serviceendpoint',
    resourceName: 'endpoints',
    routeTemplate: '_apis/{area}/{resource}/{endpointId}',
    resourceVersion: 4,
  },
  {
    id: '69a319f4-28c1-4bfd-93e6-ea0ff5c6f1a2',
    area: 'distributedtask',
    resourceName: 'oidctoken',
    routeTemplate: '{scopeIdentifier}/_apis/{area}/hubs/{hubName}/plans/{planId}/jobs/{jobId}/{resource}',
    resourceVersion: 1,
  },
];

const areas = [
  { id: '79134c72-4a58-4b42-976c-04e7115f32bf', name: 'Core' },
  { id: '1814ab31-2f4f-4a9f-8761-f4d77dc5a5d7', name: 'serviceendpoint' },
];

/** Where things are and who answers. */
export function locationRoutes(serverUrl: () => string): Route[] {
  return [
    buildRoute('OPTIONS', '/:organization/_apis/:area', 'location', (request) =>
      listLocations(request.parameter('area')),
    ),
    // As Azure DevOps Server does: the client then goes on with the address that it was given.
    buildRoute('GET', '/:organization/_apis/resourceareas', 'location', () => ({
      status: 200,
      body: { count: 0, value: null },
    })),
    buildRoute(
      'GET',
      '/:organization/_apis/resourceareas/:areaId',
      'location',
      ({ organization, parameter }) => areaReply(parameter('areaId'), `${serverUrl()}/${organization.name}`),
    ),
    markPreview(
      buildRoute(
        'GET',
        '/:organization/_apis/connectiondata',
        'connectionData',
        ({ organization, caller }) => ({
          status: 200,
          body: connectionData(organization.id, caller.isAnonymous ? anonymous : administrator),
        }),
      ),
    ),
  ];
}

/**
 * Without credentials: the organization of a GUID, or the GUID's spelling of a name, as its address
 * (azure-devops-docs, work-with-urls). The name that answers is the current one, so a rename shows.
 */
export function resourceAreaLookup(world: World, serverUrl: string, request: LoopbackRequest): ApiReply {
  const host = request.query.get('hostId') ?? '';
  const account = request.query.get('accountName') ?? '';
  const found = world
    .state()
    .organizations.find(({ id, name }) => sameName(id, host) || (host === '' && sameName(name, account)));
  if (!found) return { status: 404, body: errorDocument('HostNotFoundException', 'No such organization.') };
  return areaReply(request.segments[2] ?? '', primaryAddress(found, serverUrl));
}

/**
 * The designated primary address (azure-devops-docs, work-with-urls). That of the new form is this server's, so that clients
 * can go there; nobody listens at a legacy one here.
 */
export function primaryAddress(
  { name, address = newAddress }: OrganizationRecord,
  serverUrl: string,
): string {
  if (address.primary === 'new') return `${serverUrl}/${name}`;
  return `https://${address.hostCase === 'lower' ? name.toLowerCase() : name}.visualstudio.com/`;
}

function listLocations(area: string): ApiReply {
  const value = locations
    .filter((location) => sameName(location.area, area))
    .map((location) => ({ ...location, minVersion: '1.0', maxVersion: '7.2', releasedVersion: '7.1' }));
  return { status: 200, body: buildList(value) };
}

function areaReply(areaId: string, locationUrl: string): ApiReply {
  const area = areas.find(({ id }) => sameName(id, areaId));
  if (!area)
    throw new RefusedError(404, 'VssResourceNotFoundException', `No resource area has the id ${areaId}.`);
  return { status: 200, body: { ...area, locationUrl } };
}

const administrator = {
  id: '00000000-0000-4000-a000-00000000000a',
  descriptor: 'Microsoft.TeamFoundation.ServiceIdentity;local',
  providerDisplayName: 'Local Administrator',
  isActive: true,
};

/** As public clients have seen it (azsk/ADOScanner, ContextHelper.ps1, for the descriptor). */
const anonymous = {
  id: 'aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa',
  descriptor: 'System:PublicAccess;aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa',
  providerDisplayName: 'Anonymous',
  isActive: true,
};

/** `instanceId` is the GUID that token issuers carry (terraform-provider-stackit issue 1321). */
function connectionData(instanceId: string, user: object): object {
  return {
    authenticatedUser: user,
    authorizedUser: user,
    instanceId,
    deploymentId: '00000000-0000-4000-a000-00000000000d',
    deploymentType: 'hosted',
    locationServiceData: {
      serviceOwner: '00025394-6065-48ca-87d9-7f5672854ef7',
      defaultAccessMappingMoniker: 'PublicAccessMapping',
      lastChangeId: 1,
    },
  };
}
