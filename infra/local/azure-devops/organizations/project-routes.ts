import * as z from 'zod';
import { parseBody, readWholeNumber } from '../http/request-values.ts';

import { primaryAddress } from './location-routes.ts';
import { canReadProject, readableProject } from '../http/permissions.ts';
import type { ProjectPlay } from './projects.ts';
import { buildRoute, buildPage, type ApiReply, type ApiRequest, type Route } from '../http/route.ts';
import { newAddress, type ProjectRecord } from '../state/state.ts';
import { liveProject, projectNamed } from '../state/world.ts';

const NewProject = z.object({ name: z.string() });
const ProjectUpdate = z.object({
  name: z.string().optional(),
  state: z.literal('wellFormed').optional(),
  visibility: z.enum(['private', 'public']).optional(),
});

/** vsts-rest-api-specs, core, projects. Changes are done before the answer; the operation is reported as succeeded. */
export function projectRoutes(serverUrl: () => string, play: ProjectPlay, pageSize: number): Route[] {
  const base = ({ organization, http }: ApiRequest): string =>
    (organization.address ?? newAddress).projectUrls === 'asked'
      ? `${serverUrl()}/${http.segments[0] ?? ''}`
      : primaryAddress(organization, serverUrl()).replace(/\/$/, '');
  const write = (method: string, template: string, change: (request: ApiRequest) => ProjectRecord): Route =>
    buildRoute(method, template, 'write', (request) => {
      const { id } = change(request);
      return {
        status: 202,
        body: { id, status: 'succeeded', url: `${base(request)}/_apis/operations/${id}` },
      };
    });
  const list = '/:organization/_apis/projects';
  const one = `${list}/:project`;
  return [
    buildRoute('GET', list, 'projects', (request) => page(base(request), request, pageSize)),
    buildRoute('GET', one, 'project', (request) => get(base(request), request)),
    write('POST', list, (request) =>
      play.create(request.organization.name, parseBody(request, NewProject).name),
    ),
    write('PATCH', one, (request) => update(request, play)),
    write('DELETE', one, ({ organization, parameter }) =>
      play.remove(organization.name, parameter('project')),
    ),
  ];
}

function get(base: string, { organization, caller, parameter }: ApiRequest): ApiReply {
  return {
    status: 200,
    body: projectDocument(base, readableProject(organization, caller, parameter('project'))),
  };
}

/** vsts-rest-api-specs, core, TeamProjectReference. */
function projectDocument(base: string, project: ProjectRecord): object {
  return {
    id: project.id,
    name: project.name,
    url: `${base}/_apis/projects/${project.id}`,
    state: project.state,
    revision: project.revision,
    visibility: project.visibility ?? 'private',
    lastUpdateTime: new Date(project.updatedAt).toISOString(),
  };
}

function update(request: ApiRequest, play: ProjectPlay): ProjectRecord {
  const { organization } = request;
  const change = parseBody(request, ProjectUpdate);
  const nameOrId = request.parameter('project');
  const before =
    change.state === undefined
      ? liveProject(organization, nameOrId)
      : play.restore(organization.name, projectNamed(organization, nameOrId)?.id ?? nameOrId);
  if (change.visibility !== undefined) play.setVisibility(organization.name, before.id, change.visibility);
  return change.name === undefined ? before : play.rename(organization.name, before.id, change.name);
}

function page(
  base: string,
  { organization, caller, http: { query } }: ApiRequest,
  pageSize: number,
): ApiReply {
  const state = query.get('stateFilter') ?? 'wellFormed';
  const visible = organization.projects
    .filter((project) => (state === 'all' || project.state === state) && canReadProject(caller, project))
    .sort((a, b) => a.id.localeCompare(b.id));
  const start = readWholeNumber(query, 'continuationToken') ?? readWholeNumber(query, '$skip') ?? 0;
  const size = Math.min(readWholeNumber(query, '$top') ?? pageSize, pageSize);
  return buildPage(visible, start, size, (project) => projectDocument(base, project));
}
