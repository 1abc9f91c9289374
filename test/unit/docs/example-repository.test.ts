import { readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { parse } from 'yaml';
import * as z from 'zod';
import { main } from '../../../functions/cli/main.ts';

const folder = 'docs/examples/repository';

async function validate(configuration: string) {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const code = await main(['node', 'azfed', 'validate', '--config', configuration], '0.0.0', {
    stdin,
    stdout,
    stderr,
  });
  stdout.end();
  stderr.end();
  return { code, said: (await text(stdout)) + (await text(stderr)) };
}

describe('the repository that is given as an example', () => {
  it('has a federation.yaml that azfed takes, with the policies that it names', async () => {
    const { code, said } = await validate(`${folder}/federation.yaml`);
    expect(said).toContain('is valid: 1 organization, 2 accounts, 2 grants.');
    expect(code).toBe(0);
  });

  it('is refused where it would be wrong', async () => {
    const { code, said } = await validate(`${folder}/policies/deploy.json`);
    expect(said).toContain('organizations');
    expect(code).toBe(1);
  });

  const azure = readFileSync(`${folder}/azure-pipelines.yml`, 'utf8');
  const github = readFileSync(`${folder}/.github/workflows/azfed.yml`, 'utf8');

  it('does the same in both pipelines: looks at pull requests, and publishes main alone', () => {
    const looks = ['validate', 'plan --comment', 'validate --deployed', 'lint'];
    for (const pipeline of [azure, github])
      expect(
        [...pipeline.matchAll(/^ *(?:- (?:script|run): )?azfed (\w+(?: --(?:comment|deployed))?)/gm)].map(
          ([, verb]) => verb,
        ),
      ).toEqual([...looks, 'publish', 'reconcile']);
  });

  it('gives the pull request of a fork no credentials, and publishes after an approval', () => {
    const Job = z.object({
      if: z.string().optional(),
      environment: z.string().optional(),
      permissions: z.record(z.string(), z.string()).optional(),
    });
    const { permissions, jobs } = z
      .object({ permissions: z.record(z.string(), z.string()), jobs: z.record(z.string(), Job) })
      .parse(parse(github));
    expect(permissions).toEqual({ contents: 'read' });
    expect(jobs['validate']?.permissions).toBeUndefined();
    expect(jobs['plan']?.if).toContain('head.repo.full_name == github.repository');
    expect(jobs['publish']).toMatchObject({ if: "github.event_name == 'push'", environment: 'azfed' });
    expect(github).not.toContain('pull_request_target');
    expect(azure).toContain("ne(variables['System.PullRequest.IsFork'], 'True')");
    expect(azure).toContain('environment: azfed');
  });
});
