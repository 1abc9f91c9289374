import type { ReportedEvent } from '../../application/reporting/report-document.ts';
import { counted, drawing, element, moment, section, buildTable } from './elements.ts';
import { connectionLink, report } from './report.ts';
import { DAY_MS } from '../../domain/kernel/durations.ts';
const DAYS = 30;
const SHOWN = 200;

/** What was told of late: by day, and one by one. */
export function happenings(): HTMLElement {
  const { events } = report;
  const title = 'What happened';
  if (events.length === 0)
    return section(title, 'events', [element('p', { class: 'faint' }, ['There are no events yet.'])]);
  const rows = events
    .slice(0, SHOWN)
    .map((event) => [
      moment(event.time),
      event.connectionId === '' ? 'the deployment' : connectionLink(event.connectionId),
      describeEvent(event),
      event.by,
      event.done,
    ]);
  return section(title, 'events', [
    trend(),
    buildTable(['When (UTC)', 'Where', 'What', 'By whom', 'Then'], rows, 'events'),
  ]);
}

/** The same of one connection. */
export function buildEventTable(connectionId: string, labelledBy: string): HTMLElement | undefined {
  const events = report.events.filter((event) => event.connectionId === connectionId);
  if (events.length === 0) return undefined;
  const rows = events.map((event) => [moment(event.time), describeEvent(event), event.by, event.done]);
  return buildTable(['When (UTC)', 'What', 'By whom', 'Then'], rows, labelledBy);
}

function describeEvent({ reason, meaning }: ReportedEvent): HTMLElement {
  if (reason === '') return element('span', {}, [meaning]);
  return element('span', {}, [reason, element('p', { class: 'faint' }, [meaning])]);
}

/** Drift and repairs by day, where there were any. */
function trend(): HTMLElement | '' {
  const today = Math.floor(Date.parse(report.madeAt) / DAY_MS);
  const toDay = ({ time }: ReportedEvent) => Math.floor(Date.parse(time) / DAY_MS);
  const ofDrift = report.events.filter(({ type }) => /drift|repaired/.test(type)).map(toDay);
  const counts = Array.from({ length: DAYS }, (_, index) => {
    const day = today - DAYS + 1 + index;
    return { day, count: ofDrift.filter((one) => one === day).length };
  });
  const most = Math.max(1, ...counts.map(({ count }) => count));
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return '';
  const bars = counts.map(({ day, count }, index) => {
    const height = Math.max(1, (count / most) * 80);
    const date = new Date(day * DAY_MS).toISOString().slice(0, 10);
    return drawing('rect', { x: index * 36 + 2, y: 92 - height, width: 30, height, rx: 2 }, [
      drawing('title', {}, [`${date}: ${counted(count, 'event')}`]),
    ]);
  });
  const says = `Drift and repairs by day, the last ${DAYS} days: ${counted(total, 'event')}, at most ${most} a day`;
  const attributes = {
    viewBox: '0 0 1080 100',
    preserveAspectRatio: 'none',
    role: 'img',
    'aria-label': says,
  };
  return element('figure', { class: 'card bars' }, [
    element('figcaption', { class: 'faint' }, [says]),
    drawing('svg', attributes, bars),
  ]);
}
