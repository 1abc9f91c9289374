import {
  AssumeRoleCommand,
  AssumeRoleWithWebIdentityCommand,
  GetCallerIdentityCommand,
  STSClient,
} from '@aws-sdk/client-sts';
import { decodeJwt } from 'jose';
import type { StepRecord } from './pipeline-state.ts';

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** What the agent gives to a task. */
export interface TaskPlace {
  readonly stsUrl: string;
  /** The id of the connection that `awsCredentials` has become, and its stored parameters with secrets in clear. */
  readonly connectionId: string;
  readonly parameters: ConnectionParameters;
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
const DURATION_SECONDS = 900;
const NO_CREDENTIALS = 'Missing credentials in config, if using AWS_CONFIG_FILE, set AWS_SDK_LOAD_CONFIG=1';

/**
 * A task of the AWS Toolkit, with its order of credentials and its words (aws-toolkit-azure-devops,
 * src/lib/awsConnectionParameters.ts). Of commands it knows `aws sts get-caller-identity` alone. The agent has no role of
 * its own, and the pipeline no variables.
 */
export async function runAwsTask(
  place: TaskPlace,
  { inputs }: StepRecord,
): Promise<Pick<StepRecord, 'result' | 'log' | 'issues'>> {
  const log: string[] = [];
  const say: Say = (line) => log.push(line);
  try {
    say('Configuring credentials for task');
    const keys = await credentialsOf(place, inputs, say);
    if (!`${inputs['awsSubCommand'] ?? ''} ${inputs['inlineScript'] ?? ''}`.includes('get-caller-identity'))
      throw new Error('This agent knows aws sts get-caller-identity alone.');
    say('[command]/usr/local/bin/aws sts get-caller-identity');
    for (const line of await callerIdentity(place, keys)) say(line);
    return { result: 'succeeded', log, issues: [] };
  } catch (error) {
    const message = String(error);
    say(`##[error]${message}`);
    return { result: 'failed', log, issues: [message] };
  }
}

async function credentialsOf(place: TaskPlace, inputs: StepRecord['inputs'], say: Say): Promise<Keys> {
  const { username, password, assumeRoleArn, useOIDC } = place.parameters;
  say(`...configuring AWS credentials from service endpoint '${place.connectionId}'`);
  if ((username === '') !== (password === ''))
    throw new Error('Need to define or omit both "Access Key ID" and "Secret Access Key", not just one.');
  const isKeyless = username === '' && assumeRoleArn !== '';
  if (isKeyless && useOIDC !== 'true') {
    say('Assuming role without credentials (via instance profile)...');
    throw new Error(NO_CREDENTIALS);
  }
  const federated = isKeyless ? await attemptOidc(place, inputs, say) : undefined;
  return federated ?? endpointCredentials(place, say);
}

/** What goes wrong is said and swallowed: other credentials are tried after it. */
async function attemptOidc(
  place: TaskPlace,
  inputs: StepRecord['inputs'],
  say: Say,
): Promise<Keys | undefined> {
  try {
    say('Getting OIDC Token...');
    const token = await place.requestToken();
    const { iss = '', sub = '', aud = '' } = decodeJwt(token);
    say(`OIDC Token generated: issuer: {${iss}} sub: {${sub}}, aud: {${[aud].flat().join()}}`);
    say(`...configured to use region ${inputs['regionName'] ?? ''}, defined in task.`);
    say('Assuming role via OIDC Token...');
    const assumed = await withSts(place, undefined, (sts) =>
      sts.send(new AssumeRoleWithWebIdentityCommand({ ...roleOf(place), WebIdentityToken: token })),
    );
    say(`...role assumed via OIDC Token: ${assumed.AssumedRoleUser?.Arn ?? ''}`);
    return keysOf(assumed.Credentials);
  } catch (error) {
    say(`Failed to assume role with OIDC: ${wireText(error)}`);
    return undefined;
  }
}

async function endpointCredentials(place: TaskPlace, say: Say): Promise<Keys> {
  const { username, password, sessionToken, assumeRoleArn, externalId } = place.parameters;
  say(`...configuring AWS credentials from service endpoint '${place.connectionId}'`);
  const keys = {
    accessKeyId: username,
    secretAccessKey: password,
    ...(sessionToken === '' ? {} : { sessionToken }),
  };
  if (assumeRoleArn === '') say('...endpoint defines standard access/secret key credentials');
  else say(`...endpoint defines role-based credentials for role ${assumeRoleArn}.`);
  if (username === '') throw new Error(NO_CREDENTIALS);
  if (assumeRoleArn === '') return keys;
  const request = { ...roleOf(place), ...(externalId === '' ? {} : { ExternalId: externalId }) };
  const assumed = await withSts(place, keys, (sts) => sts.send(new AssumeRoleCommand(request)));
  return keysOf(assumed.Credentials);
}

function roleOf({ parameters: { assumeRoleArn, roleSessionName } }: TaskPlace) {
  return {
    RoleArn: assumeRoleArn,
    RoleSessionName: roleSessionName || DEFAULT_SESSION,
    DurationSeconds: DURATION_SECONDS,
  };
}

async function callerIdentity(place: TaskPlace, keys: Keys): Promise<readonly string[]> {
  const { UserId, Account, Arn } = await withSts(place, keys, (sts) =>
    sts.send(new GetCallerIdentityCommand({})),
  );
  return JSON.stringify({ UserId, Account, Arn }, null, 4).split('\n');
}

async function withSts<T>(
  { stsUrl }: TaskPlace,
  keys: Keys | undefined,
  work: (sts: STSClient) => Promise<T>,
): Promise<T> {
  const sts = new STSClient({
    endpoint: stsUrl,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: keys ?? { accessKeyId: 'unsigned', secretAccessKey: 'unsigned' },
  });
  try {
    return await work(sts);
  } finally {
    sts.destroy();
  }
}

function keysOf({
  AccessKeyId = '',
  SecretAccessKey = '',
  SessionToken = '',
}: {
  readonly AccessKeyId?: string | undefined;
  readonly SecretAccessKey?: string | undefined;
  readonly SessionToken?: string | undefined;
} = {}): Keys {
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

/** The toolkit's SDK prints the code that is on the wire, without `Exception` at its end. */
function wireText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return `${error.name.replace(/Exception$/, '')}: ${error.message}`;
}
