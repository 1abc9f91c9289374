/** Epoch milliseconds, never NaN: what the clock gives, and what the edges make of the text of a time. */
export type Instant = number;

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
/** What the TTL of DynamoDB and periods of CloudWatch count in. */
export const DAY_SECONDS = DAY_MS / SECOND_MS;

const units: Readonly<Record<string, number>> = { s: SECOND_MS, m: MINUTE_MS, h: HOUR_MS, d: DAY_MS };

/** Milliseconds of `15s`, `5m`, `1h` or `2d`; NaN for any other text. */
export function parseDuration(text: string): number {
  const [, count = '', unit = ''] = /^(\d+)([smhd])$/.exec(text) ?? [];
  return Number(count) * (units[unit] ?? NaN);
}

/** How long, in one unit: `45s`, `12m`, `5h`, `37d`. */
export function formatAge(milliseconds: number): string {
  const unit = (['d', 'h', 'm'] as const).find((one) => milliseconds >= (units[one] ?? NaN)) ?? 's';
  return `${Math.floor(milliseconds / (units[unit] ?? NaN))}${unit}`;
}

/** Epoch milliseconds as records, events and documents spell them: `2026-11-22T13:00:00.000Z`. */
export const formatInstant = (time: Instant): string => new Date(time).toISOString();

/** The day of it in UTC: `2026-11-22`. */
export const formatDate = (time: Instant): string => formatInstant(time).slice(0, 10);

/** A time, or its ISO text, as people read it: `2026-11-22 13:00 UTC`. */
export const timeText = (time: Instant | string): string =>
  `${(typeof time === 'string' ? time : formatInstant(time)).slice(0, 16).replace('T', ' ')} UTC`;
