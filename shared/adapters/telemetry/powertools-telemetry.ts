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
    jsonReplacerFn: (_key, value) => (typeof value === 'string' ? seen(redact(value)) : value),
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

/** Messages of errors can quote names. What JSON leaves as it is and no screen shows as it is, is written out. */
function seen(text: string): string {
  return text.replaceAll(
    /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

function withoutGaps(fields: LogFields) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
