import type { LogFields, Telemetry } from '../../shared/ports/clock.ts';

interface LogLine extends Readonly<Record<string, LogFields[string]>> {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
}

export interface MemoryTelemetry extends Telemetry {
  /** Oldest first; of an error what `String` makes of it. */
  readonly lines: readonly LogLine[];
  /** What a metric has come to, whatever its dimensions. */
  total(metric: { readonly name: string }): number;
}

export function createMemoryTelemetry(): MemoryTelemetry {
  const lines: LogLine[] = [];
  const totals = new Map<string, number>();
  return {
    lines,
    total: ({ name }) => totals.get(name) ?? 0,
    info(message, fields) {
      lines.push({ ...fields, level: 'info', message });
    },
    warn(message, fields) {
      lines.push({ ...fields, level: 'warn', message });
    },
    error(message, error, fields) {
      lines.push({ ...fields, level: 'error', message, error: String(error) });
    },
    add({ name }, value = 1) {
      totals.set(name, (totals.get(name) ?? 0) + value);
    },
    flush() {
      // Totals are kept: a test asks for them at its end.
    },
  };
}
