import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { LogFields, Telemetry } from '../../ports/telemetry.ts';
import { describeError } from './error-fields.ts';

export interface PowertoolsTelemetryOptions {
  /** Name of the function: a field of every line, a dimension of every metric. */
  readonly service: string;
  readonly namespace: string;
  /** Takes out of a text whatever looks like a secret. Run over every text that is logged. */
  readonly redact: (text: string) => string;
}

/** Lines of JSON on standard output; metrics among them, in CloudWatch's embedded metric format. */
export function createPowertoolsTelemetry(options: PowertoolsTelemetryOptions): Telemetry {
  const { service, namespace, redact } = options;
  const logger = new Logger({
    serviceName: service,
    jsonReplacerFn: (_key, value) => (typeof value === 'string' ? redact(value) : value),
  });
  const metrics = new Metrics({ namespace, serviceName: service });
  return {
    info(message, fields = {}) {
      logger.info(message, withoutGaps(fields));
    },
    warn(message, fields = {}) {
      logger.warn(message, withoutGaps(fields));
    },
    error(message, error, fields = {}) {
      logger.error(message, { ...withoutGaps(fields), failure: describeError(error) });
    },
    add({ name, unit }, value = 1, dimensions) {
      if (dimensions === undefined) {
        metrics.addMetric(name, unit, value);
        return;
      }
      metrics
        .singleMetric()
        .addDimensions({ ...dimensions })
        .addMetric(name, unit, value);
    },
    flush() {
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
    },
  };
}

function withoutGaps(fields: LogFields) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
