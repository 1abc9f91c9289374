import { stateWords, type StateWord } from '../../application/reporting/state-words.ts';
import type { ReportedFinding } from '../../application/reporting/report-document.ts';
import { findRow, severityTones, tones, type Row, type Tone } from './report.ts';
import { formatConnectionHref } from './view.ts';

type Attributes = Readonly<Record<string, string | number | undefined>>;
export type Children = readonly (Node | string)[];

const SVG = 'http://www.w3.org/2000/svg';

/** An element of HTML. Strings among the children become text and never markup: that is the one escaper of the page. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  children: Children = [],
): HTMLElementTagNameMap[Name] {
  return filled(document.createElement(name), attributes, children);
}

/** An element of SVG. */
export function drawing<Name extends keyof SVGElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  children: Children = [],
): SVGElementTagNameMap[Name] {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

function filled<Made extends Element>(made: Made, attributes: Attributes, children: Children): Made {
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined) made.setAttribute(name, String(value));
  made.append(...children);
  return made;
}

/** A part of the page with its heading. */
export function section(title: string, id: string, children: Children): HTMLElement {
  const heading = element('h2', { id, tabindex: -1 }, [title]);
  return element('section', { 'aria-labelledby': id }, [heading, ...children]);
}

/** Leads eye and keyboard to a section. */
export function goToSection(id: string): void {
  const heading = document.getElementById(id);
  heading?.scrollIntoView({ block: 'start' });
  heading?.focus({ preventScroll: true });
}

/** To the minute; in UTC, as everything here. */
export function moment(iso: string): HTMLTimeElement {
  return element('time', { datetime: iso }, [iso.slice(0, 16).replace('T', ' ')]);
}

export const countedText = (count: number, noun: string, nouns = `${noun}s`): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? noun : nouns}`;

/** A word in a colour and a shape: no state is told by colour alone. */
export const mark = (says: string, tone: Tone): HTMLElement =>
  element('span', { class: `state ${tone}` }, [says]);

const wordMark = (word: StateWord): HTMLElement => {
  const made = mark(word, tones[word]);
  made.title = stateWords[word];
  return made;
};

export const stateMark = ({ word, connection: { severity } }: Row): HTMLElement => {
  const made = wordMark(word);
  if (severity === 'critical' || severity === 'high')
    made.append(element('span', { class: 'also' }, [severity]));
  return made;
};

export const severityMark = (severity: ReportedFinding['severity']): HTMLElement =>
  mark(severity, severityTones[severity]);

/** The connection's name, leading to it; its id where the report does not hold it. */
export function connectionLink(id: string): HTMLElement | string {
  const known = findRow(id);
  return known ? element('a', { href: formatConnectionHref(id) }, [known.connection.connection]) : id;
}

/** A text of a catalogue, in which code stands between backticks. */
export const formatCode = (text: string): Children =>
  text.split('`').map((piece, at) => (at % 2 === 1 ? element('code', {}, [piece]) : piece));

/** A text with a button that copies it. */
export function copyable(text: string, says = text): HTMLElement {
  const button = element('button', { type: 'button', class: 'copy', 'aria-label': `Copy ${says}` }, ['Copy']);
  button.addEventListener('click', () => {
    void copyText(text).then((isDone) => {
      button.textContent = isDone ? 'Copied' : 'Select and copy';
      setTimeout(() => {
        button.textContent = 'Copy';
      }, 1_500);
    });
  });
  return element('span', { class: 'copyable' }, [element('code', {}, [text]), button]);
}

async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Browsers that take a file for an insecure context, and people who have forbidden it.
    return false;
  }
}

/** Rows at first; the others come by a button, so that the page opens at once. */
const FIRST_ROWS = 100;

/** `labelledBy`: id of the heading. On a narrow screen each row is a card, with the titles beside the cells. */
export function buildTable(
  heads: readonly string[],
  all: readonly Children[],
  labelledBy: string,
): HTMLElement {
  const titles = heads.map((title) => element('th', { scope: 'col', role: 'columnheader' }, [title]));
  const body = element('tbody', { role: 'rowgroup' });
  const add = (some: readonly Children[]) => {
    body.append(...some.map((cells) => buildTableRow(cells, heads)));
  };
  add(all.slice(0, FIRST_ROWS));
  const table = element('table', { role: 'table', 'aria-labelledby': labelledBy }, [
    element('thead', { role: 'rowgroup' }, [element('tr', { role: 'row' }, titles)]),
    body,
  ]);
  const attributes = { class: 'card scroll', tabindex: 0, role: 'group', 'aria-labelledby': labelledBy };
  const rest = all.slice(FIRST_ROWS);
  return element('div', attributes, [
    table,
    ...buildMoreButton(rest.length, () => {
      add(rest);
    }),
  ]);
}

function buildTableRow(cells: Children, heads: readonly string[]): HTMLElement {
  const made = cells.map((cell, at) => {
    const isEmpty = cell === '';
    const label = isEmpty ? undefined : heads[at];
    return element('td', { role: 'cell', 'data-label': label, class: at === 0 ? 'when' : undefined }, [cell]);
  });
  return element('tr', { role: 'row' }, made);
}

/** None where there is nothing more. */
export function buildMoreButton(count: number, show: () => void): readonly HTMLElement[] {
  if (count === 0) return [];
  const button = element('button', { type: 'button', class: 'show-more' }, [
    `Show ${count.toLocaleString('en-US')} more`,
  ]);
  button.addEventListener('click', () => {
    button.remove();
    show();
  });
  addEventListener('beforeprint', () => {
    if (button.isConnected) button.click();
  });
  return [button];
}

/** Draws again whenever the width of the element has changed: text in a drawing keeps its size. */
export function drawFitted(host: HTMLElement, draw: (width: number) => Node): HTMLElement {
  let drawn = 0;
  new ResizeObserver(([entry]) => {
    const width = Math.floor(entry?.contentRect.width ?? 0);
    if (width === drawn || width === 0) return;
    drawn = width;
    host.replaceChildren(draw(width));
  }).observe(host);
  return host;
}
