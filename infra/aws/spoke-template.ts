import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { App } from 'aws-cdk-lib';
import { loadOrReport, reportProblems } from './load-config.ts';
import { listQuotaProblems, quotas } from './quotas.ts';
import { createSpokeTemplate } from './spoke/template-stack.ts';
import { describeWidened, spokeDefaults } from './spoke/scope.ts';
import type { Template } from './template-values.ts';

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
  const defaults = spokeDefaults(service);
  const { templateFile } = createSpokeTemplate(app, defaults);
  const { directory } = app.synth();
  const text = readFileSync(resolve(directory, templateFile), 'utf8');
  const template = JSON.parse(text) as Template;
  const problems = listQuotaProblems(template, service.settings.managedPoliciesPerRole);
  reportProblems(problems);
  if (problems.length === 0) {
    for (const sentence of describeWidened(defaults.scope)) process.stderr.write(`${sentence}\n`);
    // Without indentation: CloudFormation counts it.
    const compact = JSON.stringify(template);
    if (compact.length > quotas.templateBody)
      process.stderr.write(
        `The template has ${compact.length} characters; --template-body takes ${quotas.templateBody}. Put it into a bucket and give --template-url (docs/deploy.md).\n`,
      );
    process.stdout.write(`${compact}\n`);
  }
}
