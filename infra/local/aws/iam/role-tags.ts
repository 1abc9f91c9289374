import { ListRoleTags$, TagRole$, UntagRole$ } from '@aws-sdk/client-iam';
import type {
  ListRoleTagsRequest,
  ListRoleTagsResponse,
  TagRoleRequest,
  UntagRoleRequest,
} from '@aws-sdk/client-iam';
import { iamRead, iamWrite, type Operation } from '../protocol/operation.ts';
import { paginate } from '../protocol/pages.ts';
import { changeRole, getRole, requestTags, roleTarget, roleTargetWithoutBoundary } from './role-store.ts';
import { tagList, withTags, withoutTags } from './tags.ts';

const tagRole = iamWrite<TagRoleRequest>(TagRole$, {
  target(call, { RoleName, Tags }) {
    const { resource, context } = roleTargetWithoutBoundary(call, RoleName);
    return { resource, context: { ...context, ...requestTags(Tags) } };
  },
  run(call, { RoleName, Tags }) {
    changeRole(call, RoleName, (role) => ({ ...role, tags: withTags(role.tags, Tags) }));
    return undefined;
  },
});

const untagRole = iamWrite<UntagRoleRequest>(UntagRole$, {
  target(call, { RoleName, TagKeys: keys = [] }) {
    const { resource, context } = roleTargetWithoutBoundary(call, RoleName);
    return { resource, context: { ...context, 'aws:TagKeys': keys } };
  },
  run(call, { RoleName, TagKeys: keys = [] }) {
    changeRole(call, RoleName, (role) => ({ ...role, tags: withoutTags(role.tags, keys) }));
    return undefined;
  },
});

const listRoleTags = iamRead<ListRoleTagsRequest, ListRoleTagsResponse>(ListRoleTags$, {
  target: (call, { RoleName }) => roleTarget(call, RoleName),
  run(call, { RoleName, ...page }) {
    const { items, rest } = paginate(call, getRole(call, RoleName).tags, ({ key }) => key, page);
    return { Tags: tagList(items), ...rest };
  },
});

export const roleTagOperations: readonly Operation[] = [tagRole, untagRole, listRoleTags];
