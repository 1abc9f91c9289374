import * as z from 'zod';
import { weekdays } from '../domain/configuration/deny-window.ts';
import { exactlyOne, plainName, ruled } from './field.ts';

const moment = z.iso.datetime({ offset: true });
const wallTime = /^(?:[01]\d|2[0-3]):[0-5]\d$/;

export const isMoment = (text: string) => moment.safeParse(text).success;
export const isWallTime = (text: string) => wallTime.test(text);

/** An offset such as +01:00 is no zone: it knows nothing of summer time. */
function problemOfTimeZone(name: string): string | undefined {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]*$/.test(name)) return 'is not the IANA name of a time zone';
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    return undefined;
  } catch {
    return 'is not the IANA name of a time zone';
  }
}

export const denyWindow = z
  .strictObject({
    name: plainName.describe('Name of the window.'),
    from: ruled((text) =>
      isMoment(text) || isWallTime(text) ? undefined : 'is neither a moment nor a time of the day',
    ).describe(
      'When it begins: a moment with its offset, such as 2026-12-20T00:00:00+01:00; or HH:MM in quotes, with `days`.',
    ),
    until: ruled((text) => (isMoment(text) ? undefined : 'is not a moment with an offset'))
      .optional()
      .describe('When a window that comes once ends: such as 2027-01-05T00:00:00+01:00.'),
    days: z
      .array(z.enum(weekdays).describe('A day: sun, mon, tue, wed, thu, fri, sat.'))
      .min(1)
      .optional()
      .describe('The days of the week on which it begins: a list such as [fri, sat].'),
    to: ruled((text) => (isWallTime(text) ? undefined : 'is not a time of the day'))
      .optional()
      .describe(
        'When a weekly window ends: HH:MM in quotes; on the next day unless it is later than `from`.',
      ),
    timeZone: ruled(problemOfTimeZone)
      .optional()
      .describe('Whose clock a weekly window goes by: an IANA name, such as Europe/Zurich.'),
  })
  .meta({
    title: 'Deny window',
    description: 'Once: { name, from, until }. Every week: { name, days, from, to, timeZone }.',
    ...exactlyOne('until', 'days'),
  });
