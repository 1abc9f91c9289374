import pc from 'picocolors';
import type { Severity } from '../../../shared/domain/kernel/severity.ts';

/** Colours, or none: never in pipes, files, or where NO_COLOR is set. */
export type Style = ReturnType<typeof pc.createColors>;

export function createStyle(isColoured: boolean): Style {
  return pc.createColors(isColoured);
}

/** Account, path and name of a role: `123456789012/ci/deploy`. */
export const shortenRoleArn = (arn: string): string => arn.replace(/^arn:[^:]+:iam::(\d{12}):role/, '$1');

export function severityColours(style: Style): Readonly<Record<Severity, (text: string) => string>> {
  return {
    critical: style.red,
    high: style.red,
    medium: style.yellow,
    low: style.cyan,
    info: style.dim,
  };
}
