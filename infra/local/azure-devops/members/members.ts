import type { ConnectionRole, OrganizationRecord, ServicePrincipalRecord } from '../state/state.ts';
import { deriveGuid } from '../state/guid-sequence.ts';
import { changeOrganization, sameName, type World } from '../state/world.ts';

/** The client id of the application whose service principal in the tenant has this object id. */
export type FindApplication = (tenantId: string, objectId: string) => string | undefined;

/**
 * The id that the organization gives a member, its storage key. It is neither the object id nor what the descriptor holds
 * (vsts-rest-api-specs, memberEntitlementManagement, example of POST: `60c6` beside `70c6`).
 */
export const computeMemberId = ({ id }: OrganizationRecord, objectId: string): string =>
  deriveGuid(`${id}:${objectId}`);

export const computeDescriptor = (memberId: string): string =>
  `aadsp.${Buffer.from(memberId.replace(/-4(.{3}-)/, '-7$1')).toString('base64')}`;

export function findMember(
  organization: OrganizationRecord,
  matches: (memberId: string) => boolean,
): ServicePrincipalRecord | undefined {
  return organization.servicePrincipals?.find(({ objectId }) =>
    matches(computeMemberId(organization, objectId)),
  );
}

export function changeMember(
  world: World,
  organization: OrganizationRecord,
  objectId: string,
  change: (member: ServicePrincipalRecord) => ServicePrincipalRecord,
): OrganizationRecord {
  return changeOrganization(world, organization.name, (before) => ({
    ...before,
    servicePrincipals: (before.servicePrincipals ?? []).map((member) =>
      member.objectId === objectId ? change(member) : member,
    ),
  }));
}

/** Somebody who was just added: a member of no project, with no role. */
export const newMember = (objectId: string): ServicePrincipalRecord => ({
  objectId,
  access: 'read',
  projects: [],
  connections: [],
  authorizations: [],
  seesHooks: false,
  seesAudit: false,
});

const connectionRoles = ['Reader', 'User', 'Creator', 'Administrator'] as const satisfies ConnectionRole[];

export const parseRole = (name: string): ConnectionRole | undefined =>
  connectionRoles.find((role) => sameName(role, name));
