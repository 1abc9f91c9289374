import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { createAgentsStack } from './agents-stack.ts';
import { readAgentSettings } from './settings.ts';

/** An app of its own: agents are of no need to azfed, and may live in another account. */
const app = new App();
try {
  const settings = readAgentSettings(app.node.getAllContext() as Record<string, unknown>);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  createAgentsStack(app, settings);
  app.synth();
} catch (error) {
  // Whatever is wrong here is the user's to fix: sentences, and no stack.
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
