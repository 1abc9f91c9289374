import { element, moment } from './elements.ts';
import type { Tone } from './report.ts';
import { report, selectTone } from './report.ts';

/** What the report is, whether it is whole, and what is held back. */
export function heading(): HTMLElement {
  const what = 'Azure DevOps service connections and the AWS roles that trust them, as seen at ';
  return element('header', {}, [
    element('h1', {}, ['azfed report']),
    element('p', { class: 'faint' }, [what, moment(report.madeAt), ' UTC']),
    ...report.unread.map((says) =>
      element('p', { class: 'notice bad', role: 'alert' }, [
        `Not everything could be read, so this is not complete: ${says}`,
      ]),
    ),
    ...report.notices.map((says) => element('p', { class: 'notice' }, [says])),
  ]);
}

/** The numbers to see first. */
export function tiles(): HTMLElement {
  const { connections, coverage, findings, staticKeys } = report;
  const toned = (tone: Tone) => connections.filter((one) => selectTone(one) === tone).length;
  const figures = [
    [connections.length, 'with a role'],
    [toned('ok'), 'in order'],
    [toned('bad'), 'changed by somebody'],
    [coverage.missing + coverage.notShown, 'missing or not shown'],
    [connections.filter(({ held }) => held !== null).length, 'held'],
    [staticKeys.length, 'still with keys'],
    [findings.filter(({ severity, accepted }) => severity !== 'info' && !accepted).length, 'findings'],
  ] as const;
  return element(
    'ul',
    { class: 'tiles', 'aria-label': 'In numbers' },
    figures.map(([count, says]) =>
      element('li', {}, [element('b', {}, [count.toLocaleString('en-US')]), says]),
    ),
  );
}
