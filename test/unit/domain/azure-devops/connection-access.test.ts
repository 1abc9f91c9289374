import type {
  AccessRequest,
  AssignedRole,
} from '../../../../shared/domain/azure-devops/connection-access.ts';
import { findUnread, planAccess } from '../../../../shared/domain/azure-devops/connection-access.ts';
import type { Reading } from '../../../../shared/domain/kernel/result.ts';
import { complete, unknown } from '../../../../shared/domain/kernel/result.ts';
import { parseProjectId } from '../../../../shared/domain/kernel/ids.ts';

const projectId = parseProjectId('00000000-0000-4000-8000-000000000001') ?? fail();
const unread = unknown('forbidden', 'The identity may not read this.');
const assigned = (name: string) => complete<AssignedRole>({ name, isInherited: false });
const inherited = (name: string) => complete<AssignedRole>({ name, isInherited: true });
const none = complete(undefined);

function fail(): never {
  throw new Error('It is no id.');
}

const plan = (request: AccessRequest, isMember: Reading<boolean>, role: Reading<AssignedRole | undefined>) =>
  planAccess([{ projectId, projectName: 'Shop', isMember, role }], request)[0]?.steps;

describe('what a project still needs before the service can read its connections', () => {
  it.each<readonly [string, Reading<boolean>, Reading<AssignedRole | undefined>, readonly string[]]>([
    ['is membership and the role, for a stranger', complete(false), none, ['join', 'assign']],
    ['is the role, for a member', complete(true), none, ['assign']],
    ['is the role, for a Reader', complete(true), assigned('Reader'), ['assign']],
    ['is the role, for an inherited Reader', complete(true), inherited('Reader'), ['assign']],
    ['is the role, for who may only create', complete(true), assigned('Creator'), ['assign']],
    ['is nothing, for a User', complete(true), assigned('User'), []],
    ['is nothing, whatever the case of the role', complete(true), assigned('USER'), []],
    ['is nothing, for an inherited User', complete(true), inherited('User'), []],
    ['is nothing, for an Administrator: no role is lowered', complete(true), assigned('Administrator'), []],
    ['is membership, where the role is there already', complete(false), assigned('User'), ['join']],
    ['is the role, where membership was not read', unread, none, ['assign']],
    ['is membership, where the role was not read', complete(false), unread, ['join']],
    ['is not known, where nothing was read', unread, unread, []],
  ])('%s', (_title, isMember, role, expected) => {
    expect(plan('grant', isMember, role)).toEqual(expected);
  });
});

describe('what a revocation takes away', () => {
  it.each<readonly [string, Reading<AssignedRole | undefined>, readonly string[]]>([
    ['is the role', assigned('User'), ['remove']],
    ['is every role that was given here', assigned('Administrator'), ['remove']],
    ['is no inherited role', inherited('User'), []],
    ['is nothing where there is none', none, []],
    ['is nothing where the role was not read', unread, []],
  ])('%s', (_title, role, expected) => {
    expect(plan('revoke', complete(true), role)).toEqual(expected);
  });
});

it('asks about membership where it is given, and not where a role is taken away', () => {
  const project = { projectId, projectName: 'Shop', isMember: unread, role: none };
  expect(findUnread(project, 'grant')).toBe(unread);
  expect(findUnread(project, 'revoke')).toBeUndefined();
  expect(findUnread({ ...project, role: unread }, 'revoke')).toBe(unread);
});
