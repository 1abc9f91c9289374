import { startLoopbackServer } from '../../../infra/local/loopback/loopback-server.ts';
import type { LoopbackOutcome, LoopbackRequest } from '../../../infra/local/loopback/loopback-server.ts';
import { startLocalAzureDevOps } from '../../../infra/local/azure-devops/local-azure-devops.ts';
import { createAzureDevOpsComments } from '../../../shared/adapters/pull-requests/azure-devops-comments.ts';
import { createGitHubComments } from '../../../shared/adapters/pull-requests/github-comments.ts';
import { PermissionError, TransientError, UpstreamError } from '../../../shared/domain/kernel/errors.ts';
import { createVirtualClock } from '../../builders/virtual-clock.ts';

const MARKER = '<!-- azfed:plan federation.yaml -->';
const options = { token: 'job-token', clock: createVirtualClock() };

describe('the comment of a pull request in Azure Repos', () => {
  async function openPullRequest() {
    const azdo = await startLocalAzureDevOps();
    azdo.organizations.create({ name: 'contoso', pats: [{ token: 'admin', access: 'manage' }] });
    azdo.projects.create('contoso', 'Platform');
    const job = azdo.jobs.start('contoso', { project: 'Platform', connections: [] });
    const all = `${job.collectionUri}${job.projectId}/_apis/git/repositories/Platform/pullRequests`;
    await fetch(`${all}?api-version=7.1`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(':admin').toString('base64')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ title: 'a', sourceRefName: 'refs/heads/a', targetRefName: 'refs/heads/main' }),
    });
    const comments = createAzureDevOpsComments(`${all}/1`, { ...options, token: job.accessToken });
    return { azdo, comments, threads: () => azdo.pullRequests.get('contoso', 1).threads };
  }

  it('is made once, updated, and left alone where nothing differs', async () => {
    const { azdo, comments, threads } = await openPullRequest();
    azdo.pullRequests.letBuildServiceContribute('contoso', 'Platform', true);
    expect(await comments.upsert(MARKER, `${MARKER}\none`)).toBe('created');
    expect(await comments.upsert(MARKER, `${MARKER}\ntwo`)).toBe('updated');
    expect(await comments.upsert(MARKER, `${MARKER}\ntwo`)).toBe('unchanged');
    expect(await comments.upsert('<!-- other -->', '<!-- other -->')).toBe('created');
    expect(threads().map(({ status, comments: [first] }) => [status, first?.content])).toEqual([
      ['closed', `${MARKER}\ntwo`],
      ['closed', '<!-- other -->'],
    ]);
    azdo.pullRequests.deleteComment('contoso', 1, 1, 1);
    expect(await comments.upsert(MARKER, `${MARKER}\nthree`)).toBe('created');
    await azdo.close();
  });

  it('names the right that is missing', async () => {
    const { azdo, comments } = await openPullRequest();
    await expect(comments.upsert(MARKER, MARKER)).rejects.toMatchObject({
      action: expect.stringContaining('Contribute to pull requests') as unknown,
    });
    await azdo.close();
  });
});

describe('the comment of a pull request on GitHub', () => {
  /** What a page of comments is, and the requests that came. */
  async function openServer(answer: (request: LoopbackRequest) => LoopbackOutcome) {
    const requests: LoopbackRequest[] = [];
    const server = await startLoopbackServer((request) => {
      requests.push(request);
      return Promise.resolve(answer(request));
    });
    const comments = createGitHubComments(`${server.url}/repos/contoso/federation`, '12', options);
    return { server, comments, requests };
  }
  const json = (body: unknown, status = 200): LoopbackOutcome => ({
    status,
    headers: { 'content-type': 'application/json' },
    text: JSON.stringify(body),
  });

  it('is found on a later page, and updated', async () => {
    const others = Array.from({ length: 100 }, (_, id) => ({ id, body: null }));
    const { server, comments, requests } = await openServer(({ method, query }) =>
      method === 'GET'
        ? json(query.get('page') === '1' ? others : [{ id: 1_000, body: `${MARKER}\r\none` }])
        : json({}),
    );
    expect(await comments.upsert(MARKER, `${MARKER}\ntwo`)).toBe('updated');
    expect(requests.at(-1)).toMatchObject({
      method: 'PATCH',
      path: '/repos/contoso/federation/issues/comments/1000',
      text: JSON.stringify({ body: `${MARKER}\ntwo` }),
      headers: { authorization: 'Bearer job-token' },
    });
    await server.close();
  });

  it('is made where there is none', async () => {
    const { server, comments, requests } = await openServer(({ method }) =>
      method === 'GET' ? json([]) : json({ id: 1 }, 201),
    );
    expect(await comments.upsert(MARKER, MARKER)).toBe('created');
    expect(requests.at(-1)).toMatchObject({
      method: 'POST',
      path: '/repos/contoso/federation/issues/12/comments',
    });
    await server.close();
  });

  it.each<[what: string, outcome: LoopbackOutcome, error: new (...parts: never[]) => Error, tries: number]>([
    [
      'the token may not',
      json({ message: 'Resource not accessible by integration' }, 403),
      PermissionError,
      1,
    ],
    ['something else answers', { status: 200, headers: {}, text: '<html>' }, UpstreamError, 1],
    ['it is not there for a moment', json({}, 503), TransientError, 4],
    ['nobody answers', 'drop', TransientError, 4],
  ])('is not made where %s', async (_what, outcome, error, tries) => {
    const { server, comments, requests } = await openServer(() => outcome);
    await expect(comments.upsert(MARKER, MARKER)).rejects.toBeInstanceOf(error);
    expect(requests).toHaveLength(tries);
    await server.close();
  });

  it('is not made twice where the answer was lost', async () => {
    const { server, comments, requests } = await openServer(({ method }) =>
      method === 'GET' ? json([]) : 'drop',
    );
    await expect(comments.upsert(MARKER, MARKER)).rejects.toBeInstanceOf(TransientError);
    expect(requests.map(({ method }) => method)).toEqual(['GET', 'POST']);
    await server.close();
  });
});
