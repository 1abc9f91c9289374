import * as z from 'zod';
import { UpstreamError } from '../../domain/kernel/errors.ts';
import type { PullRequestComments } from '../../ports/pull-request.ts';
import { askRest, type RestOptions } from './rest.ts';

const Comment = z.object({
  id: z.int(),
  content: z.string().nullish(),
  isDeleted: z.boolean().nullish(),
});
const Threads = z.object({
  value: z.array(
    z.object({ id: z.int(), isDeleted: z.boolean().nullish(), comments: z.array(Comment).nullish() }),
  ),
});

const version = 'api-version=7.1';

/** A thread of the pull request at `url`, closed from the start: it holds up no policy about open comments. */
export function createAzureDevOpsComments(
  url: string,
  options: Omit<RestOptions, 'right'>,
): PullRequestComments {
  const rest = { ...options, right: 'Contribute to pull requests (of the build service, on the repository)' };
  const threads = `${url}/threads`;
  return {
    async upsert(marker, text) {
      const known = await findComment(rest, threads, marker);
      if (known?.content === text) return 'unchanged';
      if (known) {
        const target = `${threads}/${known.thread}/comments/${known.id}?${version}`;
        await askRest(rest, { method: 'PATCH', url: target, body: { content: text } });
        return 'updated';
      }
      const comments = [{ parentCommentId: 0, content: text, commentType: 'text' }];
      await askRest(rest, {
        method: 'POST',
        url: `${threads}?${version}`,
        body: { comments, status: 'closed' },
      });
      return 'created';
    },
  };
}

/** The list has no pages (Pull Request Threads, List). The first comment of a thread is the one that opened it. */
async function findComment(rest: RestOptions, threads: string, marker: string) {
  const { body } = await askRest(rest, { method: 'GET', url: `${threads}?${version}` });
  const list = Threads.safeParse(body);
  if (!list.success)
    throw new UpstreamError('pull-request.unexpected', `GET ${threads}: no list of threads came.`);
  return list.data.value.flatMap(({ id: thread, isDeleted, comments }) => {
    const [first] = comments ?? [];
    if (isDeleted === true || !first || first.isDeleted === true) return [];
    return first.content?.startsWith(marker) === true ? [{ thread, ...first }] : [];
  })[0];
}
