import type { Severity } from '../../../shared/domain/kernel/severity.ts';
import type { Style } from './style.ts';

export function severityColours(style: Style): Readonly<Record<Severity, (text: string) => string>> {
  return {
    critical: style.red,
    high: style.red,
    medium: style.yellow,
    low: style.cyan,
    info: style.dim,
  };
}
