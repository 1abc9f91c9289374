import * as z from 'zod';

import { primaryAddress } from './location-routes.ts';
import { canReadProject, readableProject } from '../http/permissions.ts';
import type { ProjectPlay } from './projects.ts';
import { RefusedError } from '../state/refusal.ts';
import { buildList, type ApiReply, type ApiRequest, type Operation, type Route } from '../http/route.ts';
import { newAddress, type ProjectRecord } from '../state/state.ts';
import { liveProject, projectNamed } from '../state/world.ts';

const NewProject = z.object({ name: z.string() });
const ProjectUpdate = z.object({ name: z.string().optional(), state: z.literal('wellFormed').optional() });

/** vsts-rest-api-specs, core, projects. Changes are done before the answer; the operation is reported as succeeded. */
export function projectRoutes(serverUrl: () => string, play: ProjectPlay, pageSize: number): Route[] {
  const base = ({ organization, http }: ApiRequest): string =>
    (organization.address ?? newAddress).projectUrls === 'asked'
      ? `${serverUrl()}/${http.segments[0] ?? ''}`
      : primaryAddress(organization, serverUrl()).replace(/\/$/, '');
  const read = (operation: Operation, template: string, handle: Route['handle']): Route => ({
    method: 'GET',
    template,
    operation,
    handle,
  });
  const write = (
    method: string,
    template: string,
    change: (request: ApiRequest) => ProjectRecord,
  ): Route => ({
    method,
    template,
    operation: 'write',
    handle(request) {
      const { id } = change(request);
      return {
        status: 202,
        body: { id, status: 'succeeded', url: `${base(request)}/_apis/operations/${id}` },
      };
    },
  });
  const list = '/:organization/_apis/projects';
  const one = `${list}/:project`;
  return [
    read('projects', list, (request) => page(base(request), request, pageSize)),
    read('project', one, (request) => get(base(request), request)),
    write('POST', list, ({ organization, http }) =>
      play.create(organization.name, NewProject.parse(JSON.parse(http.text)).name),
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
    visibility: 'private',
    lastUpdateTime: new Date(project.updatedAt).toISOString(),
  };
}

function update({ organization, http, parameter }: ApiRequest, play: ProjectPlay): ProjectRecord {
  const change = ProjectUpdate.parse(JSON.parse(http.text));
  const nameOrId = parameter('project');
  const before =
    change.state === undefined
      ? liveProject(organization, nameOrId)
      : play.restore(organization.name, projectNamed(organization, nameOrId)?.id ?? nameOrId);
  return change.name === undefined ? before : play.rename(organization.name, before.id, change.name);
}

/** The token counts the projects that were already given. It is a header only (seen in several public clients). */
function page(
  base: string,
  { organization, caller, http: { query } }: ApiRequest,
  pageSize: number,
): ApiReply {
  const state = query.get('stateFilter') ?? 'wellFormed';
  const visible = organization.projects
    .filter((project) => (state === 'all' || project.state === state) && canReadProject(caller, project))
    .sort((a, b) => a.id.localeCompare(b.id));
  const start = wholeNumber(query, 'continuationToken') ?? wholeNumber(query, '$skip') ?? 0;
  const end = start + Math.min(wholeNumber(query, '$top') ?? pageSize, pageSize);
  const value = visible.slice(start, end).map((project) => projectDocument(base, project));
  const more = end < visible.length ? { 'x-ms-continuationtoken': String(end) } : {};
  return { status: 200, body: buildList(value), headers: more };
}

function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  throw new RefusedError(
    400,
    'VssPropertyValidationException',
    `The value of ${name} is not a whole number.`,
  );
}
