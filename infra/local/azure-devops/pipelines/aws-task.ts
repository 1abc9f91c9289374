import { AssumeRoleCommand, AssumeRoleWithWebIdentityCommand } from '@aws-sdk/client-sts';
import { decodeJwt } from 'jose';
import { toAwsKeys, runAwsCommand, withSts, type Keys } from './aws-command.ts';
import type { StepRecord } from '../state/pipeline-state.ts';
import { endingError, printedError, type AgentNode } from './task-errors.ts';

/** What the agent gives to a task. */
export interface TaskPlace {
  readonly stsUrl: string;
  /** The id of the connection that `awsCredentials` has become, and its stored parameters with secrets in clear. */
  readonly connectionId: string;
  readonly parameters: ConnectionParameters;
  /** Of the pipeline. */
  readonly variables: Readonly<Record<string, string>>;
  readonly node: AgentNode;
  /** Asks Azure DevOps for a token of the connection. */
  readonly requestToken: () => Promise<string>;
}

/** Of an AWS connection, those that are not set empty. */
type ConnectionParameters = Readonly<
  Record<
    'username' | 'password' | 'sessionToken' | 'assumeRoleArn' | 'roleSessionName' | 'externalId' | 'useOIDC',
    string
  >
>;

export function connectionParameters(stored: Readonly<Record<string, string>>): ConnectionParameters {
  const unset = {
    username: '',
    password: '',
    sessionToken: '',
    assumeRoleArn: '',
    roleSessionName: '',
    externalId: '',
    useOIDC: '',
  };
  return { ...unset, ...stored };
}

type Say = (line: string) => void;

const DEFAULT_SESSION = 'aws-vsts-tools';
const SHORTEST_SECONDS = 900;
const LONGEST_SECONDS = 43_200;
const MOST_TRIES = 5;

/**
 * A task of the AWS Toolkit, with its order of credentials and its words (aws-toolkit-azure-devops 1.23,
 * src/lib/awsConnectionParameters.ts, tasks AWSCLI and AWSShellScript). The agent has no role of its own, and its
 * environment no keys.
 */
export async function runAwsTask(
  place: TaskPlace,
  { task, inputs }: StepRecord,
): Promise<Pick<StepRecord, 'result' | 'log' | 'issues'>> {
  const log: string[] = [];
  const say: Say = (line) => log.push(line);
  try {
    say('Configuring credentials for task');
    const keys = await resolveCredentials(place, inputs, say);
    chooseRegion(inputs, say);
    await runCommand(place, { task, inputs }, keys, say);
    return { result: 'succeeded', log, issues: [] };
  } catch (error) {
    const message = endingError(error);
    say(`##[error]${message}`);
    return { result: 'failed', log, issues: [message] };
  }
}

async function runCommand(
  { stsUrl, variables }: TaskPlace,
  { task, inputs }: Pick<StepRecord, 'task' | 'inputs'>,
  keys: Keys,
  say: Say,
): Promise<void> {
  const isShell = task === 'AWSShellScript';
  const parts = isShell
    ? [inputs['inlineScript']]
    : ['aws', inputs['awsCommand'], inputs['awsSubCommand'], inputs['awsArguments']];
  const typed = parts.filter((part) => part !== undefined).join(' ');
  say(
    isShell
      ? '[command]/usr/bin/bash /home/vsts/work/_temp/awsshellscript_1.sh'
      : `[command]/usr/local/bin/${typed}`,
  );
  // Variables of the pipeline are in the environment, in capitals and with underscores.
  const defaultOutput = variables['AWS_DEFAULT_OUTPUT'] ?? '';
  const { lines, exitCode } = await runAwsCommand({ stsUrl, keys, typed, defaultOutput });
  for (const line of lines) say(line);
  if (exitCode === 0) return;
  throw new Error(
    isShell
      ? `The process '/usr/bin/bash' failed with exit code ${exitCode}`
      : `/usr/local/bin/aws exited with return code: ${exitCode}`,
  );
}

/** What goes wrong with OIDC is said and swallowed: other credentials are tried after it. */
async function resolveCredentials(place: TaskPlace, inputs: StepRecord['inputs'], say: Say): Promise<Keys> {
  readEndpoint(place, say);
  assumeFromInstanceProfile(place, say);
  return (await attemptOidc(place, inputs, say)) ?? endpointCredentials(place, say);
}

function readEndpoint({ connectionId, parameters: { username, password } }: TaskPlace, say: Say): void {
  say(`...configuring AWS credentials from service endpoint '${connectionId}'`);
  if ((username === '') !== (password === ''))
    throw new Error('Need to define or omit both "Access Key ID" and "Secret Access Key", not just one.');
}

const isKeyless = ({ username, password, assumeRoleArn }: ConnectionParameters) =>
  username === '' && password === '' && assumeRoleArn !== '';

function assumeFromInstanceProfile({ parameters }: TaskPlace, say: Say): void {
  if (parameters.useOIDC === 'true') {
    say('Skipping Instance profile, we have OIDC enabled');
    return;
  }
  if (!isKeyless(parameters)) return;
  say('Assuming role without credentials (via instance profile)...');
  throw named(
    'CredentialsError',
    'Missing credentials in config, if using AWS_CONFIG_FILE, set AWS_SDK_LOAD_CONFIG=1',
  );
}

async function attemptOidc(
  place: TaskPlace,
  inputs: StepRecord['inputs'],
  say: Say,
): Promise<Keys | undefined> {
  try {
    readEndpoint(place, say);
    if (place.parameters.useOIDC === '') {
      say('Skipping OIDC: not enabled in service connections');
      return undefined;
    }
    if (!isKeyless(place.parameters)) return undefined;
    say('Getting OIDC Token...');
    const token = await requestToken(place, say);
    chooseRegion(inputs, say);
    say('Assuming role via OIDC Token...');
    const request = {
      ...buildRoleInput(place),
      DurationSeconds: readDuration(place, say),
      WebIdentityToken: token,
    };
    const assumed = await withSts({ stsUrl: place.stsUrl, keys: undefined }, (sts) =>
      sts.send(new AssumeRoleWithWebIdentityCommand(request)),
    );
    say(`...role assumed via OIDC Token: ${assumed.AssumedRoleUser?.Arn ?? ''}`);
    return toAwsKeys(assumed.Credentials);
  } catch (error) {
    const [first = '', ...stack] = printedError(error, place.node);
    for (const line of [`Failed to assume role with OIDC: ${first}`, ...stack]) say(line);
    return undefined;
  }
}

/** Five tries (timeoutUtils.ts, withRetries). The pauses between them, 200 seconds together, are left out here. */
async function requestToken(place: TaskPlace, say: Say): Promise<string> {
  for (let retry = 0; ; retry += 1) {
    if (retry > 0) say(`Retry count: ${retry}`);
    try {
      const token = await place.requestToken();
      const { iss = '', sub = '', aud = '' } = decodeJwt(token);
      say(`OIDC Token generated: issuer: {${iss}} sub: {${sub}}, aud: {${[aud].flat().join()}}`);
      return token;
    } catch (error) {
      const { message } = error as Error;
      say(`Call failed: Error: ${message}`);
      if (retry + 1 < MOST_TRIES) continue;
      say('Failed to generate OIDC token. May fall back to other (potentially invalid) credential sources.');
      throw new Error(message, { cause: error });
    }
  }
}

function chooseRegion({ regionName = '' }: StepRecord['inputs'], say: Say): void {
  say('Configuring region for task');
  say(
    regionName === ''
      ? 'No region specified in the task configuration or environment'
      : `...configured to use region ${regionName.toLowerCase()}, defined in task.`,
  );
}

/** `7200s` counts, `899` and `1 hour` fall back to the shortest. */
function readDuration({ variables }: TaskPlace, say: Say): number {
  const wanted = variables['aws.rolecredential.maxduration'];
  if (wanted === undefined || wanted === '') return SHORTEST_SECONDS;
  const seconds = Number.parseInt(wanted, 10);
  if (seconds >= SHORTEST_SECONDS && seconds <= LONGEST_SECONDS) return seconds;
  say(`Invalid credential duration '${wanted}', minimum is ${SHORTEST_SECONDS}, max ${LONGEST_SECONDS}`);
  return SHORTEST_SECONDS;
}

async function endpointCredentials(place: TaskPlace, say: Say): Promise<Keys> {
  const { username, password, sessionToken, assumeRoleArn, externalId } = place.parameters;
  readEndpoint(place, say);
  const keys = {
    accessKeyId: username,
    secretAccessKey: password,
    ...(sessionToken === '' ? {} : { sessionToken }),
  };
  if (assumeRoleArn === '') {
    say('...endpoint defines standard access/secret key credentials');
    return keys;
  }
  say(`...endpoint defines role-based credentials for role ${assumeRoleArn}.`);
  // Signed with empty keys: STS sees no signature.
  if (username === '') throw named('MissingAuthenticationToken', 'Request is missing Authentication Token');
  const common = { ...buildRoleInput(place), DurationSeconds: readDuration(place, say) };
  const request = { ...common, ...(externalId === '' ? {} : { ExternalId: externalId }) };
  const assumed = await withSts({ stsUrl: place.stsUrl, keys }, (sts) =>
    sts.send(new AssumeRoleCommand(request)),
  );
  return toAwsKeys(assumed.Credentials);
}

function buildRoleInput({ parameters: { assumeRoleArn, roleSessionName } }: TaskPlace) {
  return { RoleArn: assumeRoleArn, RoleSessionName: roleSessionName || DEFAULT_SESSION };
}

function named(name: string, message: string): Error {
  const error = new Error(message);
  error.name = name;
  return error;
}
