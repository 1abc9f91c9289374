const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** With its zone: a time without one would be another time on another machine. */
const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)$/;

/** When `4h`, `2d`, `30m` from now is, or a time as ISO 8601 has it, as ISO text; empty when it is neither. */
export function parseUntil(typed: string, now: number): string {
  const [, count, unit = ''] = /^(\d{1,6})([mhd])$/.exec(typed) ?? [];
  const time = isoTime.test(typed) ? Date.parse(typed) : now + Number(count) * (units[unit] ?? NaN);
  return Number.isNaN(time) ? '' : new Date(time).toISOString();
}
