import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { LogFields, Telemetry } from '../../ports/clock.ts';
import { getLogFields } from './log-fields.ts';

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
      logger.info(message, collectFields(fields));
    },
    warn(message, fields = {}) {
      logger.warn(message, collectFields(fields));
    },
    error(message, error, fields = {}) {
      const failure = describeError(error);
      const reason = failure.code ?? failure.name;
      logger.error(message, { reason, ...collectFields(fields), failure });
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

/** Those of the invocation and of the run, and those of the line; none that has no value. */
function collectFields(fields: LogFields) {
  const all = { ...getLogFields(), ...fields };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

interface ErrorFields {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  /** Lines of the stack, without the message. Of our own bugs alone: what the outside does has no place in our code. */
  readonly stack?: readonly string[];
  readonly cause?: ErrorFields;
}

const LONGEST_CHAIN = 4;
const FRAMES = 8;

/**
 * Errors of the domain are made to be shown. Of all others only the name and the place are told: their messages quote
 * what they choked on (`JSON.parse` the text, the SDK an answer), and that may be anything.
 */
export function describeError(error: unknown, depth = 1): ErrorFields {
  if (!(error instanceof Error))
    return { name: typeof error, message: 'Something else than an error was thrown.' };
  const cause =
    error.cause === undefined || depth === LONGEST_CHAIN
      ? {}
      : { cause: describeError(error.cause, depth + 1) };
  if ('source' in error && 'code' in error)
    return {
      name: error.name,
      message: error.message,
      code: String(error.code),
      ...formatStack(error, error.source === 'service'),
      ...cause,
    };
  return { name: error.name, message: '(not shown)', ...formatStack(error, true), ...cause };
}

function formatStack({ stack = '' }: Error, isWanted: boolean): Pick<ErrorFields, 'stack'> {
  if (!isWanted) return {};
  return {
    stack: stack
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line.startsWith('at '))
      .slice(0, FRAMES),
  };
}
