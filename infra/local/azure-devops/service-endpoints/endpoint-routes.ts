import { awsTypeDocument } from './aws-type.ts';
import { connectionDocument } from './connection-document.ts';
import { canReadConnection, canViewAuthorization, readableProject } from '../http/permissions.ts';
import { buildRoute, buildList, type ApiReply, type ApiRequest, type Route } from '../http/route.ts';
import type { ConnectionRecord, Rights, ProjectRecord } from '../state/state.ts';
import { withShownMembers } from './shown-members.ts';
import { sameName } from '../state/world.ts';

const list = '/:organization/:project/_apis/serviceendpoint/endpoints';

/** vsts-rest-api-specs, serviceEndpoint, endpoints: what reads. There are no pages. */
export const endpointRoutes: readonly Route[] = [
  buildRoute('GET', list, 'endpoints', listEndpoints),
  buildRoute('GET', `${list}/:connection`, 'endpoint', getEndpoint),
  buildRoute('GET', '/:organization/_apis/serviceendpoint/types', 'types', listTypes),
];

function listTypes({ http: { query }, organization: { toolkit = 'current' } }: ApiRequest): ApiReply {
  const isAsked = sameName(query.get('type') ?? 'AWS', 'AWS');
  return { status: 200, body: buildList(isAsked && toolkit !== 'none' ? [awsTypeDocument(toolkit)] : []) };
}

function listEndpoints(request: ApiRequest): ApiReply {
  const { organization, caller, http } = request;
  const project = readableProject(organization, caller, request.parameter('project'));
  const isWanted = createFilter(http.query, project, caller);
  const value = organization.connections
    .filter(
      (connection) =>
        findName(connection, project) !== undefined && canReadConnection(caller, connection, project),
    )
    .filter(isWanted)
    .map((connection) => toVisibleDocument(request, connection, project, 'list'));
  return { status: 200, body: buildList(value) };
}

/** A missing connection and an unreadable one both answer 200 with null (vsts-rest-api-specs issue 285). */
function getEndpoint(request: ApiRequest): ApiReply {
  const { organization, caller } = request;
  const project = readableProject(organization, caller, request.parameter('project'));
  const id = request.parameter('connection');
  const found = organization.connections.find(
    (connection) => sameName(connection.id, id) && findName(connection, project) !== undefined,
  );
  const isReadable = found !== undefined && canReadConnection(caller, found, project);
  return { status: 200, body: isReadable ? toVisibleDocument(request, found, project, 'single') : null };
}

/** As the caller may see it, and with what the play keeps back from everybody. */
function toVisibleDocument(
  { organization, caller }: ApiRequest,
  connection: ConnectionRecord,
  project: ProjectRecord,
  answer: 'list' | 'single',
): object {
  const { members, lists } = organization.readers ?? { members: 'absent', lists: 'kept-back' };
  const isWhole =
    canViewAuthorization(caller, connection, project) || (answer === 'list' && lists === 'shown');
  return withShownMembers(connectionDocument(organization, connection, project), {
    ...(isWhole ? {} : { authorization: members, type: members }),
    ...connection.shows,
  });
}

function findName(connection: ConnectionRecord, project: ProjectRecord): string | undefined {
  return connection.references.find((reference) => reference.projectId === project.id)?.name;
}

function createFilter(
  query: URLSearchParams,
  project: ProjectRecord,
  caller: Rights,
): (connection: ConnectionRecord) => boolean {
  const matchesParameter = (name: string, text: string): boolean => {
    const wanted = query.get(name);
    return wanted === null || wanted === '' || wanted.split(',').some((part) => sameName(part, text));
  };
  const includesFailed = sameName(query.get('includeFailed') ?? '', 'true');
  const needsManage = sameName(query.get('actionFilter') ?? '', 'manage');
  return (connection) =>
    (connection.isReady || includesFailed) &&
    (!needsManage || caller.access === 'manage') &&
    matchesParameter('type', connection.type) &&
    matchesParameter('owner', connection.owner) &&
    matchesParameter('authSchemes', connection.scheme) &&
    matchesParameter('endpointIds', connection.id) &&
    matchesParameter('endpointNames', findName(connection, project) ?? '');
}
