import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Folder } from './command-line.ts';
import { createFolder } from './command-line.ts';
import { parsePlan } from './documents.ts';
import { endAll, keepRunning, spawnAzfed } from './process.ts';

let folder: Folder;
beforeEach(() => {
  folder = createFolder();
});
afterEach(() => {
  endAll();
  folder.remove();
});

it('keeps a cloud running that every verb finds, and that is there again at the next start', async () => {
  const up = await keepRunning(folder, ['local', 'up'], 'to look at\n');
  expect(up.said).toMatch(/^Azure DevOps {2}http:\/\/127\.0\.0\.1:\d+\/contoso\n/);
  const applied = await folder.azfed(['apply', '--local', '--yes', '--quiet']);
  expect(applied).toMatchObject({ code: 0, stderr: '' });
  const renamed = await folder.azfed(['local', 'azdo', 'rename', 'Platform', 'aws-network', 'aws-net']);
  expect(renamed).toStrictEqual({
    code: 0,
    stdout: 'Platform/aws-network is now Platform/aws-net.\n',
    stderr: 'Now: azfed plan --local\n',
  });
  const twice = await folder.azfed(['local', 'up']);
  expect(twice).toMatchObject({ code: 1, stdout: '' });
  expect(twice.stderr).toMatch(
    /^\.azfed\/local\.json\n {2}An embedded cloud runs in this folder already\.\n {2}Use that one/,
  );
  expect(await up.interrupt()).toBe(0);
  expect(existsSync(join(folder.path, '.azfed/local.json'))).toBe(false);

  // As after a kill in the middle of writing.
  folder.write('.azfed/local.json', '{ "aws": ');
  const none = await folder.azfed(['plan', '--local']);
  expect({ code: none.code, stdout: none.stdout }).toStrictEqual({ code: 1, stdout: '' });
  expect(none.stderr).toContain('No embedded cloud runs that was started from this folder or one above it.');

  const again = await keepRunning(folder, ['local', 'up'], 'to look at\n');
  const plan = await folder.azfed(['plan', '--local', '--json', '--detailed-exitcode']);
  expect(plan.code).toBe(2);
  expect(parsePlan(plan.stdout).changes).toMatchObject([{ kind: 'repair', cause: 'change' }]);
  expect(await again.interrupt()).toBe(0);
});

it('tells the whole story, and every claim in it holds', async () => {
  const { code, stdout, stderr } = await spawnAzfed(folder, ['local', 'story']);
  expect({ code, stderr }).toStrictEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/\n\d+ claims checked in [\d.]+ s\. Try it yourself:\n/);
  expect(stdout).not.toContain('\u001b');
});
