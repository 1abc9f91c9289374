import type * as z from 'zod';
import type { AssignedRole } from '../../domain/azure-devops/connection-access.ts';
import type { Organization } from '../../domain/configuration/configuration.ts';
import type { MemberId, ProjectId } from '../../domain/kernel/ids.ts';
import { complete, mapReading, unknown, type Reading, type Unknown } from '../../domain/kernel/result.ts';
import type { AccessEditor, AccessSession } from '../../ports/service-connections.ts';
import { readListEntries, readIdentity, readList, readProjects, shaped } from './calls.ts';
import { identityMismatch, repeatedContinuationToken } from './errors.ts';
import type { Operator, OperatorClient } from './operator.ts';
import {
  EntitlementDocument,
  EntitlementReply,
  PrincipalDocument,
  RoleAssignmentDocument,
  StorageKeyDocument,
} from './schema.ts';

/** All of it exists as a preview only. */
const version = { 'api-version': '7.1-preview.1' };
const entitlements = '/_apis/serviceprincipalentitlements';
/** Far more than an organization has. */
const MAX_PAGES = 1000;

/**
 * Roles on all service connections of a project: terraform-provider-azuredevops has this scope beside the namespace
 * `ServiceEndpoints`, whose permissions it gives to groups alone (serviceendpoint_permissions).
 */
const rolesPath = (project: ProjectId) =>
  `/_apis/securityroles/scopes/distributedtask.project.serviceendpointrole/roleassignments/resources/${project}`;

/** vsts-rest-api-specs 7.1: graph, memberEntitlementManagement, securityRoles. */
export function createAccessSession(operator: Operator): AccessSession {
  return (organization, work) => operator(organization, (client) => work(createEditor(client, organization)));
}

function createEditor(client: OperatorClient, organization: Organization): AccessEditor {
  const [members, graph] = [client.at('vsaex'), client.at('vssps')];
  return {
    listProjects: () => listProjects(client, organization),
    async findMember(clientId) {
      const found = await findDescriptor(graph, clientId);
      if (found.state === 'unknown') return found;
      if (found.value === undefined) return complete(undefined);
      const key = await graph.get(`/_apis/graph/storagekeys/${found.value}`, version);
      return mapReading(shaped(StorageKeyDocument, key), ({ value }) => value);
    },
    async addMember(objectId) {
      const servicePrincipal = { origin: 'aad', originId: objectId, subjectKind: 'servicePrincipal' };
      const body = { accessLevel: { accountLicenseType: 'express' }, servicePrincipal };
      return readEntitlement(await members.send('POST', entitlements, version, body), notAdded);
    },
    async listJoined(member) {
      const body = await members.get(`${entitlements}/${member}`, version);
      return mapReading(
        shaped(EntitlementDocument, body),
        ({ projectEntitlements: joined }) => new Set((joined ?? []).map(({ projectRef }) => projectRef.id)),
      );
    },
    async join(member, project) {
      const value = { group: { groupType: 'projectReader' }, projectRef: { id: project } };
      const operations = [{ from: '', op: 'add', path: `/projectEntitlements/${project}`, value }];
      const path = `${entitlements}/${member}`;
      return readEntitlement(
        await members.send('PATCH', path, version, operations, 'application/json-patch+json'),
        notJoined,
      );
    },
    async readRole(member, project) {
      const list = readList(await client.get(rolesPath(project), version), RoleAssignmentDocument);
      return mapReading(list, (assignments) => findRole(assignments, member));
    },
    async assignRole(member, project, roleName) {
      const body = [{ roleName, userId: member }];
      const list = readList(
        await client.send('PUT', rolesPath(project), version, body),
        RoleAssignmentDocument,
      );
      if (list.state === 'unknown') return list;
      return list.value.length > 0 ? complete(undefined) : unknown('refused', notRecognized);
    },
    removeRole: (member, project) => client.send('PATCH', rolesPath(project), version, [member]),
  };
}

const notAdded =
  'Azure DevOps did not add the service principal: take its own object id (Enterprise applications), not that of the app registration, and a tenant that the organization is connected to.';
const notJoined = 'Azure DevOps did not add the identity to the Readers of the project.';
/** 200 with an empty list (terraform-provider-azuredevops, securityroles client). */
const notRecognized =
  'Azure DevOps does not recognize the identity yet. It may have been added a moment ago: repeat the command.';

async function listProjects(client: OperatorClient, organization: Organization) {
  const reader = { get: client.getPage };
  const identity = await readIdentity(reader, organization);
  if (identity.state === 'unknown') return identity;
  if (identity.value !== organization.id) return identityMismatch;
  const projects = await readProjects(reader);
  if (projects.state === 'unknown') return projects;
  const [odd] = projects.value.unreadable;
  return odd ?? complete(projects.value.items);
}

async function findDescriptor(
  { getPage }: Pick<OperatorClient, 'getPage'>,
  clientId: string,
): Promise<Reading<string | undefined>> {
  const tokens = new Set<string>();
  let next: Readonly<Record<string, string>> = {};
  let odd: Unknown | undefined;
  while (tokens.size < MAX_PAGES) {
    const { body, continuationToken } = await getPage('/_apis/graph/serviceprincipals', {
      ...version,
      ...next,
    });
    const page = readListEntries(body, PrincipalDocument, 'service principal');
    if (page.state === 'unknown') return page;
    const { items, unreadable } = page.value;
    odd ??= unreadable[0];
    const found = items.find(({ applicationId }) => isSameId(applicationId ?? '', clientId));
    if (found) return complete(found.descriptor);
    // One that cannot be read may be the one that is looked for.
    if (continuationToken === undefined) return odd ?? complete(undefined);
    if (tokens.has(continuationToken)) break;
    tokens.add(continuationToken);
    next = { continuationToken };
  }
  return repeatedContinuationToken;
}

/** What was not done comes with 200 as well. */
function readEntitlement(body: Reading<unknown>, refusal: string): Reading<MemberId> {
  const reply = shaped(EntitlementReply, body);
  if (reply.state === 'unknown') return reply;
  const { isSuccess, servicePrincipalEntitlement: entitlement } = reply.value;
  return isSuccess && entitlement ? complete(entitlement.id) : unknown('refused', refusal);
}

/** One that is given here counts before one that is inherited. */
function findRole(
  list: readonly z.infer<typeof RoleAssignmentDocument>[],
  member: MemberId,
): AssignedRole | undefined {
  const roles = list
    .filter(({ identity }) => isSameId(identity.id, member))
    .map(({ role, access }) => ({ name: role.name, isInherited: access?.toLowerCase() === 'inherited' }));
  return roles.find(({ isInherited }) => !isInherited) ?? roles[0];
}

const isSameId = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();
