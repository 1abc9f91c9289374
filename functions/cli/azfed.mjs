#!/usr/bin/env node
// Runs the TypeScript sources as they are: no build step between a change and its effect.
import { createRequire } from 'node:module';
import { register } from 'tsx/esm/api';

// The AWS SDK's notice about the end of Node 20 says nothing about the federation, on every single run.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

register();
const { main } = await import('./main.ts');
const { version } = createRequire(import.meta.url)('../../package.json');
process.exitCode = await main(process.argv, version, process);
