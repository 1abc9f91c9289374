import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createS3Configuration } from '../../shared/adapters/s3/s3-configuration.ts';
import { systemClock } from '../../shared/adapters/system/system-clock.ts';
import { createPowertoolsTelemetry } from '../../shared/adapters/telemetry/powertools-telemetry.ts';
import type { Setting } from '../../shared/config/function-environment.ts';
import { endpointOfS3, readFunctionEnvironment } from '../../shared/config/function-environment.ts';
import { withoutSecrets } from '../../shared/config/secret-pattern.ts';
import { metricsNamespace } from '../../shared/contract/metrics.ts';
import { readConfiguration } from './configuration.ts';
import type { Runtime } from './runtime.ts';
import type { Handle } from './with-telemetry.ts';
import { withTelemetry } from './with-telemetry.ts';

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
    namespace: metricsNamespace,
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
