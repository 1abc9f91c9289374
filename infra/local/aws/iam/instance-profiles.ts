import {
  AddRoleToInstanceProfile$,
  CreateInstanceProfile$,
  DeleteInstanceProfile$,
  ListInstanceProfilesForRole$,
  RemoveRoleFromInstanceProfile$,
  type AddRoleToInstanceProfileRequest,
  type CreateInstanceProfileRequest,
  type CreateInstanceProfileResponse,
  type DeleteInstanceProfileRequest,
  type ListInstanceProfilesForRoleRequest,
  type ListInstanceProfilesForRoleResponse,
  type RemoveRoleFromInstanceProfileRequest,
} from '@aws-sdk/client-iam';
import { iamRead, iamWrite, type Call, type Operation, type OperationParts } from '../protocol/operation.ts';
import { paginate } from '../protocol/pages.ts';
import { authorize } from './authorization.ts';
import { checkQuota, fixedQuotas } from './quotas.ts';
import { getModifiableRole, getRole, roleTarget } from './role-store.ts';
import { instanceProfile, listProfiles } from './role-views.ts';
import { ServiceError } from '../protocol/service-error.ts';
import type { InstanceProfileRecord } from '../state/state.ts';
import { iamArn } from '../state/world.ts';

const createInstanceProfile = iamWrite<CreateInstanceProfileRequest, CreateInstanceProfileResponse>(
  CreateInstanceProfile$,
  {
    target: ({ account }, { Path: path = '/', InstanceProfileName: name = '' }) => ({
      resource: iamArn(account, `instance-profile${path}${name}`),
    }),
    run(call, { Path: path = '/', InstanceProfileName: name = '' }) {
      const { account, world, now } = call;
      if (account.instanceProfiles.get(name.toLowerCase()) !== undefined)
        throw new ServiceError('EntityAlreadyExists', `Instance Profile ${name} already exists.`);
      checkQuota(
        'InstanceProfilesPerAccount',
        account.instanceProfiles.size + 1,
        fixedQuotas.instanceProfiles,
      );
      const arn = iamArn(account, `instance-profile${path}${name}`);
      const profile = { arn, id: world.ids.next('AIPA'), name, path, createdAt: now };
      keep(call, profile);
      return { InstanceProfile: instanceProfile(call, profile) };
    },
  },
);

const onProfile: NonNullable<
  OperationParts<{ InstanceProfileName: string | undefined }, undefined>['target']
> = ({ account }, { InstanceProfileName: name = '' }) => ({
  resource:
    account.instanceProfiles.get(name.toLowerCase())?.arn ?? iamArn(account, `instance-profile/${name}`),
});

const addRole = iamWrite<AddRoleToInstanceProfileRequest>(AddRoleToInstanceProfile$, {
  target: onProfile,
  run(call, { InstanceProfileName, RoleName }) {
    const profile = getProfile(call, InstanceProfileName);
    const { name: role, arn } = getModifiableRole(call, RoleName);
    // API Reference, AddRoleToInstanceProfile: the caller needs iam:PassRole on the role.
    if (call.caller) authorize(call.caller, 'iam:PassRole', { resource: arn }, call.now, call.asOf);
    // An instance profile holds one role, which cannot be raised (IAM User Guide, IAM and STS quotas).
    if (profile.role !== undefined)
      throw new ServiceError(
        'LimitExceeded',
        'Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1',
      );
    keep(call, { ...profile, role });
    return undefined;
  },
});

const removeRole = iamWrite<RemoveRoleFromInstanceProfileRequest>(RemoveRoleFromInstanceProfile$, {
  target: onProfile,
  run(call, { InstanceProfileName, RoleName }) {
    const { role, ...profile } = getProfile(call, InstanceProfileName);
    if (role !== getRole(call, RoleName).name)
      throw new ServiceError(
        'NoSuchEntity',
        `Cannot find Role ${String(RoleName)} in Instance Profile ${profile.name}.`,
      );
    keep(call, profile);
    return undefined;
  },
});

const deleteInstanceProfile = iamWrite<DeleteInstanceProfileRequest>(DeleteInstanceProfile$, {
  target: onProfile,
  run(call, { InstanceProfileName }) {
    const { name, role } = getProfile(call, InstanceProfileName);
    if (role !== undefined)
      throw new ServiceError(
        'DeleteConflict',
        'Cannot delete entity, must remove roles from instance profile first.',
      );
    call.account.instanceProfiles.set(name.toLowerCase(), undefined, call.now);
    return undefined;
  },
});

const listForRole = iamRead<ListInstanceProfilesForRoleRequest, ListInstanceProfilesForRoleResponse>(
  ListInstanceProfilesForRole$,
  {
    target: (call, { RoleName }) => roleTarget(call, RoleName),
    run(call, { RoleName, ...page }) {
      const profiles = listProfiles(call, getRole(call, RoleName));
      const { items, rest } = paginate(call, profiles, ({ id }) => id, page);
      return { InstanceProfiles: items.map((profile) => instanceProfile(call, profile)), ...rest };
    },
  },
);

/** Throws NoSuchEntity. */
function getProfile({ account }: Call, name = ''): InstanceProfileRecord {
  const profile = account.instanceProfiles.get(name.toLowerCase());
  if (profile?.name === name) return profile;
  throw new ServiceError('NoSuchEntity', `Instance Profile ${name} cannot be found.`);
}

function keep({ account, now }: Call, profile: InstanceProfileRecord): void {
  account.instanceProfiles.set(profile.name.toLowerCase(), profile, now);
}

export const instanceProfileOperations: readonly Operation[] = [
  createInstanceProfile,
  addRole,
  removeRole,
  deleteInstanceProfile,
  listForRole,
];
