import { createAzureDevOpsComments } from '../../../shared/adapters/pull-requests/azure-devops-comments.ts';
import { createGitHubComments } from '../../../shared/adapters/pull-requests/github-comments.ts';
import { systemClock } from '../../../shared/adapters/system/system-clock.ts';
import { readPullRequest } from '../../../shared/config/pull-request.ts';
import type { PullRequestComments } from '../../../shared/ports/pull-request.ts';

/** The pull request that this pipeline runs for. Throws ConfigError where there is none. */
export function connectComments(): PullRequestComments {
  const place = readPullRequest();
  const options = { token: place.token, clock: systemClock };
  return place.host === 'github'
    ? createGitHubComments(place.url, place.number, options)
    : createAzureDevOpsComments(place.url, options);
}
