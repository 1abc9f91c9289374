import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Folder } from './command-line.ts';
import { createFolder } from './command-line.ts';
import { endAll, keepRunning, spawnAzfed } from './process.ts';

let folder: Folder;
beforeEach(() => {
  folder = createFolder();
});
afterEach(() => {
  endAll();
  folder.remove();
});

it('serves once: looks at everything, only observes, and says so in plain words', async () => {
  const { code, stdout } = await spawnAzfed(folder, ['local', 'serve', '--once']);
  expect(code).toBe(0);
  expect(stdout).toContain('azfed bootstrap --local');
  expect(stdout).toMatch(/ {2}discover {4}A discovery has ended\. scope organization, changes 4, /);
  // By the sweep over all accounts, and by the discovery that has found them.
  const runs = stdout.match(/ {2}reconcile {3}A run has ended\. account \d{12}, outcome held/g);
  expect(new Set(runs).size).toBe(2);
  const notified = stdout.match(/ {2}webhook {5}.*/g) ?? [];
  expect(notified).toHaveLength(2);
  for (const line of notified) expect(line).toContain('deployment.first-look.v1  Waiting: ');
  expect(existsSync(join(folder.path, '.azfed/local.json'))).toBe(false);
});

it('writes once a person has let it, keeps its cloud, and ends cleanly with Ctrl-C', async () => {
  const first = await keepRunning(folder, ['local', 'serve', '--every', '1s'], 'outcome held');
  const [, report = ''] = /^Report {8}(http:\/\/127\.0\.0\.1:\d+\/)$/m.exec(first.said) ?? [];
  expect(await (await fetch(report)).text()).toContain('"connection":"Shop / aws-prod"');
  const bootstrapped = await folder.azfed(['bootstrap', '--local', '--yes', '--quiet']);
  expect(bootstrapped.code).toBe(0);
  expect(await first.interrupt()).toBe(0);

  const second = await spawnAzfed(folder, ['local', 'serve', '--once']);
  expect(second.stdout).not.toContain('azfed bootstrap');
  expect(second.stdout).toMatch(/outcome (?:changed|converged)/);
  expect(second.stdout).not.toContain('outcome held');
  expect(existsSync(join(folder.path, '.azfed/local.json'))).toBe(false);
});

it.each(['5', '0s', '5 d', 'soon'])('refuses %s as a time', async (time) => {
  const { code, stderr } = await folder.azfed(['local', 'serve', '--every', time]);
  expect({ code, isSaid: stderr.includes('Give a time such as') }).toEqual({ code: 1, isSaid: true });
});
