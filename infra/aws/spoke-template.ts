import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { App } from 'aws-cdk-lib';
import { loadOrReport } from './load-config.ts';
import { createSpokeTemplate } from './spoke/template-stack.ts';
import { spokeDefaults } from './spoke/scope.ts';

/**
 * Prints the template for a StackSet: `npm run --silent spoke-template > azfed-spoke.json`. Context is that of cdk.json;
 * `-c key=value` as for `cdk`.
 */
const { values } = parseArgs({ options: { context: { type: 'string', short: 'c', multiple: true } } });
const file = resolve(import.meta.dirname, '../../cdk.json');
const { context } = JSON.parse(readFileSync(file, 'utf8')) as { readonly context: Record<string, unknown> };
const given: Record<string, string> = {};
for (const pair of values.context ?? [])
  given[pair.split('=', 1)[0] ?? ''] = pair.slice(pair.indexOf('=') + 1);

const service = loadOrReport({ ...context, ...given });
if (service) {
  const app = new App();
  const { templateFile } = createSpokeTemplate(app, spokeDefaults(service));
  const { directory } = app.synth();
  process.stdout.write(readFileSync(resolve(directory, templateFile), 'utf8'));
}
