import * as z from 'zod';
import { UpstreamError } from '../../domain/kernel/errors.ts';
import type { PullRequestComments } from '../../ports/pull-request.ts';
import { askRest, type RestOptions } from './rest.ts';

const Comments = z.array(z.object({ id: z.int(), body: z.string().nullish() }));

/** GitHub docs, REST API endpoints for issue comments: a pull request is an issue. */
const headers = { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' };
/** A pull request with more comments gets a second one of ours. */
const MOST_PAGES = 30;

/** A comment of the pull request with this number in the repository at `url`. */
export function createGitHubComments(
  url: string,
  number: string,
  options: Omit<RestOptions, 'right'>,
): PullRequestComments {
  const rest = { ...options, right: 'pull-requests: write (permissions of the job)' };
  const list = `${url}/issues/${number}/comments`;
  return {
    async upsert(marker, text) {
      const known = await findComment(rest, list, marker);
      if (known?.body === text) return 'unchanged';
      if (known) {
        const target = `${url}/issues/comments/${known.id}`;
        await askRest(rest, { method: 'PATCH', url: target, headers, body: { body: text } });
        return 'updated';
      }
      await askRest(rest, { method: 'POST', url: list, headers, body: { body: text } });
      return 'created';
    },
  };
}

async function findComment(rest: RestOptions, list: string, marker: string) {
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const url = `${list}?per_page=100&page=${page}`;
    const comments = Comments.safeParse((await askRest(rest, { method: 'GET', url, headers })).body);
    if (!comments.success)
      throw new UpstreamError('pull-request.unexpected', `GET ${list}: no list of comments came.`);
    // GitHub sends line breaks back as they were typed into a browser: CRLF.
    const found = comments.data.find(({ body }) => body?.startsWith(marker) === true);
    if (found) return found;
    if (comments.data.length < 100) return undefined;
  }
  return undefined;
}
