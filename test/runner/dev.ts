import { spawn } from 'node:child_process';
import { existsSync, watch } from 'node:fs';
import { join } from 'node:path';
import { listNearestTests } from './nearest-tests.ts';

/** `npm run dev`: checks the types and runs the nearest tests each time that a file is saved. Ctrl-C ends it. */
const FOLDERS = ['shared', 'functions', 'infra', 'test'];
/** An editor that saves, formats and saves again causes one run. */
const QUIET_MS = 200;

const changed = new Set<string>();
let isRunning = false;
let timer: NodeJS.Timeout | undefined;

function noteChange(file: string): void {
  if (existsSync(file)) changed.add(file);
  clearTimeout(timer);
  timer = setTimeout(runTests, QUIET_MS);
}

function runTests(): void {
  if (isRunning) return;
  const tests = listNearestTests([...changed], existsSync);
  changed.clear();
  if (tests.length === 0) return;
  isRunning = true;
  process.stdout.write(`\n${tests.join(' ')}\n`);
  spawn(process.execPath, ['node_modules/jest/bin/jest.js', ...tests], { stdio: 'inherit' }).on(
    'exit',
    () => {
      isRunning = false;
      runTests();
    },
  );
}

for (const folder of FOLDERS)
  watch(folder, { recursive: true }, (_event, file) => {
    if (file !== null) noteChange(join(folder, file));
  });

const types = spawn('npm', ['run', '--silent', 'types', '--', '--watch', '--preserveWatchOutput'], {
  stdio: ['ignore', 'inherit', 'inherit'],
});
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    types.kill();
    process.exit(0);
  });
process.stdout.write('Save a file: its types and the unit tests of its folder follow. Ctrl-C ends it.\n');
