import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { loadOrReport } from './load-config.ts';
import { addStacks } from './stacks.ts';

const app = new App();
const service = loadOrReport(app.node.getAllContext() as Record<string, unknown>);
if (service) {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  addStacks(app, service);
  app.synth();
}
