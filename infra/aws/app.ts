import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { loadOrReport, reportProblems } from './load-config.ts';
import { listQuotaProblems } from './quotas.ts';
import { addStacks } from './stacks.ts';
import type { Template } from './template-values.ts';

const app = new App();
const service = loadOrReport(app.node.getAllContext() as Record<string, unknown>);
if (service) {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  addStacks(app, service);
  const { stacks } = app.synth();
  reportProblems(
    stacks.flatMap(({ template }) =>
      listQuotaProblems(template as Template, service.settings.managedPoliciesPerRole),
    ),
  );
}
