import type { Complaint } from './complaint.ts';
import type { Outline } from './outline.ts';
import { isMoment, isWallTime } from './window-schema.ts';

type WindowOutline = Outline['denyWindows'][number];

const weekly = ['days', 'to', 'timeZone'] as const;

/** A window comes once or every week, and has all fields of its kind and none of the other. */
export function checkWindow(window: WindowOutline, index: number): readonly Complaint[] {
  const path = ['denyWindows', index];
  const complain = (what: string, fix: string, ...key: readonly string[]): readonly Complaint[] => [
    { path: [...path, ...key], at: 'value', what, fix },
  ];
  const given = weekly.filter((key) => window[key] !== undefined);
  if (window.until !== undefined) {
    if (given.length > 0)
      return complain(
        `It has \`until\` and \`${given.join('`, `')}\`.`,
        'Give `until` for a window that comes once, or `days`, `to` and `timeZone` for a weekly one.',
      );
    return checkOnce(window, complain);
  }
  if (given.length === 0)
    return complain('It has no end.', 'Give `until`; or `days`, `to` and `timeZone` for a weekly window.');
  const missing = weekly.filter((key) => window[key] === undefined);
  if (missing.length > 0)
    return complain(
      `It has no \`${missing.join('` and no `')}\`.`,
      'A weekly window has `days`, `from`, `to` and `timeZone`.',
    );
  if (window.from === undefined || !isMoment(window.from)) return [];
  return complain('`from` is a moment, but the window is a weekly one.', 'Write HH:MM in quotes.', 'from');
}

function checkOnce(
  { from, until }: WindowOutline,
  complain: (what: string, fix: string, key: string) => readonly Complaint[],
): readonly Complaint[] {
  if (from === undefined || typeof until !== 'string') return [];
  if (isWallTime(from))
    return complain(
      '`from` is a time of the day, but the window comes once.',
      'Write a moment with its offset, such as 2026-12-20T00:00:00+01:00.',
      'from',
    );
  if (!isMoment(from) || !isMoment(until) || Date.parse(from) < Date.parse(until)) return [];
  return complain('`until` is not later than `from`.', 'Give a later one.', 'until');
}
