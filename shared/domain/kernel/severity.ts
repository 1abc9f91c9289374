/** Worst first. */
export const severities = ['critical', 'high', 'medium', 'low', 'info'] as const;

export type Severity = (typeof severities)[number];

/** How a severity sorts: the worst has the lowest rank. */
export const severityRank = (severity: Severity): number => severities.indexOf(severity);

export function selectWorstSeverity(found: readonly Severity[], otherwise: Severity): Severity {
  return severities.find((each) => found.includes(each)) ?? otherwise;
}
