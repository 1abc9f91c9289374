import * as z from 'zod';
import { checkMayManage, readableProject } from '../http/permissions.ts';
import { RefusedError } from '../state/refusal.ts';
import { buildRoute, buildList, type ApiReply, type ApiRequest, type Route } from '../http/route.ts';
import { sameName, type World } from '../state/world.ts';
import type { PullRequestRecord, ThreadRecord } from '../state/pull-request-state.ts';
import {
  changeComment,
  changePullRequests,
  getPullRequests,
  pullRequestById,
  storePullRequest,
} from './pull-requests.ts';
import { parseBody } from '../http/request-values.ts';

const statuses = ['unknown', 'active', 'fixed', 'wontFix', 'closed', 'byDesign', 'pending'] as const;
const commentTypes = ['unknown', 'text', 'codeChange', 'system'] as const;
/** Both spellings of an enumeration are taken (vsts-rest-api-specs, git, samples of pull request threads). */
const choice = (values: readonly string[]) =>
  z.union([
    z.enum(values),
    z
      .int()
      .min(0)
      .max(values.length - 1)
      .transform((number) => values[number] ?? ''),
  ]);

const NewPullRequest = z.object({
  title: z.string().min(1),
  sourceRefName: z.string().startsWith('refs/heads/'),
  targetRefName: z.string().startsWith('refs/heads/'),
});
const ChangedPullRequest = z.object({ status: z.enum(['active', 'completed', 'abandoned']) });
const NewThread = z.object({
  status: choice(statuses).default('unknown'),
  comments: z
    .array(
      z.object({
        parentCommentId: z.int().default(0),
        content: z.string().min(1),
        commentType: choice(commentTypes).default('text'),
      }),
    )
    .min(1),
});
const ChangedComment = z.object({ content: z.string().min(1) });

const all = '/:organization/:project/_apis/git/repositories/:repository/pullRequests';
const one = `${all}/:pullRequest`;

/** vsts-rest-api-specs 7.2, git: pull requests, their threads and comments. What is not about comments is as little as it takes. */
export function pullRequestRoutes(world: World): Route[] {
  return [
    buildRoute('POST', all, 'write', (request) => create(world, request)),
    buildRoute('GET', one, 'pullRequests', (request) => ({
      status: 200,
      body: requestDocument(findRequest(request)),
    })),
    buildRoute('PATCH', one, 'write', (request) => {
      const after = { ...findRequest(request), ...parseBody(request, ChangedPullRequest) };
      storePullRequest(world, request.organization.name, after);
      return { status: 200, body: requestDocument(after) };
    }),
    buildRoute('GET', `${one}/threads`, 'pullRequests', (request) => ({
      status: 200,
      body: buildList(findRequest(request).threads.map(threadDocument)),
    })),
    buildRoute('POST', `${one}/threads`, 'pullRequests', (request) => addThread(world, request)),
    buildRoute('PATCH', `${one}/threads/:thread/comments/:comment`, 'pullRequests', (request) =>
      updateComment(world, request),
    ),
  ];
}

/** The repository of a project has its id, or the name of the project (azure-devops-docs, create-new-repo). */
function findRequest({ organization, caller, parameter }: ApiRequest): PullRequestRecord {
  const project = readableProject(organization, caller, parameter('project'));
  const found = pullRequestById(organization, Number(parameter('pullRequest')), project);
  const repository = parameter('repository');
  if (sameName(repository, found.repositoryId) || sameName(repository, project.name)) return found;
  throw new RefusedError(
    404,
    'GitRepositoryNotFoundException',
    `TF401019: The Git repository with name or identifier ${repository} does not exist or you do not have permissions for the operation you are attempting.`,
  );
}

function create(world: World, request: ApiRequest): ApiReply {
  const { organization, caller, parameter } = request;
  const project = readableProject(organization, caller, parameter('project'));
  const { requests } = getPullRequests(organization);
  const known = requests.find(({ projectId }) => projectId === project.id)?.repositoryId;
  const created: PullRequestRecord = {
    ...parseBody(request, NewPullRequest),
    id: 1 + Math.max(0, ...requests.map(({ id }) => id)),
    projectId: project.id,
    repositoryId: known ?? world.nextId(),
    status: 'active',
    threads: [],
  };
  changePullRequests(world, organization.name, (before) => ({ requests: [...before.requests, created] }));
  return { status: 201, body: requestDocument(created) };
}

/**
 * `Contribute to pull requests`, which the build service has not until somebody gives it (infracost-azure-devops,
 * Troubleshooting, 403 error). @throws RefusedError 403
 */
function checkMayContribute({ organization, caller }: ApiRequest, { projectId }: PullRequestRecord): void {
  if (!('run' in caller)) {
    checkMayManage(caller);
    return;
  }
  if (getPullRequests(organization).contributors.includes(projectId)) return;
  throw new RefusedError(
    403,
    'GitNeedsPermissionException',
    "TF401027: You need the Git 'PullRequestContribute' permission to perform this action.",
  );
}

function addThread(world: World, request: ApiRequest): ApiReply {
  const before = findRequest(request);
  checkMayContribute(request, before);
  const { status, comments } = parseBody(request, NewThread);
  const thread: ThreadRecord = {
    id: 1 + Math.max(0, ...before.threads.map(({ id }) => id)),
    status,
    comments: comments.map((comment, index) => ({ id: index + 1, ...comment })),
  };
  storePullRequest(world, request.organization.name, { ...before, threads: [...before.threads, thread] });
  return { status: 200, body: threadDocument(thread) };
}

function updateComment(world: World, request: ApiRequest): ApiReply {
  const before = findRequest(request);
  checkMayContribute(request, before);
  const [thread, comment] = [Number(request.parameter('thread')), Number(request.parameter('comment'))];
  const after = changeComment(before, thread, comment, parseBody(request, ChangedComment));
  storePullRequest(world, request.organization.name, after);
  const changed = after.threads.find(({ id }) => id === thread)?.comments.find(({ id }) => id === comment);
  return { status: 200, body: { ...changed, usersLiked: [] } };
}

function requestDocument({ id, threads: _, repositoryId, projectId, ...rest }: PullRequestRecord): object {
  const repository = { id: repositoryId, project: { id: projectId } };
  return { pullRequestId: id, ...rest, repository, codeReviewId: id };
}

/** A thread is deleted when all of its comments are (Pull Request Threads, List: `isDeleted`). */
function threadDocument({ id, status, comments }: ThreadRecord): object {
  return {
    id,
    status,
    comments: comments.map((comment) => ({ ...comment, usersLiked: [] })),
    isDeleted: comments.every(({ isDeleted }) => isDeleted === true),
  };
}
