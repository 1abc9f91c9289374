import * as z from 'zod';
import { checkMayManage } from '../http/permissions.ts';
import { RefusedError } from '../state/refusal.ts';
import {
  buildRoute,
  markPreview,
  buildPage,
  type ApiReply,
  type ApiRequest,
  type Route,
} from '../http/route.ts';
import type { OrganizationRecord, Rights, ServicePrincipalRecord } from '../state/state.ts';
import { changeOrganization, liveProject, organizationNamed, sameName } from '../state/world.ts';
import type { World } from '../state/world.ts';
import { changeMember, computeDescriptor, computeMemberId, findMember, newMember } from './members.ts';
import type { FindApplication } from './members.ts';
import { parseBody, readWholeNumber } from '../http/request-values.ts';

const entitlements = '/:organization/_apis/serviceprincipalentitlements';
const graph = '/:organization/_apis/graph';

const Entitlement = z.object({
  accessLevel: z.object({ accountLicenseType: z.enum(['express', 'stakeholder', 'advanced']) }),
  servicePrincipal: z.object({
    origin: z.literal('aad'),
    originId: z.guid(),
    subjectKind: z.literal('servicePrincipal'),
  }),
});
const ProjectOperations = z.array(
  z.object({
    op: z.literal('add'),
    path: z.string().startsWith('/projectEntitlements/'),
    value: z.object({
      group: z.object({ groupType: z.literal('projectReader') }),
      projectRef: z.object({ id: z.guid() }),
    }),
  }),
);

/**
 * Service principals as members (vsts-rest-api-specs 7.1, graph and memberEntitlementManagement). The real service has hosts of
 * their own for both, `vssps.dev.azure.com` and `vsaex.dev.azure.com`.
 */
export function memberRoutes(world: World, findApplication: FindApplication, pageSize: number): Route[] {
  const read = (template: string, handle: Route['handle']): Route =>
    markPreview(buildRoute('GET', template, 'members', handle));
  const write = (method: string, template: string, handle: Route['handle']): Route =>
    markPreview(
      buildRoute(method, template, 'write', (request) => {
        checkMayAddMembers(request.caller);
        return handle(request);
      }),
    );
  return [
    read(`${graph}/serviceprincipals`, (request) => listPrincipals(request, findApplication, pageSize)),
    read(`${graph}/storagekeys/:descriptor`, getStorageKey),
    read(`${entitlements}/:member`, (request) => {
      const member = requireMember(request);
      return { status: 200, body: buildEntitlement(request.organization, member, findApplication) };
    }),
    write('POST', entitlements, (request) => add(world, request, findApplication)),
    write('PATCH', `${entitlements}/:member`, (request) => addToProjects(world, request, findApplication)),
  ];
}

/** A Project Collection Administrator (azure-devops-docs, service-principal-managed-identity): here who may manage all projects. */
function checkMayAddMembers(caller: Rights): void {
  checkMayManage(caller);
  if (caller.projects !== undefined)
    throw new RefusedError(403, 'AccessCheckException', 'VS403283: You may not add members.');
}

function listPrincipals(
  { organization, http }: ApiRequest,
  findApplication: FindApplication,
  pageSize: number,
): ApiReply {
  const all = organization.servicePrincipals ?? [];
  return buildPage(all, readWholeNumber(http.query, 'continuationToken') ?? 0, pageSize, ({ objectId }) =>
    buildSubject(organization, objectId, findApplication),
  );
}

function getStorageKey({ organization, parameter }: ApiRequest): ApiReply {
  const descriptor = parameter('descriptor');
  const member = findMember(organization, (id) => computeDescriptor(id) === descriptor);
  if (!member)
    throw new RefusedError(404, 'GraphSubjectNotFoundException', `VS860016: Could not find ${descriptor}.`);
  return { status: 200, body: { value: computeMemberId(organization, member.objectId) } };
}

/** What goes wrong comes with 200 and `isSuccess: false`. One who is a member stays as it is. */
function add(world: World, request: ApiRequest, findApplication: FindApplication): ApiReply {
  const { organization } = request;
  const { originId: objectId } = parseBody(request, Entitlement).servicePrincipal;
  const { tenantId } = organization;
  const isKnown = tenantId !== undefined && findApplication(tenantId, objectId) !== undefined;
  if (!isKnown) {
    const errors = [{ key: 5028, value: 'VS403283: Could not find the service principal in the tenant.' }];
    return { status: 200, body: { isSuccess: false, operationResult: { isSuccess: false, errors } } };
  }
  const before = organization.servicePrincipals ?? [];
  const member = before.find((one) => one.objectId === objectId) ?? newMember(objectId);
  const servicePrincipals = [...before.filter((one) => one.objectId !== objectId), member];
  const after = changeOrganization(world, organization.name, (one) => ({ ...one, servicePrincipals }));
  return reportSuccess(after, member, findApplication);
}

function addToProjects(world: World, request: ApiRequest, findApplication: FindApplication): ApiReply {
  const { organization } = request;
  const operations = parseBody(request, ProjectOperations, 'application/json-patch+json');
  const { objectId } = requireMember(request);
  const ids = operations.map(({ value }) => liveProject(organization, value.projectRef.id).id);
  changeMember(world, organization, objectId, (member) =>
    member.projects === undefined
      ? member
      : { ...member, projects: [...new Set([...member.projects, ...ids])] },
  );
  const after = organizationNamed(world, organization.name);
  const member = findMember(after, (id) => id === computeMemberId(after, objectId));
  return reportSuccess(after, member ?? newMember(objectId), findApplication);
}

/** @throws RefusedError 404 */
function requireMember({ organization, parameter }: ApiRequest): ServicePrincipalRecord {
  const member = findMember(organization, (id) => sameName(id, parameter('member')));
  if (member) return member;
  throw new RefusedError(404, 'MemberNotFoundException', 'VS403303: There is no such member.');
}

function reportSuccess(
  organization: OrganizationRecord,
  member: ServicePrincipalRecord,
  findApplication: FindApplication,
): ApiReply {
  const servicePrincipalEntitlement = buildEntitlement(organization, member, findApplication);
  return { status: 200, body: { isSuccess: true, servicePrincipalEntitlement } };
}

function buildEntitlement(
  organization: OrganizationRecord,
  { objectId, projects }: ServicePrincipalRecord,
  findApplication: FindApplication,
): object {
  const isMember = (id: string, name: string) =>
    projects?.some((project) => sameName(project, id) || sameName(project, name)) ?? true;
  return {
    id: computeMemberId(organization, objectId),
    servicePrincipal: buildSubject(organization, objectId, findApplication),
    accessLevel: { accountLicenseType: 'express', licenseDisplayName: 'Basic', status: 'pending' },
    projectEntitlements: organization.projects
      .filter(({ id, name, state }) => state === 'wellFormed' && isMember(id, name))
      .map(({ id, name }) => ({
        projectRef: { id, name },
        group: { groupType: 'projectReader', displayName: 'Readers' },
        projectPermissionInherited: 'notInherited',
      })),
  };
}

function buildSubject(
  organization: OrganizationRecord,
  objectId: string,
  findApplication: FindApplication,
): object {
  return {
    subjectKind: 'servicePrincipal',
    applicationId: findApplication(organization.tenantId ?? '', objectId) ?? null,
    origin: 'aad',
    originId: objectId,
    displayName: objectId,
    descriptor: computeDescriptor(computeMemberId(organization, objectId)),
  };
}
