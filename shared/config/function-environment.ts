import { bucketName, stackSettings } from '../domain/records/deployed-stack.ts';
import * as z from 'zod';
import { functionEnvironment as names } from '../contract/function-environment.ts';
import { metricsNamespace as standardNamespace } from '../contract/metrics.ts';
import { ConfigError, type ConfigurationProblem } from '../domain/kernel/errors.ts';

/** Options are read below; the key of signed records by environment.ts. */
export type Setting = Exclude<
  keyof typeof names,
  'recordKey' | 'metricsNamespace' | 'publishedBucket' | 'stack'
>;
type Variables = Readonly<Record<string, string | undefined>>;

const queueUrl = z.url({ protocol: /^https?$/, error: 'is not the URL of a queue.' });

const settings: Readonly<Record<Setting, z.ZodType<string>>> = {
  table: z.string().regex(/^[\w.-]{3,255}$/, 'is not the name of a DynamoDB table.'),
  configurationBucket: bucketName,
  configurationKey: z.string().min(1, 'is empty.'),
  configurationHash: z.string().regex(/^[0-9a-f]{64}$/, 'is not a SHA-256 in hex.'),
  discoverQueue: queueUrl,
  reconcileQueue: queueUrl,
  reportQueue: queueUrl,
  reportBucket: bucketName,
  hookSecret: z
    .string()
    .regex(/^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:./, 'is not the ARN of a secret.'),
};

/** The settings of one function, by their names in the contract. */
export type FunctionEnvironment<Name extends Setting> = Readonly<Record<Name, string>>;

/** Takes only the settings that are named: no function has more than it needs. Throws ConfigError with every problem. */
export function readFunctionEnvironment<Name extends Setting>(
  wanted: readonly Name[],
  env: Variables = process.env,
): FunctionEnvironment<Name> {
  const problems = wanted.flatMap((name) => listProblems(name, env[names[name]]));
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.fromEntries(wanted.map((name) => [name, env[names[name]]])) as FunctionEnvironment<Name>;
}

/** The value is in no message. */
function listProblems(name: Setting, value: string | undefined): readonly ConfigurationProblem[] {
  const parsed = settings[name].safeParse(value);
  if (parsed.success) return [];
  const what =
    value === undefined
      ? 'It is not set.'
      : `The value ${parsed.error.issues[0]?.message ?? 'is not usable.'}`;
  return [{ where: `environment variable ${names[name]}`, what, fix: 'Deploy azfed again.' }];
}

const namespace = z.string().regex(/^[\w.#:/-]{1,255}$/);

/** A name that CloudWatch would refuse is none: metrics are not lost for it (API Reference, PutMetricData). */
export function readMetricsNamespace(env: Variables = process.env): string {
  const { success, data } = namespace.safeParse(env[names.metricsNamespace]);
  return success ? data : standardNamespace;
}

/** Where EventBridge and SNS are when they are not AWS, by the variables that the SDK's own clients go by. */
export function endpointsOfTargets(
  env: Variables = process.env,
): Readonly<Partial<Record<'events' | 'sns', string>>> {
  const all = env['AWS_ENDPOINT_URL'];
  const events = env['AWS_ENDPOINT_URL_EVENTBRIDGE'] ?? all;
  const sns = env['AWS_ENDPOINT_URL_SNS'] ?? all;
  return { ...(events === undefined ? {} : { events }), ...(sns === undefined ? {} : { sns }) };
}

/** Where AWS Organizations is when it is not AWS, likewise. */
export const endpointOfOrganizations = (env: Variables = process.env): string | undefined =>
  env['AWS_ENDPOINT_URL_ORGANIZATIONS'] ?? env['AWS_ENDPOINT_URL'];

/** Where S3 is when it is not AWS, by the variable that the SDK's own clients go by. */
export const endpointOfS3 = (env: Variables = process.env) => readEndpoint(env['AWS_ENDPOINT_URL_S3']);

/** The same of Lambda; the variable of all services holds where its own is not set (SDKs and Tools Guide, endpoints). */
export const endpointOfLambda = (env: Variables = process.env) =>
  readEndpoint(env['AWS_ENDPOINT_URL_LAMBDA'] ?? env['AWS_ENDPOINT_URL']);

const readEndpoint = (endpoint: string | undefined): { readonly endpoint?: string } =>
  endpoint === undefined ? {} : { endpoint };

/** Where configurations are published; `undefined` where the stack has no such bucket. */
export function readPublishedBucket(env: Variables = process.env): string | undefined {
  return bucketName.safeParse(env[names.publishedBucket]).data;
}

const stack = z.object({
  release: z.string(),
  settings: stackSettings.exactOptional(),
});

/** What the stack says of itself; `undefined` for a stack that does not. Nothing but what people are told rests on it. */
export function readStack(env: Variables = process.env): z.output<typeof stack> | undefined {
  try {
    return stack.safeParse(JSON.parse(env[names.stack] ?? '')).data;
  } catch {
    return undefined;
  }
}
