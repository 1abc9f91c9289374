import { CfnOutput, CfnParameter, Stack } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { acknowledge } from '../policy-statement.ts';
import { addAlarmTopic, addAlarms } from './alarms.ts';
import { addChangeIntake } from './change-intake.ts';
import { addDashboard } from './dashboard.ts';
import { addFunctions } from './functions.ts';
import { addHookApi } from './hook-api.ts';
import { addSchedules } from './schedules.ts';
import type { Service } from './service.ts';
import { addStorage, type Storage } from './storage.ts';

/** azfed in the account in which it runs. `code`: the folder with a zip for each function. */
export function createServiceStack(app: Construct, service: Service, code: string): Stack {
  const { settings, source } = service;
  const { configuration } = source;
  const organizationIds = configuration.organizations.map(({ id }) => id);
  // Mode small: with the keys of another account, `cdk deploy` stops.
  const account = settings.mode === 'small' ? configuration.accounts[0]?.id : undefined;
  const stack = new Stack(app, settings.name, {
    description: 'azfed: keeps the federation between Azure DevOps and AWS true.',
    env: { region: settings.region, ...(account !== undefined && { account }) },
    analyticsReporting: false,
  });
  if (service.isExample) forbidDeployment(stack);

  const storage = addStorage(stack, service);
  const functions = addFunctions(stack, service, storage, code);
  const { undelivered, discover, reconcile, report } = storage;
  addSchedules(stack, settings, {
    organizationIds,
    auditedIds: configuration.organizations.flatMap(({ id, auditLog }) => (auditLog ? [id] : [])),
    discoverQueue: discover.queue,
    deliver: functions.deliver,
    undelivered,
  });
  const api = addHookApi(stack, settings, functions.hook);
  addChangeIntake(stack, service, { iamChange: functions['iam-change'], undelivered });

  const topic = addAlarmTopic(stack, settings, undelivered);
  const watched = {
    namespace: settings.name,
    functions,
    queues: { discover, reconcile, report },
    undelivered,
    organizationIds,
  };
  addDashboard(stack, settings.name, watched, addAlarms(stack, settings, watched, topic));

  addOutputs(stack, storage, {
    hookUrl: api.urlForPath('/hooks/azure-devops'),
    discover: functions.discover,
  });
  return stack;
}

/** What people need to set up the rest. */
function addOutputs(
  stack: Stack,
  storage: Storage,
  { hookUrl, discover }: { readonly hookUrl: string; readonly discover: IFunction },
): void {
  const add = (id: string, value: string, description: string) =>
    new CfnOutput(stack, id, { description, value });
  const { hookSecret, reports, configurations, recordKey } = storage;
  add('HookUrl', hookUrl, 'Address for the service hooks of Azure DevOps.');
  add('HookSecret', hookSecret.secretArn, 'Holds the password that service hooks send.');
  add('ReportBucket', reports.bucketName, 'Holds report.html and report.json as of the last change.');
  add(
    'ConfigurationBucket',
    configurations.bucketName,
    'Holds the configurations that azfed publish writes.',
  );
  if (recordKey)
    add('RecordKey', recordKey.keyArn, 'Signs records: AZFED_RECORD_KEY of everybody who uses the command.');
  const subject = "Subject of the Entra application's federated credential.";
  add('EntraSubject', discover.role?.roleArn ?? '', subject);
}

/** A parameter that no value fits: `cdk deploy` says that it is missing, CloudFormation that it is wrong. */
function forbidDeployment(stack: Stack): void {
  new CfnParameter(stack, 'FederationYamlIsMissing', {
    description: 'This is the example. Write federation.yaml (`azfed init`), then deploy.',
    allowedPattern: '[^\\s\\S]',
    constraintDescription: 'There is no federation.yaml; this is the example, which cannot be deployed.',
  });
  acknowledge(stack, { 'CloudFormation-Validate::W2001': 'It is there to be refused, not to be used.' });
}
