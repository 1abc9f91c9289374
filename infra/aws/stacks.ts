import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Annotations, Aspects, Stack, type App } from 'aws-cdk-lib';
import { CfnRole } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { ConfigError } from '../../shared/domain/kernel/errors.ts';
import { buildChangePattern } from '../../shared/domain/configuration/change-pattern.ts';
import { listStackProblems } from '../../shared/domain/configuration/stack-rules.ts';
import { readConfigurationText, type LoadedConfiguration } from '../../shared/config/configuration-text.ts';
import type { Service } from './service/service.ts';
import { createServiceStack } from './service/service-stack.ts';
import { readSettings, stackSettings, type Settings } from './settings.ts';
import { listWritingSessions, spokeRoleNames } from './spoke-roles.ts';
import { addForwarding } from './spoke/forwarding.ts';
import { addBoundary, addSpokeRoles } from './spoke/roles.ts';
import { describeWidened, findScopeProblem, grantedScope } from './spoke/scope.ts';

/**
 * Mode small: the one account is hub and spoke. azfed works in it through the same roles as elsewhere, so that its
 * sessions are narrowed and end with the lease here, too.
 */
function addOwnSpoke(app: App, hub: Stack, { settings, source }: Service): void {
  const [account] = source.configuration.accounts;
  if (account === undefined) return;
  const { partition, rolePath, name, permissionsBoundary, homeRegion, region } = settings;
  const arn = `arn:${partition}:iam::${account.id}`;
  const names = spokeRoleNames(account);
  const spokeRoles = [names.write, names.read, names.retire].map((role) => `${arn}:role${names.path}${role}`);
  const hubRole = `${arn}:role${rolePath}${settings.reconcileRoleName}`;
  const discoverRole = `${arn}:role${rolePath}${settings.discoverRoleName}`;
  const ownRoles = [...spokeRoles, hubRole, discoverRole, `${arn}:role${rolePath}${name}-*`];
  const boundary = permissionsBoundary === undefined ? {} : { permissionsBoundary };
  const { externalId } = account;

  const scope = grantedScope(source.configuration, partition, account.id, settings.managedPoliciesPerRole);
  for (const sentence of describeWidened(scope)) Annotations.of(hub).addWarningV2('azfed:widened', sentence);

  const spoke = new Construct(hub, 'spoke');
  addSpokeRoles(spoke, {
    arn,
    names,
    scope: { ...scope, ownRoles },
    hub: {
      partition,
      account: account.id,
      role: hubRole,
      reportRole: `${arn}:role${rolePath}${name}-report`,
      ...(externalId !== undefined && { externalId }),
    },
    people: source.configuration.people,
    ...boundary,
  });
  addBoundary(spoke, settings.boundaryName, {
    roles: ownRoles,
    functions: [`arn:${partition}:lambda:*:${account.id}:function:${name}-*`],
    stacks: [name, `${name}-home`].map(
      (stack) => `arn:${partition}:cloudformation:*:${account.id}:stack/${stack}/*`,
    ),
  });

  const home =
    homeRegion === region
      ? spoke
      : new Stack(app, `${name}-home`, {
          description: 'azfed: word of IAM changes, from the only Region in which they are told.',
          env: { account: account.id, region: homeRegion },
          analyticsReporting: false,
        });
  addForwarding(home, {
    bus: `arn:${partition}:events:${region}:${account.id}:event-bus/${name}`,
    pattern: buildChangePattern(
      source.configuration,
      listWritingSessions({ partition, account: account.id }, names),
    ),
    roleName: `${name}-forward`,
    rolePath,
    ...boundary,
  });
}

/** Every problem that keeps this configuration from being deployed. */
function listProblems(configuration: LoadedConfiguration, settings: Settings): readonly string[] {
  const scope = findScopeProblem(configuration, settings.partition, settings.managedPoliciesPerRole);
  return [
    ...listStackProblems(configuration, stackSettings(settings)),
    ...(scope === undefined ? [] : [scope]),
  ];
}

const EXAMPLE = resolve(import.meta.dirname, 'example/federation.yaml');
const STANDARD = 'federation.yaml';

/** Everything that `cdk deploy` deploys. `code`: the folder with a zip for each function. Returns the stack of the hub. */
export function addStacks(app: App, service: Service, code: string): Stack {
  const { settings } = service;
  const stack = createServiceStack(app, service, code);
  if (service.isExample)
    Annotations.of(stack).addWarningV2(
      'azfed:example',
      'There is no federation.yaml, so this is infra/aws/example; it cannot be deployed. `azfed init` writes one.',
    );
  if (settings.mode === 'small') addOwnSpoke(app, stack, service);
  Aspects.of(app).add({
    visit(node) {
      if (node instanceof CfnRole) placeRole(node, settings);
    },
  });
  return stack;
}

/** Context and configuration, checked. Throws ConfigError with every problem. */
export function readService(context: Readonly<Record<string, unknown>>): Service {
  const settings = readSettings(context);
  const isExample = settings.configuration === undefined && !existsSync(STANDARD);
  const path = settings.configuration ?? (isExample ? EXAMPLE : STANDARD);
  if (!existsSync(path))
    throw new ConfigError({
      where: 'The configuration',
      what: `${path} is not there.`,
      fix: 'Run `azfed init`, or say where it is: -c configuration=FILE.',
    });
  const source = readConfigurationText(path);
  const problems = listProblems(source.configuration, settings);
  if (problems.length > 0)
    throw new ConfigError(
      problems.map((what) => ({
        where: path,
        what,
        fix: 'Change the file, or the settings of the stack (infra/aws/README.md).',
      })),
    );
  return { settings, source, isExample };
}

/** Also the roles that constructs make for themselves. */
function placeRole(role: CfnRole, { rolePath, permissionsBoundary }: Settings): void {
  role.path ??= rolePath;
  if (permissionsBoundary !== undefined) role.permissionsBoundary ??= permissionsBoundary;
}
