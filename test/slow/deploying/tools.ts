import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import {
  EnableOutboundWebIdentityFederationCommand,
  GetOutboundWebIdentityFederationInfoCommand,
  IAMClient,
} from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import * as z from 'zod';
import type { Template } from '../../../infra/aws/template-values.ts';
import { HUB_ACCOUNT } from '../../../infra/local/aws/state/accounts.ts';
import { startLoopbackServer } from '../../../infra/local/loopback/loopback-server.ts';
import type { LocalCloud } from '../../../infra/local/local-cloud.ts';
import type { Variables } from '../../integration/cli/command-line.ts';
import { makeEnvironment } from '../../integration/cli/command-line.ts';

/** What stands behind `aws` and `az` of the page, beside the embedded cloud. */
export interface DeployedWorld {
  readonly cloud: LocalCloud;
  readonly folder: string;
  readonly tenantId: string;
  /** The hub, once it is deployed. */
  getHub(): Template | undefined;
  /** Puts the template of the accounts into those of the organizational unit. */
  deployAccounts(template: Template): Promise<void>;
}

interface Asked {
  readonly words: readonly string[];
  readonly flags: ReadonlyMap<string, string>;
  readonly keys: Variables;
}

interface Typed {
  readonly code: number | null;
  readonly said: string;
}

export interface Tools {
  /** A line of the page, in a shell. */
  run(line: string, variables: Variables): Promise<Typed>;
  /** The same of a line that begins with `aws`, without a shell. */
  runAws(line: string, variables: Variables): Promise<Typed>;
  close(): Promise<void>;
}

/** An error as the AWS CLI shows it. */
class CliError extends Error {}

const refuse = (code: string, operation: string, why: string) =>
  new CliError(`An error occurred (${code}) when calling the ${operation} operation: ${why}`);

const Request = z.object({
  tool: z.enum(['aws', 'az']),
  typed: z.array(z.string()),
  keys: z.record(z.string(), z.string()),
});

/**
 * `aws` and `az` on the PATH. They answer what the scripts of the page ask for: by the embedded cloud where it plays the
 * service, and else by a few lines here, after the embedded IAM has judged whoever asks.
 */
export async function startTools(world: DeployedWorld): Promise<Tools> {
  const tools = { aws: createAws(world), az: createAz(world) };
  const ask = async ({ tool, typed, keys }: z.infer<typeof Request>) => {
    try {
      return { code: 0, output: await tools[tool](parseTyped(typed, keys)) };
    } catch (error) {
      const { message, name } = error as Error;
      return { code: 254, output: error instanceof CliError ? message : `(${name}) ${message}` };
    }
  };
  const server = await startLoopbackServer(async ({ text: body }) =>
    answer(await ask(Request.parse(JSON.parse(body)))),
  );
  const path = installTools(world.folder, server.url);
  return {
    async run(line, variables) {
      const child = spawn('bash', ['-c', line], {
        cwd: world.folder,
        env: { ...makeEnvironment(world.folder, variables), PATH: path, PAUSE_SECONDS: '0' },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const ended = new Promise<number | null>((end) => child.once('close', end));
      const said = (await Promise.all([text(child.stdout), text(child.stderr)])).join('');
      return { code: await ended, said };
    },
    async runAws(line, keys) {
      const typed = [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, ...texts]) => texts.join(''));
      const { code, output } = await ask({ tool: 'aws', typed: typed.slice(1), keys });
      return { code, said: output };
    },
    close: () => server.close(),
  };
}

const answer = (content: object) => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  text: JSON.stringify(content),
});

/** Small programs, each of which hands on what was typed, and whose keys were in the environment. */
function installTools(folder: string, url: string): string {
  const program = (tool: string) => `#!${process.execPath}
const keys = Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('AWS_')));
fetch('${url}', { method: 'POST', body: JSON.stringify({ tool: '${tool}', typed: process.argv.slice(2), keys }) })
  .then((answer) => answer.json())
  .then(({ code, output }) => {
    (code === 0 ? process.stdout : process.stderr).write(output === '' ? '' : output + '\\n');
    process.exitCode = code;
  });
`;
  for (const tool of ['aws', 'az']) {
    const file = join(folder, 'bin', tool);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, program(tool));
    chmodSync(file, 0o755);
  }
  return `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`;
}

function parseTyped(typed: readonly string[], keys: Variables): Asked {
  const first = typed.findIndex((word) => word.startsWith('--'));
  const end = first < 0 ? typed.length : first;
  const flags = new Map<string, string>();
  for (const [index, word] of typed.entries()) {
    const next = typed[index + 1] ?? '';
    if (word.startsWith('--')) flags.set(word.slice(2), next.startsWith('--') ? '' : next);
  }
  return { words: typed.slice(0, end), flags, keys };
}

const toOperation = (verb: string) =>
  verb.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());

type Answers = Readonly<Record<string, (asked: Asked) => string | Promise<string>>>;

function createAws(world: DeployedWorld) {
  const answers: Answers = { ...createPlayed(world), ...createStackSets(world), ...createHubAnswers(world) };
  return async (asked: Asked): Promise<string> => {
    const { words, flags, keys } = asked;
    const [service = '', verb = ''] = words;
    const found = answers[`${service} ${verb}`];
    if (!found) throw new CliError(`aws: there is no ${words.join(' ')} here.`);
    if (!isPlayed(service)) judge(world.cloud, { service, verb, flags, keys });
    return found(asked);
  };
}

/** The embedded cloud judges these itself. */
const isPlayed = (service: string) => ['sts', 'iam'].includes(service);

function judge(
  { aws }: LocalCloud,
  { service, verb, flags, keys }: Pick<Asked, 'flags' | 'keys'> & Record<'service' | 'verb', string>,
): void {
  const resources: Readonly<Record<string, string>> = {
    cloudwatch: `arn:aws:cloudwatch:us-east-1:${HUB_ACCOUNT}:alarm:${flags.get('alarm-name') ?? ''}`,
  };
  const headers = {
    authorization: `AWS4-HMAC-SHA256 Credential=${keys['AWS_ACCESS_KEY_ID'] ?? ''}/20260101/us-east-1/${service}/aws4_request`,
    'x-amz-security-token': keys['AWS_SESSION_TOKEN'],
  };
  const action = toOperation(verb);
  try {
    aws.accessGuard.authorize(headers, {
      action: `${service}:${action}`,
      resource: resources[service] ?? '*',
    });
  } catch (error) {
    throw refuse('AccessDenied', action, (error as Error).message);
  }
}

function createPlayed({ cloud }: DeployedWorld): Answers {
  const at = ({ keys }: Asked) => ({
    endpoint: cloud.aws.url,
    region: 'us-east-1',
    credentials: {
      accessKeyId: keys['AWS_ACCESS_KEY_ID'] ?? '',
      secretAccessKey: keys['AWS_SECRET_ACCESS_KEY'] ?? '',
      ...(keys['AWS_SESSION_TOKEN'] && { sessionToken: keys['AWS_SESSION_TOKEN'] }),
    },
  });
  return {
    'sts get-caller-identity': (asked) =>
      use(
        new STSClient(at(asked)),
        async (sts) => (await sts.send(new GetCallerIdentityCommand({}))).Arn ?? '',
      ),
    'iam enable-outbound-web-identity-federation': (asked) =>
      use(new IAMClient(at(asked)), async (iam) => {
        const command = new EnableOutboundWebIdentityFederationCommand({});
        return (await iam.send(command)).IssuerIdentifier ?? '';
      }),
    'iam get-outbound-web-identity-federation-info': (asked) =>
      use(new IAMClient(at(asked)), async (iam) => {
        const command = new GetOutboundWebIdentityFederationInfoCommand({});
        return (await iam.send(command)).IssuerIdentifier ?? '';
      }),
  };
}

async function use<Client extends { destroy(): void }>(
  client: Client,
  work: (client: Client) => Promise<string>,
): Promise<string> {
  try {
    return await work(client);
  } finally {
    client.destroy();
  }
}

/**
 * Service-managed StackSets (CloudFormation API Reference; User Guide, prerequisites): trusted access, then the delegated
 * administrator, then the StackSet, whose operations run on after the answer.
 */
function createStackSets({ folder, ...world }: DeployedWorld): Answers {
  const trusted = new Set<string>();
  let hasAccess = false;
  let template: Template | undefined;
  const units = new Set<string>();
  const operations: string[][] = [];
  const begin = () => `operation-${operations.push(['QUEUED', 'RUNNING', 'SUCCEEDED'])}`;
  const parseUnit = (flags: Asked['flags']) =>
    (flags.get('deployment-targets') ?? '').replace('OrganizationalUnitIds=', '');
  // Without --call-as it is looked for among those of the account itself (API Reference, CallAs).
  const find = ({ flags, words: [, verb = ''] }: Asked) => {
    if (!template || flags.get('call-as') !== 'DELEGATED_ADMIN')
      throw refuse('StackSetNotFoundException', toOperation(verb), 'StackSet not found');
  };
  const keep = ({ flags }: Asked) => {
    if (flags.get('call-as') !== 'DELEGATED_ADMIN' || !trusted.has(HUB_ACCOUNT))
      throw refuse(
        'ValidationError',
        'CreateStackSet',
        'You must be the management account or delegated admin',
      );
    const file = resolve(folder, (flags.get('template-body') ?? '').replace('file://', ''));
    template = JSON.parse(readFileSync(file, 'utf8')) as Template;
  };
  return {
    'cloudformation activate-organizations-access': () => {
      hasAccess = true;
      return '';
    },
    'organizations register-delegated-administrator': ({ flags }) => {
      if (!hasAccess) throw refuse('ConstraintViolationException', 'Register', 'no trusted access');
      expect(flags.get('service-principal')).toBe('member.org.stacksets.cloudformation.amazonaws.com');
      trusted.add(flags.get('account-id') ?? '');
      return '';
    },
    'cloudformation describe-stack-set': (asked) => {
      find(asked);
      return [...units].join('\t');
    },
    'cloudformation create-stack-set': (asked) => {
      keep(asked);
      return '';
    },
    'cloudformation update-stack-set': async (asked) => {
      keep(asked);
      if (template && units.size > 0) await world.deployAccounts(template);
      return begin();
    },
    'cloudformation create-stack-instances': async ({ flags }) => {
      units.add(parseUnit(flags));
      if (template) await world.deployAccounts(template);
      return begin();
    },
    'cloudformation delete-stack-instances': (asked) => {
      find(asked);
      if (!units.delete(parseUnit(asked.flags)))
        throw refuse('StackInstanceNotFoundException', 'DeleteStackInstances', 'no such unit');
      return begin();
    },
    'cloudformation list-stack-set-operations': (asked) => {
      find(asked);
      operations.forEach((left) => left.splice(0, left.length - 1));
      return 'SUCCEEDED';
    },
    'cloudformation delete-stack-set': (asked) => {
      find(asked);
      if (operations.some((left) => left.length > 1))
        throw refuse('OperationInProgressException', 'DeleteStackSet', 'Another operation is in progress');
      if (units.size > 0)
        throw refuse('StackSetNotEmptyException', 'DeleteStackSet', 'StackSet is not empty');
      template = undefined;
      return '';
    },
    'cloudformation describe-stack-set-operation': ({ flags }) => {
      const left = operations[Number(flags.get('operation-id')?.split('-')[1]) - 1] ?? ['FAILED'];
      return (left.length > 1 ? left.shift() : left[0]) ?? '';
    },
  };
}

/** Names have to be those of the template; otherwise the command of the page would fail. */
function createHubAnswers(world: DeployedWorld): Answers {
  const find = (type: string, property: string, name = '') =>
    Object.values(world.getHub()?.Resources ?? {}).find(
      ({ Type, Properties }) => Type === type && Properties[property] === name,
    );
  const alarm = ({ flags }: Asked) => {
    const found = find('AWS::CloudWatch::Alarm', 'AlarmName', flags.get('alarm-name'));
    if (!found) throw refuse('ResourceNotFound', 'SetAlarmState', 'There is no such alarm');
    return JSON.stringify(found.Properties['AlarmActions']);
  };
  return {
    'cloudwatch set-alarm-state': (asked) => {
      expect(alarm(asked)).toContain('alarms');
      return '';
    },
    'cloudwatch describe-alarm-history': (asked) => `Successfully executed action ${alarm(asked)}`,
  };
}

/** Azure CLI reference, `az ad app`, `az ad sp`, `az account`; the embedded Entra holds what is made. */
function createAz({ cloud: { entra }, tenantId }: DeployedWorld) {
  const names = new Map<string, string>();
  const principals = new Set<string>();
  const Trust = z.object({ issuer: z.string(), subject: z.string(), audiences: z.tuple([z.string()]) });
  const trust = (flags: Asked['flags']) => {
    const { issuer, subject, audiences } = Trust.parse(JSON.parse(flags.get('parameters') ?? ''));
    entra.federate(flags.get('id') ?? '', [{ issuer, subject, audience: audiences[0] }]);
    return '';
  };
  const answers: Readonly<Record<string, (flags: Asked['flags']) => string>> = {
    'account show': () => tenantId,
    'ad app list': (flags) => names.get(flags.get('display-name') ?? '') ?? '',
    'ad app create': (flags) => {
      const { clientId } = entra.register(entra.addTenant(tenantId));
      names.set(flags.get('display-name') ?? '', clientId);
      return clientId;
    },
    'ad sp show': (flags) => {
      const clientId = flags.get('id') ?? '';
      if (!principals.has(clientId)) throw new CliError(`ERROR: Resource '${clientId}' does not exist`);
      return entra.snapshot().applications.find((one) => one.clientId === clientId)?.objectId ?? '';
    },
    'ad sp create': (flags) => {
      principals.add(flags.get('id') ?? '');
      return '';
    },
    'ad app federated-credential list': (flags) =>
      entra.snapshot().applications.find(({ clientId }) => clientId === flags.get('id'))?.federatedCredentials
        .length
        ? 'azfed'
        : '',
    'ad app federated-credential create': trust,
    'ad app federated-credential update': trust,
  };
  return ({ words, flags }: Asked): string => {
    const found = answers[words.join(' ')];
    if (!found) throw new CliError(`az: there is no ${words.join(' ')} here.`);
    return found(flags);
  };
}
