import { readPullRequest } from '../../../shared/config/pull-request.ts';

const azure = {
  SYSTEM_PULLREQUEST_PULLREQUESTID: '7',
  SYSTEM_COLLECTIONURI: 'https://dev.azure.com/contoso/',
  SYSTEM_TEAMPROJECTID: 'p-1',
  BUILD_REPOSITORY_ID: 'r-1',
  BUILD_REPOSITORY_PROVIDER: 'TfsGit',
  SYSTEM_ACCESSTOKEN: 'planted-token',
};
const github = {
  GITHUB_REF: 'refs/pull/12/merge',
  GITHUB_REPOSITORY: 'contoso/federation',
  GITHUB_TOKEN: 'planted-token',
};

describe('the pull request of a pipeline', () => {
  it.each([
    [
      'of Azure Repos',
      azure,
      {
        host: 'azure-devops',
        url: 'https://dev.azure.com/contoso/p-1/_apis/git/repositories/r-1/pullRequests/7',
      },
    ],
    ['of GitHub Actions', github, { url: 'https://api.github.com/repos/contoso/federation', number: '12' }],
    [
      'of GitHub Enterprise',
      { ...github, GITHUB_API_URL: 'https://git.example.com/api/v3' },
      { url: 'https://git.example.com/api/v3/repos/contoso/federation' },
    ],
    [
      'of GitHub, built by Azure Pipelines',
      {
        ...azure,
        BUILD_REPOSITORY_PROVIDER: 'GitHub',
        BUILD_REPOSITORY_NAME: 'contoso/federation',
        SYSTEM_PULLREQUEST_PULLREQUESTNUMBER: '9',
        GITHUB_TOKEN: 'planted-token',
      },
      { host: 'github', url: 'https://api.github.com/repos/contoso/federation', number: '9' },
    ],
  ])('is that %s', (_what, variables, place) => {
    expect(readPullRequest(variables)).toMatchObject({ ...place, token: 'planted-token' });
  });

  it.each([
    [
      'no pull request',
      { GITHUB_REF: 'refs/heads/main', GITHUB_TOKEN: 'planted-token' },
      'no run for a pull request',
    ],
    ['no token', { ...azure, SYSTEM_ACCESSTOKEN: '' }, 'SYSTEM_ACCESSTOKEN'],
    [
      'a variable that Azure Pipelines did not know',
      { ...azure, SYSTEM_ACCESSTOKEN: '$(System.AccessTokn)' },
      'SYSTEM_ACCESSTOKEN',
    ],
    ['no project', { ...azure, SYSTEM_TEAMPROJECTID: '' }, 'SYSTEM_TEAMPROJECTID'],
    ['no token of GitHub', { ...github, GITHUB_TOKEN: '' }, 'GITHUB_TOKEN'],
  ])('is refused where there is %s, without a value', (_what, variables, sentence) => {
    expect(() => readPullRequest(variables)).toThrow(sentence);
    expect(() => readPullRequest(variables)).not.toThrow('planted-token');
  });
});
