import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { createAgentsStack } from '../../infra/aws/agents/agents-stack.ts';
import { readAgentSettings } from '../../infra/aws/agents/settings.ts';
import { functionNames } from '../../infra/aws/function-names.ts';
import { spokeDefaults } from '../../infra/aws/spoke/scope.ts';
import { createSpokeTemplate } from '../../infra/aws/spoke/template-stack.ts';
import type { Template } from '../../infra/aws/template-values.ts';
import { addStacks, readService } from '../../infra/aws/stacks.ts';

type Context = Readonly<Record<string, unknown>>;

/** Bundles are looked at by `npm run bundles`. */
const code = mkdtempSync(join(tmpdir(), 'azfed-code-'));
for (const name of functionNames) writeFileSync(join(code, `${name}.zip`), name);

/** Templates by the names of their stacks. */
export function synthesize(context: Context): Readonly<Record<string, Template>> {
  const app = buildApp(context);
  addStacks(app, readService(context), code);
  return synthesizeTemplates(app);
}

/** The arguments that are not given have values that fit. */
export function synthesizeAgents(context: Context): Template {
  const app = buildApp({});
  createAgentsStack(app, readAgentSettings({ ...agents, ...context }));
  return synthesizeTemplates(app)['azfed-agents'] ?? { Resources: {} };
}

export const agents = {
  region: 'us-east-1',
  organizationUrl: 'https://dev.azure.com/contoso',
  pool: 'linux',
  tokenSecret: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:azfed/agents-AbCdEf',
  agentVersion: '5.278.0',
  agentSha256: '0'.repeat(64),
} as const;

export function synthesizeSpoke(context: Context): Template {
  const app = buildApp({});
  createSpokeTemplate(app, spokeDefaults(readService(context)));
  return synthesizeTemplates(app)['azfed-spoke'] ?? { Resources: {} };
}

/** What the two packs of cdk-nag say about it: `AwsSolutions-S1 path/of/construct`. */
export function checkRules(
  context: Context,
  add: (stack: Stack) => void = () => undefined,
): readonly string[] {
  const app = buildApp(context);
  addStacks(app, readService(context), code);
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
  // The shape of templates is looked at by `npm run synth`.
  return new App({ context, builtinCloudFormationValidation: false });
}

function synthesizeTemplates(app: App): Readonly<Record<string, Template>> {
  return Object.fromEntries(
    app
      .synth({ skipValidation: true })
      .stacks.map(({ stackName, template }) => [stackName, template as Template]),
  );
}
