import type { Setting } from '../../shared/config/function-environment.ts';
import type { FunctionEnvironment } from '../../shared/config/function-environment.ts';
import type { Configuration } from '../../shared/domain/configuration/configuration.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Telemetry } from '../../shared/ports/telemetry.ts';
import type { EndpointOverrides } from './outside.ts';

/** What every function is built from. */
export interface Runtime<Name extends Setting> {
  readonly environment: FunctionEnvironment<Name>;
  readonly configuration: Configuration;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  readonly endpoints?: EndpointOverrides;
}
