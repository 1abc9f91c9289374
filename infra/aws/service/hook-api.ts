import { Duration } from 'aws-cdk-lib';
import {
  AccessLogField,
  AccessLogFormat,
  EndpointType,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  ResponseType,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import type { Construct } from 'constructs';
import { acknowledge } from '../policy-statement.ts';
import type { Settings } from '../settings.ts';

/** Far above what a project's people can cause, far below what would cost money. */
const REQUESTS_PER_SECOND = 50;
const BURST = 100;

/** `POST /hooks/azure-devops`, for the service hooks of Azure DevOps. The password is checked by the function. */
export function addHookApi(parent: Construct, settings: Settings, hook: IFunction): RestApi {
  const api = new RestApi(parent, 'hook-api', {
    restApiName: `${settings.name}-hook`,
    description: 'Service hooks of Azure DevOps.',
    endpointTypes: [EndpointType.REGIONAL],
    // A setting of the account and Region, which others use: azfed leaves it as it is.
    cloudWatchRole: false,
    policy: accessPolicy(settings.hookAddresses),
    deployOptions: {
      stageName: 'v1',
      throttlingRateLimit: REQUESTS_PER_SECOND,
      throttlingBurstLimit: BURST,
      // Bodies and headers, and so the password, would be in the log.
      dataTraceEnabled: false,
      // Metrics of each method are paid for one by one; those of the API are there anyway.
      metricsEnabled: false,
      ...(settings.hookAccessLog && logAccess(parent, settings)),
    },
  });
  const integration = new LambdaIntegration(hook, { timeout: Duration.seconds(20), allowTestInvoke: false });
  api.root.addResource('hooks').addResource('azure-devops').addMethod('POST', integration);
  addAnswers(api);
  if (settings.firewall) addFirewall(parent, settings, api);
  acknowledge(api, {
    ...exceptions,
    ...(!settings.hookAccessLog && withoutLog),
    ...(!settings.firewall && withoutFirewall),
  });
  return api;
}

/** API Gateway writes into logs only where the account names a role for it: `aws apigateway get-account`. */
function logAccess(parent: Construct, settings: Settings) {
  const log = new LogGroup(parent, 'hook-access-log', { retention: settings.logRetentionDays });
  return {
    loggingLevel: MethodLoggingLevel.ERROR,
    accessLogDestination: new LogGroupLogDestination(log),
    accessLogFormat: accessLogFormat(),
  };
}

/** Within five minutes; a third of what the stage lets through, so that no single address takes it all. */
const REQUESTS_OF_AN_ADDRESS = (REQUESTS_PER_SECOND * 300) / 3;

/** What it blocks is answered with 503, and Azure DevOps repeats what got 503. */
function addFirewall(parent: Construct, { name }: Settings, api: RestApi): void {
  const metric = (metricName: string) => ({
    metricName,
    cloudWatchMetricsEnabled: true,
    sampledRequestsEnabled: false,
  });
  const firewall = new CfnWebACL(parent, 'firewall', {
    name: `${name}-hook`,
    description: 'Service hooks of Azure DevOps: no address may ask too often.',
    scope: 'REGIONAL',
    defaultAction: { allow: {} },
    visibilityConfig: metric(`${name}-hook`),
    rules: [
      {
        name: 'rate-of-an-address',
        priority: 0,
        action: { block: {} },
        statement: { rateBasedStatement: { limit: REQUESTS_OF_AN_ADDRESS, aggregateKeyType: 'IP' } },
        visibilityConfig: metric(`${name}-hook-rate`),
      },
    ],
  });
  new CfnWebACLAssociation(parent, 'firewall-of-hook', {
    resourceArn: api.deploymentStage.stageArn,
    webAclArn: firewall.attrArn,
  });
}

/** No header, no query and no body: that is where secrets are. */
function accessLogFormat(): AccessLogFormat {
  return AccessLogFormat.custom(
    JSON.stringify({
      requestId: AccessLogField.contextRequestId(),
      time: AccessLogField.contextRequestTime(),
      sourceIp: AccessLogField.contextIdentitySourceIp(),
      method: AccessLogField.contextHttpMethod(),
      resource: AccessLogField.contextResourcePath(),
      status: AccessLogField.contextStatus(),
      responseType: AccessLogField.contextErrorResponseType(),
      latencyMs: AccessLogField.contextResponseLatency(),
    }),
  );
}

/**
 * Azure DevOps repeats what got 503, and counts a subscription as broken over nearly everything else (Azure DevOps,
 * troubleshoot service hooks). So whatever the gateway itself answers to a sender that may be genuine is 503. Only who
 * asks for something that is not there is told so.
 */
function addAnswers(api: RestApi): void {
  const answer = (id: string, type: ResponseType, statusCode: string) =>
    api.addGatewayResponse(id, { type, statusCode, templates: { 'application/json': '{}' } });
  answer('server-error', ResponseType.DEFAULT_5XX, '503');
  answer('client-error', ResponseType.DEFAULT_4XX, '503');
  answer('throttled', ResponseType.THROTTLED, '503');
  answer('quota', ResponseType.QUOTA_EXCEEDED, '503');
  answer('firewall', ResponseType.WAF_FILTERED, '503');
  answer('address', ResponseType.ACCESS_DENIED, '503');
  answer('nowhere', ResponseType.MISSING_AUTHENTICATION_TOKEN, '404');
}

function accessPolicy(addresses: readonly string[]): PolicyDocument {
  const invoke = { actions: ['execute-api:Invoke'], resources: ['execute-api:/*'] };
  const everybody = new PolicyStatement({ ...invoke, principals: [new AnyPrincipal()] });
  if (addresses.length === 0) return new PolicyDocument({ statements: [everybody] });
  const impostors = new PolicyStatement({
    ...invoke,
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    conditions: { NotIpAddress: { 'aws:SourceIp': addresses } },
  });
  return new PolicyDocument({ statements: [everybody, impostors] });
}

const exceptions = {
  'AwsSolutions-APIG2':
    'The function checks the body: a refusal by the gateway would break the subscription.',
  'AwsSolutions-APIG4':
    'Azure DevOps can send basic authentication and nothing else; the function checks it.',
  'AwsSolutions-COG4': 'Azure DevOps cannot sign in to Cognito; the function checks its password.',
  'Serverless-APIGWXrayEnabled': 'One request, one function: access log and metrics tell as much as a trace.',
};

const withoutFirewall = {
  'AwsSolutions-APIG3':
    'Optional and paid by the month; the worst that an impostor causes is a 401. -c firewall=true adds one.',
};

const noLog =
  'It needs a role in the settings of the account, which others use as well. -c hookAccessLog=true where there is one.';
const withoutLog = {
  'AwsSolutions-APIG1': noLog,
  'AwsSolutions-APIG6': noLog,
  'Serverless-APIGWAccessLogging': noLog,
};
