import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { ConfigError } from '../../shared/domain/kernel/errors.ts';
import { prepareFunctionCode } from './function-code.ts';
import { listQuotaProblems } from './quotas.ts';
import { addStacks, readService } from './stacks.ts';
import type { Template } from './template-values.ts';

/** Nothing is deployed where there is one. */
function reportProblems(sentences: readonly string[]): void {
  for (const sentence of sentences) process.stderr.write(`${sentence}\n`);
  if (sentences.length > 0) process.exitCode = 1;
}

const app = new App();
try {
  const service = readService(app.node.getAllContext() as Record<string, unknown>);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  addStacks(app, service, await prepareFunctionCode(join(app.outdir, 'functions')));
  const { stacks } = app.synth();
  reportProblems(
    stacks.flatMap(({ template }) =>
      listQuotaProblems(template as Template, service.settings.managedPoliciesPerRole),
    ),
  );
} catch (error) {
  // What is the user's to fix: sentences, and no stack.
  if (!(error instanceof ConfigError)) throw error;
  reportProblems([error.message]);
}
