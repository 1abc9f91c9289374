import type { ReportedEvent } from '../../application/reporting/reported-events.ts';
import { groupItems } from '../../domain/kernel/group-by.ts';
import { formatDay } from '../title.ts';
import { buildLink } from './detail-actions.ts';
import {
  buildMoreButton,
  buildTable,
  connectionLink,
  countedText,
  element,
  goToSection,
  moment,
  section,
} from './elements.ts';
import { report } from './report.ts';
import { eventKeys, type View } from '../view-keys.ts';
import { changeView, watchView } from './view.ts';

/** What an event is about, by its type: the first that matches. */
const kinds = [
  ['drift', /drift/],
  ['repaired', /repaired/],
  ['created', /federated|created|restored|adopted/],
  ['changed', /changed|renamed/],
  ['closed', /closed|deleted|replaced|recreated|released/],
  ['held', /held|disputed|breaker/],
  ['failed', /failed|unreadable|lost|disabled/],
  ['other', /./],
] as const;

type EventKind = (typeof kinds)[number][0];

const selectKind = ({ type }: ReportedEvent): EventKind =>
  kinds.find(([, form]) => form.test(type))?.[0] ?? 'other';

const selectDay = ({ time }: ReportedEvent) => time.slice(0, 10);

/** Days that are open at first. */
const OPEN_DAYS = 2;
/** Events of a run that are shown at first. */
const FIRST_EVENTS = 20;

/** What happened of late: folded by day, grouped by run. */
export function happenings(): HTMLElement {
  const title = 'What happened';
  if (report.events.length === 0)
    return section(title, 'events', [element('p', { class: 'faint' }, ['There are no events yet.'])]);
  const host = element('div', { class: 'days' });
  const status = element('p', { class: 'faint', role: 'status' });
  const { controls, show: showControls } = buildControls(status);
  let shown: string | undefined;
  const show = (view: View, isByLink: boolean) => {
    const key = JSON.stringify(eventKeys.map((one) => view[one]));
    if (key !== shown) {
      shown = key;
      showControls(view);
      const found = report.events.filter((event) => isAsked(event, view));
      status.textContent = countedText(found.length, 'event');
      const days = [...groupItems(found, selectDay)];
      host.replaceChildren(...days.map(([day, events], at) => buildDay(day, events, at < OPEN_DAYS)));
    }
    if (isByLink && eventKeys.some((one) => view[one] !== undefined)) goToSection('events');
  };
  watchView(show);
  return section(title, 'events', [controls, host]);
}

const isAsked = (event: ReportedEvent, { event: kind, day, run }: View): boolean =>
  (kind === undefined || selectKind(event) === kind) &&
  (day === undefined || selectDay(event) === day) &&
  (run === undefined || event.run?.id === run);

function buildControls(status: HTMLElement) {
  const counts = groupItems(report.events, selectKind);
  const options = kinds.flatMap(([kind]) => {
    const count = counts.get(kind)?.length ?? 0;
    return count > 0
      ? [element('option', { value: kind }, [`${kind} (${count.toLocaleString('en-US')})`])]
      : [];
  });
  const select = element('select', { 'aria-label': 'Kind of event' }, [
    element('option', { value: '' }, ['Every kind']),
    ...options,
  ]);
  select.addEventListener('change', () => {
    changeView({ event: select.value });
  });
  const clear = element('button', { type: 'button', class: 'chip' });
  clear.addEventListener('click', () => {
    changeView({ day: '', run: '', event: '' });
  });
  const controls = element('div', { class: 'tools', role: 'group', 'aria-label': 'Filter events' }, [
    element('label', {}, [select]),
    status,
    clear,
  ]);
  const show = ({ event = '', day, run }: View) => {
    select.value = event;
    select.classList.toggle('set', event !== '');
    clear.hidden = day === undefined && run === undefined;
    clear.textContent = `Only ${run === undefined ? formatDay(day ?? '') : 'one run'} ✕`;
  };
  return { controls, show };
}

function buildDay(day: string, events: readonly ReportedEvent[], isOpen: boolean): HTMLElement {
  const tally = [...groupItems(events, selectKind)].map(
    ([kind, some]) => `${some.length.toLocaleString('en-US')} ${kind}`,
  );
  const runs = [...groupItems(events, ({ run, time }) => run?.id ?? time).values()];
  return element('details', { class: 'card day', open: isOpen ? '' : undefined }, [
    element('summary', {}, [
      element('b', {}, [formatDay(day)]),
      ' ',
      element('span', { class: 'faint' }, [tally.join(', ')]),
    ]),
    ...runs.map(buildRun),
  ]);
}

function buildRun(events: readonly ReportedEvent[]): HTMLElement {
  const [first] = events;
  const who =
    first?.run === undefined
      ? 'between runs'
      : `${first.run.trigger === 'person' ? 'run by a person' : 'scheduled run'}, ${countedText(events.length, 'event')}`;
  const list = element('ul', {}, events.slice(0, FIRST_EVENTS).map(buildEvent));
  const rest = events.slice(FIRST_EVENTS);
  return element('div', { class: 'run' }, [
    element('p', { class: 'faint' }, [moment(first?.time ?? ''), ` UTC, ${who}`]),
    list,
    ...buildMoreButton(rest.length, () => {
      list.append(...rest.map(buildEvent));
    }),
  ]);
}

function buildEvent(event: ReportedEvent): HTMLElement {
  const { connectionId, title, meaning, reason } = event;
  const place = connectionId === '' ? undefined : connectionLink(connectionId);
  return element('li', { class: selectKind(event) }, [
    element('span', { class: 'what' }, [title ?? meaning]),
    ...(reason === '' ? [] : [element('span', { class: 'faint' }, [reason])]),
    element('span', { class: 'who' }, [...(place ? [place, ' '] : []), ...describeActor(event)]),
  ]);
}

const describeActor = ({ by, done, link }: ReportedEvent): readonly (Node | string)[] => [
  ...(by === '' ? [] : [`by ${by} `]),
  ...(done === '' ? [] : [element('span', { class: 'outcome' }, [done]), ' ']),
  ...(link === undefined ? [] : [buildLink(link, 'in the log')]),
];

/** The same of one connection. */
export function buildEventTable(connectionId: string, labelledBy: string): HTMLElement | undefined {
  const events = report.events.filter((event) => event.connectionId === connectionId);
  if (events.length === 0) return undefined;
  const rows = events.map((event) => [
    moment(event.time),
    element('span', {}, [
      event.title ?? event.meaning,
      ...(event.reason === '' ? [] : [element('p', { class: 'faint' }, [event.reason])]),
    ]),
    event.by === '' && event.link === undefined
      ? ''
      : element('span', {}, [
          event.by,
          ' ',
          ...(event.link === undefined ? [] : [buildLink(event.link, 'in the log')]),
        ]),
    event.done,
  ]);
  return buildTable(['When (UTC)', 'What', 'By whom', 'Outcome'], rows, labelledBy);
}
