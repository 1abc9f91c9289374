import pc from 'picocolors';
import type { Severity } from '../../../shared/domain/kernel/severity.ts';

/** Colours, or none: never in pipes, files, or where NO_COLOR is set. */
export type Style = ReturnType<typeof pc.createColors>;

export const createStyle = (isColoured: boolean): Style => pc.createColors(isColoured);

/** Account, path and name of a role: `123456789012/ci/deploy`. */
export const shortenRoleArn = (arn: string): string => arn.replace(/^arn:[^:]+:iam::(\d{12}):role/, '$1');

export const severityColours = (style: Style): Readonly<Record<Severity, (text: string) => string>> => ({
  critical: style.red,
  high: style.red,
  medium: style.yellow,
  low: style.cyan,
  info: style.dim,
});
