type Attributes = Readonly<Record<string, string | number | undefined>>;
type Children = readonly (Node | string)[];

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
  return element('section', { 'aria-labelledby': id }, [element('h2', { id }, [title]), ...children]);
}

/** To the minute; in UTC, as everything here. */
export function moment(iso: string): HTMLTimeElement {
  return element('time', { datetime: iso }, [iso.slice(0, 16).replace('T', ' ')]);
}

export const counted = (count: number, noun: string, nouns = `${noun}s`): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? noun : nouns}`;

/** `labelledBy`: id of the heading. The table scrolls by itself where it is too wide. */
export function buildTable(
  heads: readonly string[],
  rows: readonly Children[],
  labelledBy: string,
): HTMLElement {
  const head = element(
    'tr',
    {},
    heads.map((title) => element('th', { scope: 'col' }, [title])),
  );
  const body = rows.map((cells) =>
    element(
      'tr',
      {},
      cells.map((cell, at) => element('td', at === 0 ? { class: 'when' } : {}, [cell])),
    ),
  );
  const attributes = { class: 'card scroll', tabindex: 0, role: 'group', 'aria-labelledby': labelledBy };
  return element('div', attributes, [
    element('table', {}, [element('thead', {}, [head]), element('tbody', {}, body)]),
  ]);
}
