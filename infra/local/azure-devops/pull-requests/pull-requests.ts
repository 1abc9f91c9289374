import { RefusedError } from '../state/refusal.ts';
import type {
  CommentRecord,
  PullRequestRecord,
  PullRequestsState,
  ThreadRecord,
} from '../state/pull-request-state.ts';
import type { OrganizationRecord, ProjectRecord } from '../state/state.ts';
import type { World } from '../state/world.ts';
import { changeOrganization, liveProject, organizationNamed, sameName } from '../state/world.ts';

export interface PullRequestPlay {
  /** The build service of the project may, or may not, contribute to pull requests. Until then it may not. */
  letBuildServiceContribute(organization: string, project: string, may: boolean): void;
  /** Somebody deletes a comment: the thread stays, and says so. */
  deleteComment(organization: string, pullRequest: number, thread: number, comment: number): void;
  /** @throws RefusedError 404 */
  get(organization: string, pullRequest: number): PullRequestRecord;
}

const nothing: PullRequestsState = { requests: [], contributors: [] };

export const getPullRequests = ({ pullRequests = nothing }: OrganizationRecord): PullRequestsState =>
  pullRequests;

/** @throws RefusedError 404 */
export function pullRequestById(
  organization: OrganizationRecord,
  id: number,
  project?: ProjectRecord,
): PullRequestRecord {
  const found = getPullRequests(organization).requests.find(
    (one) => one.id === id && (project === undefined || one.projectId === project.id),
  );
  if (found) return found;
  throw new RefusedError(
    404,
    'GitPullRequestNotFoundException',
    `TF401180: The requested pull request was not found.`,
  );
}

export function changePullRequests(
  world: World,
  organization: string,
  change: (before: PullRequestsState) => Partial<PullRequestsState>,
): void {
  changeOrganization(world, organization, (record) => {
    const before = getPullRequests(record);
    return { ...record, pullRequests: { ...before, ...change(before) } };
  });
}

/** In place of the one with its id. */
export function storePullRequest(world: World, organization: string, after: PullRequestRecord): void {
  changePullRequests(world, organization, ({ requests }) => ({
    requests: requests.map((one) => (one.id === after.id ? after : one)),
  }));
}

/** @throws RefusedError 404 */
export function changeComment(
  request: PullRequestRecord,
  threadId: number,
  commentId: number,
  change: Partial<CommentRecord>,
): PullRequestRecord {
  const isThere = request.threads.some(
    ({ id, comments }) => id === threadId && comments.some((comment) => comment.id === commentId),
  );
  if (!isThere)
    throw new RefusedError(404, 'CommentNotFoundException', `The comment ${commentId} was not found.`);
  const comments = (thread: ThreadRecord) =>
    thread.comments.map((comment) => (comment.id === commentId ? { ...comment, ...change } : comment));
  return {
    ...request,
    threads: request.threads.map((thread) =>
      thread.id === threadId ? { ...thread, comments: comments(thread) } : thread,
    ),
  };
}

export function pullRequestPlay(world: World): PullRequestPlay {
  const get = (organization: string, id: number) =>
    pullRequestById(organizationNamed(world, organization), id);
  return {
    get,
    letBuildServiceContribute(organization, projectName, may) {
      const { id } = liveProject(organizationNamed(world, organization), projectName);
      changePullRequests(world, organization, ({ contributors }) => ({
        contributors: [...contributors.filter((other) => !sameName(other, id)), ...(may ? [id] : [])],
      }));
    },
    deleteComment(organization, pullRequest, thread, comment) {
      const after = changeComment(get(organization, pullRequest), thread, comment, {
        content: '',
        isDeleted: true,
      });
      storePullRequest(world, organization, after);
    },
  };
}
