import { listIf } from '../kernel/group-by.ts';
import type { ProjectId } from '../kernel/ids.ts';
import type { Reading, Unknown } from '../kernel/result.ts';

/** The role that azfed gives its service: User shows a connection's type and fields, and changes nothing. */
export const NEEDED_ROLE = 'User';

/** Roles that show what azfed reads (terraform-provider-azuredevops pull request 1559). */
const showing: readonly string[] = ['user', 'administrator'];

/** The role that somebody has on all service connections of a project. */
export interface AssignedRole {
  /** As Azure DevOps spells it. */
  readonly name: string;
  /** Given at a level above, where alone it can be taken away. */
  readonly isInherited: boolean;
}

/** What was read of the service's identity in one project. */
export interface ProjectAccess {
  readonly projectId: ProjectId;
  readonly projectName: string;
  /** Whether it is in a group of the project, without which the project is not listed. */
  readonly isMember: Reading<boolean>;
  /** `undefined`: none. */
  readonly role: Reading<AssignedRole | undefined>;
}

/** What a project still needs, or gives back. */
export type AccessStep = 'join' | 'assign' | 'remove';

export interface AccessRow extends ProjectAccess {
  /** In the order in which they are carried out. */
  readonly steps: readonly AccessStep[];
}

/** What is wanted of a project: that the service can read its connections, or that it has no role there. */
export type AccessRequest = 'grant' | 'revoke';

/**
 *     what was read of the role      | grant  | revoke
 *     -------------------------------+--------+-------
 *     none                           | assign |
 *     User, Administrator            |        | remove
 *     User, Administrator, inherited |        |
 *     another one                    | assign | remove
 *     another one, inherited         | assign |
 *     nothing                        |        |
 *
 * A role is never lowered. Membership is given and not taken back: nobody knows who gave it.
 */
export function planAccess(projects: readonly ProjectAccess[], request: AccessRequest): readonly AccessRow[] {
  const listSteps = request === 'grant' ? listGrantSteps : listRevokeSteps;
  return projects.map((project) => ({ ...project, steps: listSteps(project) }));
}

function listGrantSteps({ isMember, role }: ProjectAccess): readonly AccessStep[] {
  const joins = isMember.state === 'complete' && !isMember.value;
  const assigns = role.state === 'complete' && !showing.includes(role.value?.name.toLowerCase() ?? '');
  return [...listIf<AccessStep>(joins, 'join'), ...listIf<AccessStep>(assigns, 'assign')];
}

const listRevokeSteps = ({ role }: ProjectAccess): readonly AccessStep[] =>
  listIf(role.state === 'complete' && role.value?.isInherited === false, 'remove');

/** Why not everything is known of a project. Whether it is a member is of no interest to a revocation. */
export function findUnread({ isMember, role }: ProjectAccess, request: AccessRequest): Unknown | undefined {
  if (role.state === 'unknown') return role;
  return request === 'grant' && isMember.state === 'unknown' ? isMember : undefined;
}
