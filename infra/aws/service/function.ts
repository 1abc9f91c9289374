import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyDocument, Role, ServicePrincipal, type ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { serviceLimits } from '../../../shared/contract/service-limits.ts';
import { acknowledge, acknowledgeWildcards, allow, buildPolicy, type Right } from '../policy-statement.ts';
import type { FunctionName } from '../function-names.ts';
import type { Settings } from '../settings.ts';

export interface FunctionOutline {
  readonly name: FunctionName;
  /** The file with its code. */
  readonly zip: string;
  readonly roleName: string;
  /** What it may do, beside writing its log. */
  readonly rights: readonly Right[];
  /** What does not fit into an inline policy. */
  readonly managedPolicies?: readonly ManagedPolicy[];
  readonly environment: Readonly<Record<string, string>>;
  readonly memoryMb: number;
  /** At most so many at once, and always so many for it. */
  readonly concurrency?: number;
  /** Takes what failed after the retries of an asynchronous invocation. */
  readonly deadLetters?: IQueue;
}

const sendTraces = allow('Trace', ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], ['*'], {
  reason: 'Traces, where they are asked for (-c tracing=true). X-Ray knows no resource for these.',
});

/**
 * The role has the rights that are listed and none that a construct would like to add, so that the list is the truth.
 */
export function addFunction(parent: Construct, settings: Settings, outline: FunctionOutline): Function {
  const { name, zip, memoryMb, environment } = outline;
  const functionName = `${settings.name}-${name}`;
  const logGroup = new LogGroup(parent, `${name}-log`, {
    logGroupName: `/aws/lambda/${functionName}`,
    retention: settings.logRetentionDays,
    // What a privileged machine did: its audit does not go with it.
    removalPolicy: RemovalPolicy.RETAIN,
  });
  const role = addRole(parent, settings, outline, logGroup);
  const made = new Function(parent, name, {
    functionName,
    code: Code.fromAsset(zip),
    handler: 'index.handler',
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    role: role.withoutPolicyUpdates(),
    logGroup,
    environment: { NODE_OPTIONS: '--enable-source-maps', ...environment },
    timeout: Duration.seconds(serviceLimits.timeouts[name]),
    memorySize: memoryMb,
    ...(settings.tracing && { tracing: Tracing.ACTIVE }),
    ...(outline.deadLetters && {
      deadLetterQueue: outline.deadLetters,
      retryAttempts: serviceLimits.asynchronousRetrySeconds.length,
    }),
    ...(outline.concurrency !== undefined &&
      settings.reserveConcurrency && { reservedConcurrentExecutions: outline.concurrency }),
  });
  acknowledge(made, {
    ...(!settings.tracing && {
      'Serverless-LambdaTracing':
        'Optional: each line of the log has the ids by which one follows a run. -c tracing=true.',
    }),
    ...(outline.deadLetters && {
      'Serverless-LambdaAsyncFailureDestination':
        'The dead-letter queue takes what failed, with the event alone: azfed does not answer.',
    }),
    ...(outline.deadLetters === undefined && {
      'Serverless-LambdaDLQ':
        'Never invoked asynchronously: its queue has a dead-letter queue, or its caller tries again.',
    }),
  });
  return made;
}

function addRole(
  parent: Construct,
  settings: Settings,
  { name, roleName, rights: own, managedPolicies = [] }: FunctionOutline,
  logGroup: LogGroup,
): Role {
  const logging = allow('Log', ['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn], {
    reason: 'Its own log.',
  });
  const rights = [...own, ...(settings.tracing ? [sendTraces] : [])];
  const role = new Role(parent, `${name}-role`, {
    roleName,
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    inlinePolicies: { rights: PolicyDocument.fromJson(buildPolicy([logging, ...rights])) },
    managedPolicies: [...managedPolicies],
  });
  acknowledgeWildcards(role, rights);
  for (const { reason, statement } of rights)
    if (statement.Resource?.includes('*')) acknowledge(role, { 'Serverless-LambdaStarPermissions': reason });
  return role;
}
