import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Annotations, Aspects } from 'aws-cdk-lib';
import type { App } from 'aws-cdk-lib';
import { CfnRole } from 'aws-cdk-lib/aws-iam';
import { readConfigurationText } from './configuration-text.ts';
import { problemsOfConfiguration } from './validate-config.ts';
import type { Service } from './service/service.ts';
import { createServiceStack } from './service/service-stack.ts';
import type { Settings } from './settings.ts';
import { readSettings } from './settings.ts';
import { addOwnSpoke } from './spoke/own-spoke.ts';

const EXAMPLE = resolve(import.meta.dirname, 'example/federation.yaml');
const STANDARD = 'federation.yaml';

/** Everything that `cdk deploy` deploys. */
export function addStacks(app: App, service: Service): void {
  const { settings } = service;
  const stack = createServiceStack(app, service);
  if (service.isExample)
    Annotations.of(stack).addWarningV2(
      'azfed:example',
      'There is no federation.yaml, so this is infra/aws/example; it cannot be deployed. `npx azfed init` writes one.',
    );
  if (settings.mode === 'small') addOwnSpoke(app, stack, service);
  Aspects.of(app).add({
    visit(node) {
      if (node instanceof CfnRole) placeRole(node, settings);
    },
  });
}

/** Context and configuration, checked. Throws an error that lists every problem. */
export function readService(context: Readonly<Record<string, unknown>>): Service {
  const settings = readSettings(context);
  const isExample = settings.configuration === undefined && !existsSync(STANDARD);
  const path = settings.configuration ?? (isExample ? EXAMPLE : STANDARD);
  if (!existsSync(path))
    throw new Error(
      `${path} is not there. Run \`npx azfed init\`, or say where it is: -c configuration=<file>.`,
    );
  const source = readConfigurationText(path);
  const problems = problemsOfConfiguration(source.configuration, settings);
  if (problems.length > 0)
    throw new Error(`${path} does not fit:\n${problems.map((line) => `- ${line}`).join('\n')}`);
  return { settings, source, isExample };
}

/** Also the roles that constructs make for themselves. */
function placeRole(role: CfnRole, { rolePath, permissionsBoundary }: Settings): void {
  role.path ??= rolePath;
  if (permissionsBoundary !== undefined) role.permissionsBoundary ??= permissionsBoundary;
}
