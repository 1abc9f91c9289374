import * as z from 'zod';
import { ConfigError } from '../domain/kernel/errors.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** What azfed takes from its environment, apart from secrets and from what the AWS SDK reads for itself. */
export interface Environment {
  /** Name of the DynamoDB table, where one is given. */
  readonly table: string | undefined;
  /** Path of the configuration file. */
  readonly configuration: string;
  /** Output without colours was asked for (no-color.org: any value that is not empty), or the terminal knows none. */
  readonly isPlain: boolean;
  /** The terminal moves no cursor, so that nothing can be drawn on it. */
  readonly isDumb: boolean;
  /** Nobody is there to answer a question. */
  readonly isUnattended: boolean;
  /** Who works with the embedded cloud, where it is not the one who started it. */
  readonly localPerson?: string | undefined;
  readonly allowance: Allowance;
}

/** What the environment allows a configuration to name, and a file never allows itself: whoever may edit the file may not. */
export interface Allowance {
  /** Addresses of this machine. */
  readonly loopback: boolean;
  /** Hosts that service hooks may go to, and so their password; none: the hosts of Amazon API Gateway. */
  readonly hookHosts: readonly string[];
}

export const NOTHING_ALLOWED: Allowance = { loopback: false, hookHosts: [] };
/** On the embedded cloud. */
export const LOOPBACK_ALLOWED: Allowance = { loopback: true, hookHosts: [] };

const isSet = z
  .string()
  .optional()
  .transform((text) => text !== undefined && text !== '');

const variables = z.object({
  AZFED_TABLE: z
    .string()
    .regex(
      /^[\w.-]{3,255}$/,
      'is not the name of a DynamoDB table (3 to 255 letters, digits, dot, dash, underscore).',
    )
    .optional(),
  AZFED_ALLOW_LOOPBACK: z
    .enum(['', '0', '1'], 'is neither 0 nor 1.')
    .optional()
    .transform((text) => text === '1'),
  AZFED_HOOK_HOSTS: z
    .string()
    .optional()
    .transform((text = '') => text.split(',').map((host) => host.trim().toLowerCase()))
    .transform((hosts) => hosts.filter((host) => host !== ''))
    .refine((hosts) => hosts.every((host) => /^[a-z0-9.-]+$/.test(host)), 'is not a list of hosts.'),
  AZFED_RECORD_KEY: z
    .string()
    .regex(/^(?:arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+)?$/, 'is not the ARN of a KMS key.')
    .optional(),
  AZFED_CONFIG: z.string().min(1, 'is empty.').default('federation.yaml'),
  AZFED_LOCAL_AS: z.string().optional(),
  NO_COLOR: isSet,
  TERM: z.string().optional(),
  CI: isSet,
});

/** Throws ConfigError with every variable that is wrong. */
export function readEnvironment(env: Variables = process.env): Environment {
  const parsed = variables.safeParse(env);
  if (!parsed.success) {
    throw new ConfigError(
      parsed.error.issues.map(({ path, message }) => ({
        where: `environment variable ${path.join('.')}`,
        what: `The value ${message}`,
        fix: 'Correct it, or unset it for the default.',
      })),
    );
  }
  const { AZFED_TABLE, AZFED_CONFIG, NO_COLOR, TERM, CI } = parsed.data;
  return {
    table: AZFED_TABLE,
    configuration: AZFED_CONFIG,
    isPlain: NO_COLOR || TERM === 'dumb',
    isDumb: TERM === 'dumb',
    isUnattended: CI,
    localPerson: parsed.data.AZFED_LOCAL_AS,
    allowance: { loopback: parsed.data.AZFED_ALLOW_LOOPBACK, hookHosts: parsed.data.AZFED_HOOK_HOSTS },
  };
}

/** The table that is meant where neither environment nor configuration names one. */
export const DEFAULT_TABLE = 'azfed';

/**
 * Why the configuration may not name this variable, if so. Whoever may change the configuration chooses what is sent
 * where: a name of its own space keeps the secrets of others (AWS_SECRET_ACCESS_KEY) out of reach.
 */
export function problemOfSecretVariable(name: string): string | undefined {
  if (!/^(?:AZFED|AZURE_DEVOPS)_[A-Z0-9_]+$/i.test(name) || !/^(?:AZFED|AZURE_DEVOPS)_/.test(name))
    return 'is not the name of a variable for azfed: it begins with neither AZFED_ nor AZURE_DEVOPS_';
  return isOwnVariable(name) ? 'is a variable that azfed itself goes by, not one of a secret' : undefined;
}

function isOwnVariable(name: string): boolean {
  return name in variables.shape || Object.values(undoKey).some((own) => own === name);
}

/** ARN of the KMS key that records are signed with; `undefined`: they are not. Throws ConfigError. */
export function recordKeyArn(env: Variables = process.env): string | undefined {
  const { AZFED_RECORD_KEY: arn = '' } = env;
  if (arn === '') return undefined;
  if (variables.shape.AZFED_RECORD_KEY.safeParse(arn).success) return arn;
  throw new ConfigError({
    where: 'environment variable AZFED_RECORD_KEY',
    what: 'The value is not the ARN of a KMS key.',
    fix: 'Take it from the output RecordKey of the stack, or unset it where the stack signs no records.',
  });
}

/** Whether nohup is the command that the shell has started: shells name it so (bash and zsh manuals, parameter `_`). */
export const isStartedByNohup = (env: Variables = process.env): boolean =>
  /(?:^|\/)nohup$/.test(env['_'] ?? '');

/** The profile that the AWS SDK is to look at, where the shell names one. */
export function awsProfile(env: Variables = process.env): string | undefined {
  const profile = env['AWS_PROFILE'] ?? '';
  return profile === '' ? undefined : profile;
}

/**
 * Tokens of the person or the pipeline that runs the command: AZURE_DEVOPS_EXT_PAT is what the Azure DevOps CLI reads
 * (azure-devops-cli-extension), SYSTEM_ACCESSTOKEN what a pipeline maps (Azure Pipelines, predefined variables).
 */
export function readSignInVariables(env: Variables = process.env) {
  const read = (name: string) => env[name]?.trim() ?? '';
  const [person, pat, job] = ['AZURE_DEVOPS_TOKEN', 'AZURE_DEVOPS_EXT_PAT', 'SYSTEM_ACCESSTOKEN'].map(read);
  return { ...(person && { person }), ...(pat && { pat }), ...(job && { job }) };
}

/** For a command that azfed runs; without what AWS is signed in to with, which is nobody else's. */
export function readChildEnvironment(env: Variables = process.env): Variables {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(?:AWS|AZFED)_/.test(name)));
}

const undoKey = {
  accessKeyId: 'AZFED_UNDO_ACCESS_KEY_ID',
  secretAccessKey: 'AZFED_UNDO_SECRET_ACCESS_KEY',
} as const;

/** The access key that a connection gets back: what is typed as an argument, others can read. Throws ConfigError. */
export function formerKey(env: Variables = process.env): Readonly<Record<keyof typeof undoKey, string>> {
  const given = (name: string) => env[name]?.trim() ?? '';
  const missing = Object.values(undoKey).filter((name) => given(name) === '');
  if (missing.length > 0)
    throw new ConfigError(
      missing.map((name) => ({
        where: `environment variable ${name}`,
        what: 'It is not set.',
        fix: 'Set it to the key that the connection is to have again: Azure DevOps has given its own to nobody.',
      })),
    );
  return {
    accessKeyId: given(undoKey.accessKeyId),
    secretAccessKey: given(undoKey.secretAccessKey),
  };
}

/** Throws ConfigError when the variable is unset or blank. The value is in no message. */
export function secretFromEnvironment(name: string, env: Variables = process.env): string {
  const secret = env[name]?.trim() ?? '';
  if (secret !== '') return secret;
  throw new ConfigError({
    where: `environment variable ${name}`,
    what: env[name] === undefined ? 'It is not set.' : 'It is empty.',
    fix: 'Set it to the secret that the configuration refers to by this name.',
  });
}
