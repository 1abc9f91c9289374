import { ConfigError } from '../domain/kernel/errors.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** Where the pull request of this pipeline is, and what opens it. */
export type PullRequestPlace =
  | {
      readonly host: 'azure-devops';
      /** Of the pull request. */ readonly url: string;
      readonly token: string;
    }
  | {
      readonly host: 'github';
      /** Of the repository. */
      readonly url: string;
      readonly number: string;
      readonly token: string;
    };

/**
 * The pull request that the pipeline is running for, by the predefined variables of Azure Pipelines (azure-devops-docs, build
 * variables) and of GitHub Actions (GitHub docs, variables reference). Throws ConfigError where there is none.
 */
export function readPullRequest(env: Variables = process.env): PullRequestPlace {
  const read = (name: string) => env[name]?.trim() ?? '';
  const isOfGitHub = read('BUILD_REPOSITORY_PROVIDER') === 'GitHub';
  const number = read('SYSTEM_PULLREQUEST_PULLREQUESTNUMBER');
  if (isOfGitHub && number !== '') return toGitHub(read, read('BUILD_REPOSITORY_NAME'), number);
  const id = read('SYSTEM_PULLREQUEST_PULLREQUESTID');
  if (!isOfGitHub && id !== '') return toAzureDevOps(read, id);
  const [, ofActions] = /^refs\/pull\/(\d+)\/merge$/.exec(read('GITHUB_REF')) ?? [];
  if (ofActions !== undefined) return toGitHub(read, read('GITHUB_REPOSITORY'), ofActions);
  throw new ConfigError({
    where: '--comment',
    what: 'This is no run for a pull request: neither SYSTEM_PULLREQUEST_PULLREQUESTID nor GITHUB_REF names one.',
    fix: 'Use --comment in a pipeline that a pull request starts (docs/gitops.md).',
  });
}

type Read = (name: string) => string;

function toAzureDevOps(read: Read, id: string): PullRequestPlace {
  const names = ['SYSTEM_COLLECTIONURI', 'SYSTEM_TEAMPROJECTID', 'BUILD_REPOSITORY_ID'] as const;
  const token = requireToken(
    read,
    'SYSTEM_ACCESSTOKEN',
    'env: { SYSTEM_ACCESSTOKEN: $(System.AccessToken) }',
  );
  const [collection = '', project = '', repository = ''] = names.map((name) => requireVariable(read, name));
  const path = [project, '_apis/git/repositories', repository, 'pullRequests', id].join('/');
  return { host: 'azure-devops', url: `${collection.replace(/\/$/, '')}/${path}`, token };
}

function toGitHub(read: Read, repository: string, number: string): PullRequestPlace {
  const token = requireToken(read, 'GITHUB_TOKEN', 'env: { GITHUB_TOKEN: ${{ github.token }} }');
  const api = read('GITHUB_API_URL') || 'https://api.github.com';
  return { host: 'github', url: `${api}/repos/${repository}`, number, token };
}

function requireVariable(read: Read, name: string): string {
  const value = read(name);
  if (value !== '') return value;
  throw missing(name, `Map it in the step: env: { ${name}: ... }.`);
}

/** A variable that the pipeline did not know stands there as it was written. The value is in no message. */
function requireToken(read: Read, name: string, mapping: string): string {
  const token = read(name);
  if (token !== '' && !token.startsWith('$(')) return token;
  throw missing(name, `Give it to the step: ${mapping}`);
}

const missing = (name: string, fix: string) =>
  new ConfigError({ where: `environment variable ${name}`, what: 'It is not set.', fix });
