import * as z from 'zod';
import { canReadProject } from '../http/permissions.ts';
import { RefusedError } from '../state/refusal.ts';
import {
  buildRoute,
  markPreview,
  buildList,
  type ApiReply,
  type ApiRequest,
  type Route,
} from '../http/route.ts';
import type { ConnectionRole, OrganizationRecord, ProjectRecord } from '../state/state.ts';
import { projectNamed, sameName, type World } from '../state/world.ts';
import { changeMember, computeMemberId, findMember, parseRole } from './members.ts';
import { parseBody } from '../http/request-values.ts';

const SCOPE = 'distributedtask.project.serviceendpointrole';
const template = `/:organization/_apis/securityroles/scopes/${SCOPE}/roleassignments/resources/:project`;

const Assignments = z.array(z.object({ roleName: z.string(), userId: z.guid() }));
const Removed = z.array(z.guid());

/**
 * Roles on all service connections of a project (vsts-rest-api-specs 7.2, securityRoles; the scope: terraform-provider-azuredevops,
 * security namespace tokens). Those of single connections have another scope and are not played.
 */
export function roleRoutes(world: World): Route[] {
  return [
    markPreview(buildRoute('GET', template, 'roleassignments', list)),
    markPreview(buildRoute('PUT', template, 'write', (request) => assign(world, request))),
    markPreview(buildRoute('PATCH', template, 'write', (request) => remove(world, request))),
  ];
}

/** A project that is not there has an empty list, and no error (public client of the same call for one connection). */
function list(request: ApiRequest): ApiReply {
  const { organization } = request;
  const project = findProject(request);
  const value = (organization.servicePrincipals ?? []).flatMap(({ objectId, roles }) => {
    const role = project && roles?.[project.id];
    return role ? [assignment(organization, objectId, role)] : [];
  });
  return { status: 200, body: buildList(value) };
}

/** An identity that is not known is left out of the answer, with 200 (terraform-provider-azuredevops, securityroles client). */
function assign(world: World, request: ApiRequest): ApiReply {
  const { organization } = request;
  const project = requireProject(request);
  const value = parseBody(request, Assignments).flatMap(({ roleName, userId }) => {
    const role = parseRole(roleName);
    if (!role)
      throw new RefusedError(400, 'RoleDefinitionNotFoundException', `There is no role ${roleName}.`);
    const member = findMember(organization, (id) => sameName(id, userId));
    if (!member) return [];
    changeMember(world, organization, member.objectId, (before) => ({
      ...before,
      roles: { ...before.roles, [project.id]: role },
    }));
    return [assignment(organization, member.objectId, role)];
  });
  return { status: 200, body: buildList(value) };
}

function remove(world: World, request: ApiRequest): ApiReply {
  const { organization } = request;
  const project = requireProject(request);
  for (const userId of parseBody(request, Removed)) {
    const member = findMember(organization, (id) => sameName(id, userId));
    if (member)
      changeMember(world, organization, member.objectId, ({ roles = {}, ...before }) => {
        const { [project.id]: _, ...others } = roles;
        return { ...before, roles: others };
      });
  }
  return { status: 200 };
}

/** By its id alone: a name finds nothing (public client of the same call for one connection). */
function findProject({ organization, caller, parameter }: ApiRequest): ProjectRecord | undefined {
  const project = projectNamed(organization, parameter('project'));
  const isMeant = project !== undefined && sameName(project.id, parameter('project'));
  return isMeant && project.state === 'wellFormed' && canReadProject(caller, project) ? project : undefined;
}

/** @throws RefusedError 403 for a project that is not there as well */
function requireProject(request: ApiRequest): ProjectRecord {
  const project = findProject(request);
  if (project) return project;
  throw new RefusedError(
    403,
    'AccessCheckException',
    'VS800075: The project does not exist, or you may not administer its service connections.',
  );
}

function assignment(organization: OrganizationRecord, objectId: string, role: ConnectionRole): object {
  return {
    identity: { displayName: objectId, id: computeMemberId(organization, objectId), uniqueName: objectId },
    role: { displayName: role, name: role, identifier: `${SCOPE}.${role}`, scope: SCOPE },
    access: 'assigned',
    accessDisplayName: 'Assigned',
  };
}
