import { App, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { spokeDefaults } from '../../infra/aws/spoke/scope.ts';
import { createSpokeTemplate } from '../../infra/aws/spoke/template-stack.ts';
import type { Template } from '../../infra/aws/template-values.ts';
import { addStacks, readService } from '../../infra/aws/stacks.ts';

type Context = Readonly<Record<string, unknown>>;

/** Bundles are looked at by `npm run bundles`, the shape of templates by `npm run synth`. */
const unbundled = { 'aws:cdk:bundling-stacks': [], '@aws-cdk/core:validateAgainstDefaultRules': false };

/** Templates by the names of their stacks. */
export function synthesize(context: Context): Readonly<Record<string, Template>> {
  const app = buildApp(context);
  addStacks(app, readService(context));
  return synthesizeTemplates(app);
}

export function synthesizeSpoke(context: Context): Template {
  const app = new App();
  createSpokeTemplate(app, spokeDefaults(readService(context)));
  return synthesizeTemplates(app)['azfed-spoke'] ?? { Resources: {} };
}

/** What the two packs of cdk-nag say about it: `AwsSolutions-S1 path/of/construct`. */
export function checkRules(
  context: Context,
  add: (stack: Stack) => void = () => undefined,
): readonly string[] {
  const app = buildApp(context);
  addStacks(app, readService(context));
  const [stack] = app.node.children.filter((child) => child instanceof Stack);
  if (stack) add(stack);
  return [new AwsSolutionsChecks(app), new ServerlessChecks(app)].flatMap((pack) =>
    listViolations(pack, app),
  );
}

function listViolations(pack: AwsSolutionsChecks | ServerlessChecks, app: IConstruct): readonly string[] {
  return pack
    .validateScope(app)
    .violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath = '' }) => `${ruleName} ${constructPath}`),
    );
}

function buildApp(context: Context): App {
  return new App({ context: { ...unbundled, ...context } });
}

function synthesizeTemplates(app: App): Readonly<Record<string, Template>> {
  return Object.fromEntries(
    app
      .synth({ skipValidation: true })
      .stacks.map(({ stackName, template }) => [stackName, template as Template]),
  );
}
