import type { AttachedPolicy, InstanceProfile, Role, RoleDetail } from '@aws-sdk/client-iam';
import type { Call } from '../protocol/operation.ts';
import { respelledDocument } from '../protocol/respelling.ts';
import type { InstanceProfileRecord, RoleRecord } from '../state/state.ts';
import { tagList } from './tags.ts';
import { holdsUniqueId, showTrust } from './trust-principals.ts';
import type { World } from '../state/world.ts';

/** A role as GetRole tells it. */
export function fullRole(call: Call, role: RoleRecord): Role {
  return {
    ...described(call, role),
    Tags: tagList([...role.tags].reverse()),
    PermissionsBoundary: toBoundary(role),
    RoleLastUsed: lastUse(role),
  };
}

/** A role as ListRoles tells it: without tags, boundary and last use (IAM API reference, ListRoles). */
export const listedRole = onceForEachRole(described);

/** A role as GetAccountAuthorizationDetails tells it: without description and session duration (its RoleDetail type). */
export function roleDetail(call: Call, role: RoleRecord): RoleDetail {
  const profiles = listProfiles(call, role).map((profile) => instanceProfile(call, profile));
  return { ...ownDetail(call, role), InstanceProfileList: profiles };
}

const ownDetail = onceForEachRole((call: Call, role: RoleRecord): RoleDetail => ({
  ...identity(call, role),
  RolePolicyList: role.inline.map(({ name, document }) => ({
    PolicyName: name,
    PolicyDocument: shown(call, role, document),
  })),
  AttachedManagedPolicies: attachedPolicies(role),
  PermissionsBoundary: toBoundary(role),
  Tags: tagList(role.tags),
  RoleLastUsed: lastUse(role),
}));

export function listProfiles(
  { account, asOf }: Call,
  { name }: RoleRecord,
): readonly InstanceProfileRecord[] {
  return account.instanceProfiles.list(asOf).filter(({ role }) => role === name);
}

export function instanceProfile(
  call: Call,
  { arn, id, name, path, createdAt, role }: InstanceProfileRecord,
): InstanceProfile {
  const held = role === undefined ? undefined : call.account.roles.get(role.toLowerCase(), call.asOf);
  return {
    Path: path,
    InstanceProfileName: name,
    InstanceProfileId: id,
    Arn: arn,
    CreateDate: new Date(createdAt),
    Roles: held === undefined ? [] : [identity(call, held)],
  };
}

export function attachedPolicies({ attached }: RoleRecord): AttachedPolicy[] {
  return attached
    .map((arn) => ({ PolicyName: arn.slice(arn.lastIndexOf('/') + 1), PolicyArn: arn }))
    .reverse();
}

/** A policy document of a role in the spelling of this operation. */
export function shown({ world, operation }: Call, role: RoleRecord, document: string): string {
  return respelledDocument(document, `${world.seed} ${operation} ${role.id}`);
}

function described(call: Call, role: RoleRecord): Role {
  return {
    ...identity(call, role),
    Description: role.description,
    MaxSessionDuration: role.maxSessionDuration,
    SourceRoleTemplate: role.template && {
      TemplateArn: role.template.arn,
      TemplateMinorVersion: role.template.minorVersion,
    },
  };
}

function identity(call: Call, role: RoleRecord) {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: role.arn,
    CreateDate: new Date(role.createdAt),
    AssumeRolePolicyDocument: shown(call, role, showTrust(call.world, role.trust)),
  } satisfies Role;
}

function toBoundary({ boundary }: RoleRecord): Role['PermissionsBoundary'] {
  return boundary === undefined
    ? undefined
    : { PermissionsBoundaryType: 'PermissionsBoundaryPolicy', PermissionsBoundaryArn: boundary };
}

/** Empty for a role that was never used; tracked for 400 days (IAM API reference, RoleLastUsed). */
function lastUse({ lastUsedAt }: RoleRecord): Role['RoleLastUsed'] {
  return lastUsedAt === undefined ? {} : { LastUsedDate: new Date(lastUsedAt), Region: 'us-east-1' };
}

/** Bulk reads meet thousands of roles that did not change: what a record looks like is worked out once. */
function onceForEachRole<View extends object>(
  view: (call: Call, role: RoleRecord) => View,
): (call: Call, role: RoleRecord) => View {
  const known = new WeakMap<World, WeakMap<RoleRecord, View>>();
  return (call, role) => {
    if (holdsUniqueId(role.trust)) return view(call, role);
    const ofWorld = known.get(call.world) ?? new WeakMap<RoleRecord, View>();
    known.set(call.world, ofWorld);
    const made = ofWorld.get(role) ?? view(call, role);
    ofWorld.set(role, made);
    return made;
  };
}
