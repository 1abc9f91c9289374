import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { ListRoleTagsCommand } from '@aws-sdk/client-iam';
import { parse } from 'yaml';
import * as z from 'zod';
import type { LocalService } from '../../functions/cli/commands/local/service/local-service.ts';
import { startLocalService } from '../../functions/cli/commands/local/service/local-service.ts';
import { openConsole } from '../../infra/local/console-user.ts';
import { sample, sampleConfiguration } from '../../infra/local/sample.ts';
import { systemClock } from '../../shared/adapters/system/system-clock.ts';
import { LOOPBACK_ALLOWED } from '../../shared/config/environment.ts';
import { loadConfiguration } from '../../shared/config/load-configuration.ts';
import { createMemoryTelemetry } from '../doubles/memory-telemetry.ts';
import type { Place, Variables } from '../integration/cli/command-line.ts';
import { enterPlace, makeEnvironment } from '../integration/cli/command-line.ts';
import { getAccount } from '../integration/local-play/playground.ts';

const EXAMPLE = resolve('docs/examples/repository');
const PROJECT = 'Platform';

const Step = z.object({
  script: z.string().optional(),
  env: z.record(z.string(), z.string()).optional(),
  inputs: z.object({ inlineScript: z.string().optional() }).optional(),
});
const Steps = z.array(Step);
const Pipeline = z.object({
  variables: z.record(z.string(), z.string()),
  stages: z.tuple([
    z.object({
      jobs: z.array(z.object({ job: z.string(), condition: z.string().optional(), steps: Steps })),
    }),
    z.object({
      jobs: z.array(
        z.object({
          environment: z.string(),
          strategy: z.object({ runOnce: z.object({ deploy: z.object({ steps: Steps }) }) }),
        }),
      ),
    }),
  ]),
});
const pipeline = Pipeline.parse(parse(readFileSync(join(EXAMPLE, 'azure-pipelines.yml'), 'utf8')));
const [check, publish] = pipeline.stages;

let place: Place;
let service: LocalService;
/** Each round of schedules is a minute after the one before: the queues take one message of an account in half a minute. */
let aheadMs = 0;
const clock = { ...systemClock, now: () => systemClock.now() + aheadMs };
beforeAll(async () => {
  place = await enterPlace();
  // By hand, which lets the service write from now on.
  await place.azfed(['apply', '--local', '--yes']);
  const { cloud, variables } = place;
  place.write('origin/federation.yaml', sampleConfiguration(cloud));
  service = await startLocalService({
    cloud,
    clock,
    configuration: loadConfiguration(join(place.path, 'origin/federation.yaml'), LOOPBACK_ALLOWED),
    table: 'azfed',
    secrets: variables,
    getTelemetry: createMemoryTelemetry,
    administrator: sample.adminToken,
    delaySeconds: 0,
  });
  await runService();
  prepareTools();
});
afterAll(async () => {
  await service.close();
  await place.leave();
});

/** The team of shop-prod, as its tag in IAM says. */
async function readTeam(): Promise<string | undefined> {
  const { aws } = place.cloud;
  const console = openConsole(aws.url, getAccount(place.cloud, sample.accounts[0]).credentials);
  const { Tags } = await console.send(new ListRoleTagsCommand({ RoleName: 'shop-prod' }));
  console.destroy();
  return Tags?.find(({ Key }) => Key === 'team')?.Value;
}

/** The schedules fire, and all that follows happens. */
async function runService(): Promise<void> {
  aheadMs += 60_000;
  await service.schedule();
  while ((await service.processBatch()) + (await service.followStream()) > 0);
}

/** What stands on the agent: azfed is this clone, npm installs nothing. */
function prepareTools(): void {
  const tools = { azfed: `exec node ${resolve('functions/cli/azfed.mjs')} "$@"`, npm: 'exit 0' };
  for (const [name, line] of Object.entries(tools)) {
    const file = join(place.path, 'bin', name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `#!/bin/sh\n${line}\n`);
    chmodSync(file, 0o755);
  }
}

const git = (folder: string, ...typed: string[]) => {
  const identity = ['-c', 'user.name=kim', '-c', 'user.email=kim@example.com'];
  return execFileSync('git', [...identity, ...typed], { cwd: join(place.path, folder), stdio: 'pipe' });
};

/** A push of somebody who changes the tag of a grant on a branch. */
function push(tag: string): void {
  const file = join(place.path, 'work/federation.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/tags: \{ team: \w+ \}/, `tags: { team: ${tag} }`));
  git('work', 'commit', '--quiet', '--all', '--message', `Tag roles with ${tag}`);
  git('work', 'push', '--quiet', 'origin', 'change');
}

/** Runs the scripts of steps as they stand, in a fresh clone, and stops at the first that fails as an agent does. */
async function runSteps(steps: z.output<typeof Steps>, branch: string, variables: Variables) {
  const folder = `agent-${systemClock.now()}/s`;
  mkdirSync(join(place.path, folder), { recursive: true });
  git('.', 'clone', '--quiet', '--branch', branch, join(place.path, 'origin'), join(place.path, folder));
  let said = '';
  for (const { script, inputs, env = {} } of steps) {
    const line = script ?? inputs?.inlineScript;
    if (line === undefined) continue;
    const mapped = Object.fromEntries(
      Object.entries(env).map(([name, value]) => [
        name,
        value === '$(System.AccessToken)' ? (variables['token'] ?? '') : value,
      ]),
    );
    const environment = makeEnvironment(place.path, {
      ...place.variables,
      ...pipeline.variables,
      ...variables,
    });
    const path = `${join(place.path, 'bin')}:${process.env['PATH'] ?? ''}`;
    const child = spawn('bash', ['-c', line], {
      cwd: join(place.path, folder),
      env: { ...environment, ...mapped, PATH: path },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = new Promise<number | null>((end) => child.once('close', end));
    said += (await Promise.all([text(child.stdout), text(child.stderr)])).join('');
    const code = await ended;
    if (code !== 0) return { code, said };
  }
  return { code: 0, said };
}

it('comments on a pull request once, and makes the merged change live without a deployment', async () => {
  const { cloud, path } = place;
  git('origin', 'init', '--quiet', '--initial-branch', 'main');
  git('origin', 'add', 'federation.yaml');
  git('origin', 'commit', '--quiet', '--message', 'Begin');
  git('.', 'clone', '--quiet', join(path, 'origin'), join(path, 'work'));
  git('work', 'checkout', '--quiet', '-b', 'change');
  push('retail');

  const job = cloud.azureDevOps.jobs.start(sample.organization, { project: PROJECT, connections: [] });
  const repositories = `${job.collectionUri}${job.projectId}/_apis/git/repositories/${PROJECT}/pullRequests`;
  const byAdministrator = {
    'content-type': 'application/json',
    authorization: `Basic ${Buffer.from(`:${sample.adminToken}`).toString('base64')}`,
  };
  const branches = { sourceRefName: 'refs/heads/change', targetRefName: 'refs/heads/main' };
  const opened = await fetch(`${repositories}?api-version=7.1`, {
    method: 'POST',
    headers: byAdministrator,
    body: JSON.stringify({ title: 'Tag roles', ...branches }),
  });
  const { pullRequestId } = z.object({ pullRequestId: z.int() }).parse(await opened.json());
  const ofPullRequest = {
    SYSTEM_PULLREQUEST_PULLREQUESTID: String(pullRequestId),
    SYSTEM_PULLREQUEST_TARGETBRANCH: 'refs/heads/main',
    SYSTEM_COLLECTIONURI: job.collectionUri,
    SYSTEM_TEAMPROJECTID: job.projectId,
    BUILD_REPOSITORY_ID: PROJECT,
    BUILD_REPOSITORY_PROVIDER: 'TfsGit',
    token: job.accessToken,
  };
  const checkPullRequest = async () => {
    for (const { steps } of check.jobs) {
      const ended = await runSteps(steps, 'change', ofPullRequest);
      if (ended.code !== 0) return ended;
    }
    return { code: 0, said: '' };
  };
  const listComments = () =>
    cloud.azureDevOps.pullRequests
      .get(sample.organization, pullRequestId)
      .threads.flatMap(({ comments }) => comments.map(({ content }) => content));

  expect(await checkPullRequest()).toMatchObject({
    code: 1,
    said: expect.stringContaining('Contribute to pull requests') as unknown,
  });
  cloud.azureDevOps.pullRequests.letBuildServiceContribute(sample.organization, PROJECT, true);
  expect(await checkPullRequest()).toEqual({ code: 0, said: '' });
  expect(listComments()).toEqual([expect.stringContaining('"retail"')]);
  push('commerce');
  expect(await checkPullRequest()).toEqual({ code: 0, said: '' });
  expect(listComments()).toEqual([expect.stringContaining('"commerce"')]);

  expect(await readTeam()).toBe('shop');
  git('work', 'checkout', '--quiet', 'main');
  git('work', 'merge', '--quiet', 'change');
  git('origin', 'checkout', '--quiet', '--detach');
  git('work', 'push', '--quiet', 'origin', 'main');
  await fetch(`${repositories}/${pullRequestId}?api-version=7.1`, {
    method: 'PATCH',
    headers: byAdministrator,
    body: JSON.stringify({ status: 'completed' }),
  });
  const [deployment] = publish.jobs;
  expect(deployment?.environment).toBe('azfed');
  const published = await runSteps(deployment?.strategy.runOnce.deploy.steps ?? [], 'main', {});
  expect(published).toMatchObject({
    code: 0,
    said: expect.stringContaining('Version 1 is published.') as unknown,
  });

  await runService();
  expect(await readTeam()).toBe('commerce');
  const notified = cloud.receiver.received.map(
    ({ body }) => JSON.parse(body) as { type: string; data: object },
  );
  expect(notified.filter(({ type }) => type === 'deployment.configuration-changed.v1')).toMatchObject([
    { data: { version: 1, by: expect.stringContaining('arn:aws:') as unknown } },
  ]);
}, 600_000);

it('gives the pull request of a fork no credentials, and asks nobody before main', () => {
  const [validate, plan] = check.jobs;
  expect(validate?.steps.flatMap(({ script }) => script ?? [])).toContain('azfed validate');
  expect(plan?.condition).toContain("ne(variables['System.PullRequest.IsFork'], 'True')");
});
