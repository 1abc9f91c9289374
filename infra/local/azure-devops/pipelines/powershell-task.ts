import { AssumeRoleCommand, AssumeRoleWithWebIdentityCommand } from '@aws-sdk/client-sts';
import { decodeJwt } from 'jose';
import { toAwsKeys, runAwsCommand, withSts, type Keys } from './aws-command.ts';
import type { TaskPlace } from './aws-task.ts';
import type { StepRecord } from '../state/pipeline-state.ts';

/**
 * The task AWSPowerShellModuleScript (aws-toolkit-azure-devops 1.23, RunAWSPowerShellModuleScript.ps1): it takes OIDC whenever
 * a role is set and `useOIDC` is any text, stored keys or not; passes the external id to a cmdlet that has no such parameter;
 * sends no duration; swallows no error, of which it prints the message alone; and says nothing after it has assumed the role.
 */
export async function runPowerShellTask(
  place: TaskPlace,
  { inputs }: StepRecord,
): Promise<Pick<StepRecord, 'result' | 'log' | 'issues'>> {
  const log = ['Checking install status for AWS Tools for Windows PowerShell module.'];
  const say = (line: string) => log.push(line);
  try {
    const { regionName = '' } = inputs;
    if (regionName !== '') {
      say('Region discovered from task configuration');
      say(`...task region set to ${regionName}.`);
    }
    const keys = await resolveCredentials(place, say);
    say('Generating script.');
    const typed = inputs['inlineScript'] ?? '';
    const defaultOutput = place.variables['AWS_DEFAULT_OUTPUT'] ?? '';
    const { lines, exitCode } = await runAwsCommand({ stsUrl: place.stsUrl, keys, typed, defaultOutput });
    for (const line of lines) say(line);
    if (exitCode !== 0) throw new Error(`PowerShell exited with code '${exitCode}'.`);
    return { result: 'succeeded', log, issues: [] };
  } catch (error) {
    const { message } = error as Error;
    say(`##[error]${message}`);
    return { result: 'failed', log, issues: [message] };
  }
}

interface RoleRequest {
  readonly RoleArn: string;
  readonly RoleSessionName: string;
}

async function resolveCredentials(place: TaskPlace, say: (line: string) => void): Promise<Keys> {
  const { parameters } = place;
  const stored: Keys = {
    accessKeyId: parameters.username,
    secretAccessKey: parameters.password,
    ...(parameters.sessionToken === '' ? {} : { sessionToken: parameters.sessionToken }),
  };
  if (parameters.assumeRoleArn === '') {
    say('Configuring task for standard AWS credentials from specified endpoint');
    return stored;
  }
  say('Configuring task to use role-scoped credentials from specified endpoint');
  say(parameters.useOIDC);
  const RoleSessionName = parameters.roleSessionName || 'aws-vsts-tools';
  const role = { RoleArn: parameters.assumeRoleArn, RoleSessionName };
  return parameters.useOIDC === '' ? assumeWithKeys(place, role, stored) : assumeWithToken(place, role, say);
}

async function assumeWithKeys(
  { stsUrl, parameters: { externalId } }: TaskPlace,
  role: RoleRequest,
  keys: Keys,
): Promise<Keys> {
  if (keys.accessKeyId === '') throw new Error("Value cannot be null. (Parameter 'AccessKey')");
  const request = { ...role, ...(externalId === '' ? {} : { ExternalId: externalId }) };
  const assumed = await withSts({ stsUrl, keys }, (sts) => sts.send(new AssumeRoleCommand(request)));
  return toAwsKeys(assumed.Credentials);
}

async function assumeWithToken(
  { stsUrl, parameters, requestToken }: TaskPlace,
  role: RoleRequest,
  say: (line: string) => void,
): Promise<Keys> {
  say('Configuring task to use role-scoped credentials with OIDC token');
  const token = await requestToken();
  const { iss = '', sub = '', aud = '' } = decodeJwt(token);
  say(`OIDC Token Subject: ${sub}`);
  say(`OIDC Token Issuer (Provider URL): ${iss}`);
  say(`OIDC Token Audience: ${[aud].flat().join(' ')}`);
  if (parameters.externalId !== '')
    throw new Error("A parameter cannot be found that matches parameter name 'ExternalId'.");
  const assumed = await withSts({ stsUrl, keys: undefined }, (sts) =>
    sts.send(new AssumeRoleWithWebIdentityCommand({ ...role, WebIdentityToken: token })),
  );
  return toAwsKeys(assumed.Credentials);
}
