import type { ReportDocument } from '../application/reporting/report-document.ts';
import { inert } from '../domain/kernel/sanitize.ts';

const counted = (count: number, noun: string) =>
  `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;

const MOST_NAMES = 3;

/** `contoso: 13 connections, 2 accounts`. */
export function formatTitle({ connections, accounts, organizations }: ReportDocument): string {
  const known = organizations?.map(({ name }) => name) ?? connections.map(({ organization }) => organization);
  const names = [...new Set(known)];
  const who = names.length > MOST_NAMES ? counted(names.length, 'organization') : names.join(', ') || 'azfed';
  const places = accounts?.length ?? new Set(connections.map(({ account }) => account)).size;
  return inert(`${who}: ${counted(connections.length, 'connection')}, ${counted(places, 'account')}`);
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `29 Nov 2026`; in UTC, as everything here. */
export function formatDay(iso: string): string {
  const [year = '', month = '', day = ''] = iso.slice(0, 10).split('-');
  return `${Number(day)} ${months[Number(month) - 1] ?? ''} ${year}`;
}

/** `29 Nov 2026 16:53 UTC`. */
export const formatMoment = (iso: string): string => `${formatDay(iso)} ${iso.slice(11, 16)} UTC`;
