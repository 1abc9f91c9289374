#!/usr/bin/env node
// In a clone, runs the TypeScript sources as they are: no build step between a change and its effect. A package has no
// sources, and runs what infra/release has built from them.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

// The AWS SDK's notice about the end of Node 20 says nothing about the federation, on every single run.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

// Loading takes a while, and the command knows whether nohup has started it: a SIGHUP waits for that.
let isHungUp = false;
const noteHangup = () => (isHungUp = true);
process.on('SIGHUP', noteHangup);
const { main } = await loadCommand();
const { version } = createRequire(import.meta.url)('../../package.json');
process.off('SIGHUP', noteHangup);
const run = main(process.argv, version, process);
if (isHungUp) process.kill(process.pid, 'SIGHUP');
process.exitCode = await run;

async function loadCommand() {
  if (!existsSync(join(import.meta.dirname, 'main.ts'))) return import('../../dist/cli/main.mjs');
  const { register } = await import('tsx/esm/api');
  register();
  return import('./main.ts');
}
