import type { DenyWindow } from '../../../../shared/domain/configuration/deny-window.ts';
import { openWindow } from '../../../../shared/domain/configuration/deny-window.ts';

const xmas: DenyWindow = {
  name: 'xmas',
  from: '2026-12-20T00:00:00+01:00',
  until: '2027-01-05T00:00:00+01:00',
};
const weekend: DenyWindow = {
  name: 'weekend',
  days: ['fri', 'sat'],
  from: '16:00',
  to: '08:00',
  timeZone: 'Europe/Zurich',
};
const weekly = (fields: Partial<Extract<DenyWindow, { days: unknown }>>): DenyWindow => ({
  ...weekend,
  days: ['sun'],
  ...fields,
});
const isOpen = (window: DenyWindow, at: string) => openWindow([window], Date.parse(at)) === window;

describe('a window that comes once', () => {
  it.each([
    ['2026-12-19T22:59:59Z', false],
    ['2026-12-19T23:00:00Z', true],
    ['2026-12-31T12:00:00Z', true],
    ['2027-01-04T22:59:59Z', true],
    ['2027-01-04T23:00:00Z', false],
  ])('at %s: %s', (at, expected) => {
    expect(isOpen(xmas, at)).toBe(expected);
  });
});

describe('a weekly window over midnight', () => {
  it.each([
    ['Friday, before it begins', '2026-11-20T15:59:59+01:00', false],
    ['Friday, when it begins', '2026-11-20T16:00:00+01:00', true],
    ['Saturday morning, of the Friday before', '2026-11-21T07:59:59+01:00', true],
    ['Saturday, between the two', '2026-11-21T08:00:00+01:00', false],
    ['Sunday morning, of the Saturday before', '2026-11-22T07:59:59+01:00', true],
    ['Sunday, when it has ended', '2026-11-22T08:00:00+01:00', false],
    ['Sunday evening', '2026-11-22T20:00:00+01:00', false],
    ['Thursday evening', '2026-11-19T20:00:00+01:00', false],
  ])('%s: %s', (_when, at, expected) => {
    expect(isOpen(weekend, at)).toBe(expected);
  });
});

describe('a weekly window', () => {
  const noon = weekly({ from: '11:00', to: '13:00' });
  const wholeDay = weekly({ from: '00:00', to: '00:00' });

  it.each<[string, DenyWindow, string, boolean]>([
    ['begins within a day', noon, '2026-11-22T11:00:00+01:00', true],
    ['ends within a day', noon, '2026-11-22T13:00:00+01:00', false],
    ['goes by the clock there in winter', noon, '2026-11-22T10:00:00Z', true],
    ['goes by the clock there in summer', noon, '2026-07-19T09:00:00Z', true],
    [
      'goes by the calendar there',
      weekly({ ...noon, timeZone: 'Pacific/Auckland' }),
      '2026-11-21T22:30:00Z',
      true,
    ],
    [
      'goes by the calendar there, not by ours',
      weekly({ ...noon, timeZone: 'Pacific/Auckland' }),
      '2026-11-22T22:30:00Z',
      false,
    ],
    ['lasts a day when it ends as it begins', wholeDay, '2026-11-22T23:59:59+01:00', true],
    ['lasts no longer than that', wholeDay, '2026-11-23T00:00:00+01:00', false],
    [
      'knows half hours of offset',
      weekly({ ...noon, timeZone: 'Asia/Kolkata' }),
      '2026-11-22T05:30:00Z',
      true,
    ],
  ])('%s', (_what, window, at, expected) => {
    expect(isOpen(window, at)).toBe(expected);
  });
});

/** In Zurich clocks go from 02:00 to 03:00 on 2026-03-29 and from 03:00 back to 02:00 on 2026-10-25, both at 01:00 UTC. */
describe('a weekly window on the day on which clocks change', () => {
  it.each<[string, Parameters<typeof weekly>[0], string, boolean]>([
    [
      'spring: 01:00 to 04:00 is two hours, from',
      { from: '01:00', to: '04:00' },
      '2026-03-29T00:00:00Z',
      true,
    ],
    ['spring: 01:00 to 04:00 is two hours, to', { from: '01:00', to: '04:00' }, '2026-03-29T01:59:59Z', true],
    [
      'spring: 01:00 to 04:00 is two hours, then',
      { from: '01:00', to: '04:00' },
      '2026-03-29T02:00:00Z',
      false,
    ],
    [
      'spring: a beginning that is left out is early',
      { from: '02:30', to: '04:00' },
      '2026-03-29T00:30:00Z',
      true,
    ],
    ['spring: and no earlier', { from: '02:30', to: '04:00' }, '2026-03-29T00:29:59Z', false],
    ['spring: an end that is left out is late', { from: '01:00', to: '02:30' }, '2026-03-29T01:29:59Z', true],
    ['spring: and no later', { from: '01:00', to: '02:30' }, '2026-03-29T01:30:00Z', false],
    ['autumn: it begins the first time', { from: '02:30', to: '02:45' }, '2026-10-25T00:30:00Z', true],
    ['autumn: it goes on in between', { from: '02:30', to: '02:45' }, '2026-10-25T01:10:00Z', true],
    ['autumn: it ends the second time', { from: '02:30', to: '02:45' }, '2026-10-25T01:44:59Z', true],
    ['autumn: and no later', { from: '02:30', to: '02:45' }, '2026-10-25T01:45:00Z', false],
    ['autumn: and began no earlier', { from: '02:30', to: '02:45' }, '2026-10-25T00:29:59Z', false],
    [
      'autumn: over midnight before it',
      { days: ['sat'], from: '16:00', to: '08:00' },
      '2026-10-25T06:59:59Z',
      true,
    ],
    [
      'autumn: and not after its end',
      { days: ['sat'], from: '16:00', to: '08:00' },
      '2026-10-25T07:00:00Z',
      false,
    ],
  ])('%s', (_what, fields, at, expected) => {
    expect(isOpen(weekly(fields), at)).toBe(expected);
  });
});

it('is found among several, and not where none is open', () => {
  expect(openWindow([xmas, weekend], Date.parse('2026-11-20T20:00:00Z'))).toBe(weekend);
  expect(openWindow([xmas, weekend], Date.parse('2026-11-23T20:00:00Z'))).toBeUndefined();
  expect(openWindow([], Date.parse('2026-12-24T20:00:00Z'))).toBeUndefined();
});
