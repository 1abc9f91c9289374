import { isPathOfAws, parseRoleArn } from '../../../../shared/domain/kernel/arn.ts';
import type { Call, Target } from '../protocol/operation.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { RoleRecord, TagRecord } from '../state/state.ts';
import { iamArn, type Account, type World } from '../state/world.ts';

/** Names are looked up with the spelling that they were created with. Throws NoSuchEntity. */
export function getRole(call: Call, name: string | undefined): RoleRecord {
  const role = findRole(call, name);
  if (role === undefined) {
    throw new ServiceError('NoSuchEntity', `The role with name ${String(name)} cannot be found.`);
  }
  return role;
}

function findRole({ account, asOf }: Call, name = ''): RoleRecord | undefined {
  const role = account.roles.get(name.toLowerCase(), asOf);
  return role?.name === name ? role : undefined;
}

export interface FoundRole {
  readonly account: Account;
  readonly role: RoleRecord;
}

/** The role of exactly this ARN, whichever account it lies in. */
export function findRoleByArn(world: World, arn: string, asOf: number): FoundRole | undefined {
  const parsed = parseRoleArn(arn);
  const account = world.accounts.get(parsed?.account ?? '');
  const role = account?.roles.get(parsed?.name.toLowerCase() ?? '', asOf);
  return account !== undefined && role?.arn === arn ? { account, role } : undefined;
}

/** Changes a role. Throws NoSuchEntity, and UnmodifiableEntity for a role that belongs to an AWS service. */
export function changeRole(
  call: Call,
  name: string | undefined,
  change: (role: RoleRecord) => RoleRecord,
): void {
  const role = getModifiableRole(call, name);
  call.account.roles.set(role.name.toLowerCase(), change(role), call.now);
}

export function getModifiableRole(call: Call, name: string | undefined): RoleRecord {
  const role = getRole(call, name);
  if (!isPathOfAws(role.path)) return role;
  throw new ServiceError(
    'UnmodifiableEntity',
    `Cannot perform the operation on the protected role '${role.name}' - this role is only modifiable by AWS`,
  );
}

/**
 * A role as the target of an operation. A role that is not there is named without a path, as nobody knows it.
 * `iam:PermissionsBoundary` is the boundary on the role unless the operation sets one (Service Authorization Reference).
 */
export function roleTarget(call: Call, name: string | undefined, boundary?: string): Target {
  const role = findRole(call, name);
  return {
    resource: role?.arn ?? iamArn(call.account, `role/${name ?? ''}`),
    context: {
      ...tagContext('aws:ResourceTag', role?.tags ?? []),
      ...presentOnly('iam:PermissionsBoundary', boundary ?? role?.boundary),
    },
  };
}

/** For the operations whose authorization does not know the boundary: TagRole, UntagRole. */
export function roleTargetWithoutBoundary(call: Call, name: string | undefined): Target {
  const { resource } = roleTarget(call, name);
  return { resource, context: tagContext('aws:ResourceTag', findRole(call, name)?.tags ?? []) };
}

export function tagContext(
  key: 'aws:ResourceTag' | 'aws:RequestTag',
  tags: readonly TagRecord[],
): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(tags.map((tag) => [`${key}/${tag.key}`, [tag.value]]));
}

export function requestTags(
  tags: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined,
): Readonly<Record<string, readonly string[]>> {
  if (tags === undefined || tags.length === 0) return {};
  const records = tags.map(({ Key: key = '', Value: value = '' }) => ({ key, value }));
  return { ...tagContext('aws:RequestTag', records), 'aws:TagKeys': records.map(({ key }) => key) };
}

export function presentOnly(
  key: string,
  value: string | undefined,
): Readonly<Record<string, readonly string[]>> {
  return value === undefined ? {} : { [key]: [value] };
}
