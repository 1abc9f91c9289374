import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createHash } from 'node:crypto';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { createS3Configuration } from '../../shared/adapters/s3/s3-report-store.ts';
import { systemClock } from '../../shared/adapters/system/system-clock.ts';
import { createPowertoolsTelemetry } from '../../shared/adapters/telemetry/powertools-telemetry.ts';
import { withLogFields } from '../../shared/adapters/telemetry/log-fields.ts';
import type { Setting, FunctionEnvironment } from '../../shared/config/function-environment.ts';
import {
  endpointOfS3,
  readFunctionEnvironment,
  readMetricsNamespace,
} from '../../shared/config/function-environment.ts';
import { withoutSecrets } from '../../shared/config/url-rules.ts';
import { parseShippedConfiguration } from '../../shared/config/shipped-configuration.ts';
import type { Configuration } from '../../shared/domain/configuration/configuration.ts';
import { ConfigError } from '../../shared/domain/kernel/errors.ts';
import type { ConfigurationSource, Telemetry, Clock } from '../../shared/ports/clock.ts';
import type { EndpointOverrides } from './connect.ts';

const ofAll = ['configurationBucket', 'configurationKey', 'configurationHash'] as const;

/**
 * The cold start of a function. `wanted`: the settings that it needs beyond those of all.
 * Where something is missing it says so in one line and rejects: Lambda then takes no event for it.
 */
export async function startFunction<Name extends Setting, Event, Result>(
  service: string,
  wanted: readonly Name[],
  build: (runtime: Runtime<Name>) => Promise<Handle<Event, Result>>,
) {
  const telemetry = createPowertoolsTelemetry({
    service,
    namespace: readMetricsNamespace(),
    redact: withoutSecrets,
  });
  try {
    const environment = readFunctionEnvironment([...ofAll, ...wanted]);
    const source = createS3Configuration({
      bucket: environment.configurationBucket,
      key: environment.configurationKey,
      client: new DynamoDBClient(),
      clock: systemClock,
      ...endpointOfS3(),
    });
    const configuration = await readConfiguration(source, environment.configurationHash);
    const handle = await build({ environment, configuration, telemetry, clock: systemClock });
    return withTelemetry(telemetry, handle);
  } catch (error) {
    telemetry.error('The function cannot start.', error);
    throw error;
  }
}

/** The configuration that was deployed together with this function, and no other. Throws ConfigError. */
export async function readConfiguration(
  source: ConfigurationSource,
  expectedHash: string,
): Promise<Configuration> {
  const text = await source.read();
  const hash = createHash('sha256').update(text).digest('hex');
  if (hash === expectedHash) return parseShippedConfiguration(text);
  throw new ConfigError([
    {
      where: 'The deployed configuration',
      what: `Its SHA-256 is ${hash}, where this function was deployed with ${expectedHash}.`,
      fix: 'Deploy azfed again.',
    },
  ]);
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

/** What every function is built from. */
export interface Runtime<Name extends Setting> {
  readonly environment: FunctionEnvironment<Name>;
  readonly configuration: Configuration;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  readonly endpoints?: EndpointOverrides;
}
