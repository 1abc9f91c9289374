import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createDynamoAccountListStore } from '../../shared/adapters/dynamodb/dynamo-account-list-store.ts';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import {
  createS3Configuration,
  createS3ConfigurationVersions,
} from '../../shared/adapters/s3/s3-configuration-store.ts';
import { systemClock } from '../../shared/adapters/system/system-clock.ts';
import { createPowertoolsTelemetry } from '../../shared/adapters/telemetry/powertools-telemetry.ts';
import { withLogFields } from '../../shared/adapters/telemetry/log-fields.ts';
import type { Setting, FunctionEnvironment } from '../../shared/config/function-environment.ts';
import {
  endpointOfS3,
  readFunctionEnvironment,
  readMetricsNamespace,
  readPublishedBucket,
  readStack,
} from '../../shared/config/function-environment.ts';
import { withoutSecrets } from '../../shared/config/url-rules.ts';
import type { StackSettings } from '../../shared/domain/configuration/stack-rules.ts';
import { parseShippedConfiguration } from '../../shared/config/shipped-configuration.ts';
import type { Configuration } from '../../shared/domain/configuration/configuration.ts';
import { hashText } from '../../shared/domain/kernel/digest.ts';
import { ConfigError } from '../../shared/domain/kernel/errors.ts';
import type { ConfigurationSource } from '../../shared/ports/configurations.ts';
import type { Telemetry, Clock } from '../../shared/ports/clock.ts';
import { followAccounts, followConfiguration, type ConfigurationInForce } from './follow-configuration.ts';
import { clientOptions, type EndpointOverrides } from './connect.ts';

/** For functions that are invoked in bursts: so old may the last look for a published configuration be. */
export const CONFIGURATION_MAX_AGE_MS = 60_000;

const ofAll = ['configurationBucket', 'configurationKey', 'configurationHash', 'table'] as const;

/**
 * The cold start of a function. `wanted`: the settings that it needs beyond those of all.
 * Where something is missing it says so in one line and rejects: Lambda then takes no event for it.
 */
export async function startFunction<Name extends Setting, Event, Result>(
  service: string,
  wanted: readonly Name[],
  build: (runtime: DeployedRuntime<Name>) => Promise<Handle<Event, Result>>,
  { maxAgeMs = 0 }: { readonly maxAgeMs?: number } = {},
) {
  const telemetry = createPowertoolsTelemetry({
    service,
    namespace: readMetricsNamespace(),
    redact: withoutSecrets,
  });
  try {
    const environment = readFunctionEnvironment([...ofAll, ...wanted]);
    const { configurationBucket, configurationKey: key, configurationHash, table } = environment;
    const client = new DynamoDBClient(clientOptions(undefined, 'dynamoDb'));
    const s3 = { client, clock: systemClock, ...endpointOfS3() };
    const source = createS3Configuration({ bucket: configurationBucket, key, ...s3 });
    const deployed = {
      configuration: await readConfiguration(source, configurationHash),
      origin: { version: 0, sha256: configurationHash },
    };
    const bucket = readPublishedBucket();
    const versions = bucket === undefined ? undefined : createS3ConfigurationVersions({ bucket, ...s3 });
    const common = { telemetry, clock: systemClock };
    const store = createDynamoAccountListStore({ documents: DynamoDBDocumentClient.from(client), table });
    const follow = followAccounts(followConfiguration({ deployed, versions, maxAgeMs, ...common }), {
      ...{ store, maxAgeMs },
      ...common,
    });
    const stack = { ...readStack(), ...(bucket === undefined ? {} : { configurationBucket: bucket }) };
    const rebuild = (inForce: ConfigurationInForce) =>
      build({ environment, ...common, ...inForce, deployed, stack });
    return withTelemetry(telemetry, await followHandle(follow, rebuild, telemetry));
  } catch (error) {
    telemetry.error('The function cannot start.', error);
    throw error;
  }
}

/** Work on events by the configuration in force, which is looked for before each. Rejects as `build` does, at the start. */
export async function followHandle<Event, Result>(
  follow: () => Promise<ConfigurationInForce>,
  build: (inForce: ConfigurationInForce) => Promise<Handle<Event, Result>>,
  telemetry: Telemetry,
): Promise<Handle<Event, Result>> {
  let inForce = await follow();
  let handle = await build(inForce);
  return async (event, context) => {
    const found = await follow();
    if (found !== inForce && !isSame(found, inForce))
      try {
        handle = await build(found);
        inForce = found;
      } catch (error) {
        telemetry.error('The new configuration could not be taken; the one in force stays.', error);
      }
    return handle(event, context);
  };
}

const isSame = (one: ConfigurationInForce, other: ConfigurationInForce) =>
  one.origin.version === other.origin.version &&
  one.origin.refused?.version === other.origin.refused?.version &&
  one.accounts === other.accounts;

/** The configuration that was deployed together with this function, and no other. Throws ConfigError. */
export async function readConfiguration(
  source: ConfigurationSource,
  expectedHash: string,
): Promise<Configuration> {
  const text = await source.read();
  const hash = hashText(text);
  if (hash === expectedHash) return parseShippedConfiguration(text);
  throw new ConfigError({
    where: 'The deployed configuration',
    what: `Its SHA-256 is ${hash}, where this function was deployed with ${expectedHash}.`,
    fix: 'Deploy azfed again.',
  });
}

/** Work on one event. What it rejects with is for Lambda to see. */
export type Handle<Event, Result> = (event: Event, context: Context) => Promise<Result>;

/** Logs what escapes, and hands over metrics at the end either way. Events are never logged: they hold what others write. */
export function withTelemetry<Event, Result>(telemetry: Telemetry, handle: Handle<Event, Result>) {
  const flush = () => {
    telemetry.flush();
  };
  const handler = middy<Event, Result>()
    .use({ after: flush, onError: flush })
    .use({
      onError: ({ error }) => {
        telemetry.error('The invocation failed.', error);
      },
    })
    .handler(handle);
  return (event: Event, context: Context) =>
    withLogFields({ requestId: context.awsRequestId }, () => handler(event, context));
}

/** What the stack says of itself. One of the release before says nothing. */
interface StackIdentity {
  readonly release?: string;
  readonly settings?: StackSettings;
  readonly configurationBucket?: string;
}

/** What every function is built from. */
export interface Runtime<Name extends Setting> {
  readonly environment: FunctionEnvironment<Name>;
  readonly configuration: Configuration;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  readonly endpoints?: EndpointOverrides;
}

/** With what a function can say of its deployment. */
export interface DeployedRuntime<Name extends Setting> extends Runtime<Name>, ConfigurationInForce {
  /** What the stack was deployed with. */
  readonly deployed: ConfigurationInForce;
  readonly stack: StackIdentity;
}
