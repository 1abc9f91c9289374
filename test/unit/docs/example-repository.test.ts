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

  it('looks at pull requests, and neither applies anything nor waits for an answer', () => {
    const pipeline = readFileSync(`${folder}/azure-pipelines.yml`, 'utf8');
    const { jobs } = z.object({ jobs: z.array(z.object({ job: z.string() })) }).parse(parse(pipeline));
    expect(jobs.map(({ job }) => job)).toEqual(['validate', 'plan']);
    expect([...pipeline.matchAll(/azfed\.mjs (\w+)/g)].map(([, verb]) => verb)).toEqual(['validate', 'plan']);
  });
});
