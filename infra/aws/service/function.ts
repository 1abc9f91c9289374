import { resolve } from 'node:path';
import type { Duration } from 'aws-cdk-lib';
import { RemovalPolicy } from 'aws-cdk-lib';
import { PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import { Architecture, Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, OutputFormat, SourceMapMode } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { ICommandHooks } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { acknowledge, acknowledgeWildcards, allow, buildPolicy } from '../policy-statement.ts';
import { bundling, getEntryPath, neverLoaded, pageBuilder } from '../bundles.ts';
import type { FunctionName } from '../bundles.ts';
import type { Right } from '../policy-statement.ts';
import type { Settings } from '../settings.ts';

export interface FunctionOutline {
  readonly name: FunctionName;
  readonly roleName: string;
  /** What it may do, beside writing its log. */
  readonly rights: readonly Right[];
  /** What does not fit into an inline policy. */
  readonly managedPolicies?: readonly ManagedPolicy[];
  readonly environment: Readonly<Record<string, string>>;
  readonly timeout: Duration;
  readonly memoryMb: number;
  /** At most so many at once, and always so many for it. */
  readonly concurrency?: number;
  /** Takes what failed after the retries of an asynchronous invocation. */
  readonly deadLetters?: IQueue;
}

const projectRoot = resolve(import.meta.dirname, '../../..');

const buildsPage: ICommandHooks = {
  beforeBundling: () => [],
  beforeInstall: () => [],
  afterBundling: (project, bundle) => [
    `cd ${JSON.stringify(project)}`,
    `node --import tsx ${pageBuilder} ${JSON.stringify(bundle)}`,
  ],
};

/**
 * The role has the rights that are listed and none that a construct would like to add, so that the list is the truth.
 */
export function addFunction(parent: Construct, settings: Settings, outline: FunctionOutline): NodejsFunction {
  const { name, timeout, memoryMb, environment } = outline;
  const functionName = `${settings.name}-${name}`;
  const logGroup = new LogGroup(parent, `${name}-log`, {
    logGroupName: `/aws/lambda/${functionName}`,
    retention: settings.logRetentionDays,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const logging = allow('Log', ['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn], {
    reason: 'Its own log.',
  });
  const role = new Role(parent, `${name}-role`, {
    roleName: outline.roleName,
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    inlinePolicies: { rights: PolicyDocument.fromJson(buildPolicy([logging, ...outline.rights])) },
    managedPolicies: [...(outline.managedPolicies ?? [])],
  });
  acknowledgeWildcards(role, outline.rights);
  for (const { reason, statement } of outline.rights)
    if (statement.Resource?.includes('*')) acknowledge(role, { 'Serverless-LambdaStarPermissions': reason });
  const made = new NodejsFunction(parent, name, {
    functionName,
    entry: resolve(projectRoot, getEntryPath(name)),
    projectRoot,
    depsLockFilePath: resolve(projectRoot, 'package-lock.json'),
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    bundling: {
      ...bundling,
      format: OutputFormat.ESM,
      bundleAwsSDK: true,
      externalModules: neverLoaded,
      sourceMap: true,
      sourceMapMode: SourceMapMode.EXTERNAL,
      ...(name === 'report' && { commandHooks: buildsPage }),
    },
    role: role.withoutPolicyUpdates(),
    logGroup,
    environment: { ...environment },
    timeout,
    memorySize: memoryMb,
    ...(outline.deadLetters && { deadLetterQueue: outline.deadLetters }),
    ...(outline.concurrency !== undefined &&
      settings.reserveConcurrency && { reservedConcurrentExecutions: outline.concurrency }),
  });
  acknowledge(made, {
    'Serverless-LambdaTracing':
      'Traces would need one more right for each function; logs and metrics tell as much.',
    ...(outline.deadLetters === undefined && {
      'Serverless-LambdaDLQ':
        'Never invoked asynchronously: its queue has a dead-letter queue, or its caller tries again.',
    }),
  });
  return made;
}
