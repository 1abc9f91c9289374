import { RETIRED_ISSUER_ENDS } from '../../domain/issuers/issuer.ts';
import { DAY_MS, formatAge } from '../../domain/kernel/durations.ts';
import { formatMoment, formatTitle } from '../title.ts';
import { countedText, element, moment } from './elements.ts';
import { countWord, report, rows, type Flag } from './report.ts';
import { writeVerdict } from '../verdict.ts';
import type { View } from '../view-keys.ts';
import { formatViewHref } from './view.ts';

const countFlag = (flag: Flag) => rows.filter(({ flags }) => flags.has(flag)).length;

/** What the report is of, how it stands, whether the report is whole, and what is held back. */
export function heading(): HTMLElement {
  return element('header', {}, [
    element('p', { class: 'brand' }, [
      element('b', {}, ['azfed']),
      ' ',
      element('time', { datetime: report.madeAt }, [formatMoment(report.madeAt)]),
    ]),
    element('h1', {}, [formatTitle(report)]),
    verdict(),
    ...report.unread.map((says) =>
      element('p', { class: 'notice bad', role: 'alert' }, [
        element('b', {}, ['Not everything could be read, so this page is not complete. ']),
        says,
      ]),
    ),
    ...report.notices.map((says) => element('p', { class: 'notice' }, [says])),
  ]);
}

function verdict(): HTMLElement {
  const retiring = report.issuers.filter(({ trusted }) => trusted?.length === 1 && trusted[0] === 'vstoken');
  const parts = writeVerdict({
    connections: rows.length,
    ok: countWord(rows, 'ok'),
    open: countFlag('open'),
    openProject: countFlag('open-project'),
    drifted: countWord(rows, 'drifted'),
    waiting: countFlag('waiting'),
    pending: countWord(rows, 'pending'),
    keys: countFlag('keys'),
    unknown: countWord(rows, 'unknown'),
    gaps: report.unread.length,
    retiring: retiring.length,
    daysLeft: Math.ceil((Date.parse(RETIRED_ISSUER_ENDS) - Date.parse(report.madeAt)) / DAY_MS),
  });
  const said = parts.flatMap(({ text, tone, view }) => [
    view
      ? element('a', { class: tone, href: formatViewHref(view) }, [text])
      : element('span', { class: tone }, [text]),
    ' ',
  ]);
  return element('p', { class: 'verdict' }, said);
}

interface Tile {
  readonly value: string;
  readonly says: string;
  readonly more: string;
  readonly tone: 'bad' | 'due' | 'plain' | 'calm';
  /** Left out: there is nothing to lead to. */
  readonly view?: View;
}

/** The numbers to see first; each leads to the connections that it counts. */
export function tiles(): HTMLElement {
  const all = [...buildTiles(), buildRunTile()];
  return element(
    'ul',
    { class: 'tiles', 'aria-label': 'In numbers' },
    all.map(({ value, says, more, tone, view }) =>
      element('li', {}, [
        element('a', { class: tone, href: view && formatViewHref(view) }, [
          element('span', { class: 'says' }, [says]),
          ' ',
          element('b', {}, [value]),
          ' ',
          element('span', { class: 'more' }, [more]),
        ]),
      ]),
    ),
  );
}

function buildTiles(): readonly Tile[] {
  const { findings, unread } = report;
  const federated = countFlag('federated');
  const share = rows.length === 0 ? '-' : `${Math.floor((federated / rows.length) * 100)} %`;
  const critical = findings.filter(({ severity, accepted }) => severity === 'critical' && !accepted).length;
  const [drifted, unknown] = [countWord(rows, 'drifted'), countWord(rows, 'unknown')];
  const count = (value: number, tone: 'bad' | 'due') =>
    ({ value: value.toLocaleString('en-US'), tone: value > 0 ? tone : 'calm' }) as const;
  return [
    {
      value: share,
      says: 'Federated',
      more: `${federated.toLocaleString('en-US')} of ${rows.length.toLocaleString('en-US')}, without keys`,
      tone: 'plain',
      view: { is: 'federated' },
    },
    { ...count(drifted, 'bad'), says: 'Drifted', more: 'changed in IAM', view: { state: 'drifted' } },
    {
      ...count(countFlag('critical'), 'bad'),
      says: 'Critical',
      more: countedText(critical, 'finding'),
      view: { is: 'critical' },
    },
    {
      ...count(countFlag('waiting'), 'due'),
      says: 'Waiting',
      more: 'for a person',
      view: { is: 'waiting' },
    },
    {
      ...count(countFlag('keys'), 'due'),
      says: 'Static keys',
      more: 'beside or instead',
      view: { is: 'keys' },
    },
    {
      ...count(unknown, 'due'),
      ...(unread.length > 0 ? { tone: 'due' } : {}),
      says: 'Unread',
      more: describeGaps(unknown, unread.length),
      view: { state: 'unknown' },
    },
  ];
}

/** A connection may be missing although everything that is shown was read. */
function describeGaps(connections: number, gaps: number): string {
  if (gaps > 0) return countedText(gaps, 'gap');
  return connections > 0 ? 'missing or not shown' : 'everything was read';
}

/** A run that found nothing to do leaves no record: the age is that of the last one that wrote, and failed in nothing. */
function buildRunTile(): Tile {
  const says = 'Last complete run';
  const last = report.runs.find(({ deeds }) => deeds.failed === 0);
  if (!last) return { value: '-', says, more: 'none is remembered', tone: 'calm' };
  return {
    value: formatAge(Math.max(0, Date.parse(report.madeAt) - Date.parse(last.time))),
    says,
    more: `${moment(last.time).textContent} UTC`,
    tone: 'plain',
    view: { run: last.run.id },
  };
}
