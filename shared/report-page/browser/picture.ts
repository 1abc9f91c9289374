import { groupItems } from '../../domain/kernel/group-by.ts';
import { countedText, element, section } from './elements.ts';
import { drawMap } from './federation-map.ts';
import { countWord, describeWords, rows, tones, words, type Row } from './report.ts';
import { drawSquares, sortGroups } from './squares.ts';
import { formatViewHref } from './view.ts';

/** Up to so many, lines between boxes can be followed by eye. */
const MAP = { connections: 60, accounts: 8, projects: 10 };
/** Rows and columns of the grid; what is healthier is in the list. */
const GRID = { accounts: 40, projects: 24 };
/** Pixels of a column, and of all that stands beside the columns. */
const COLUMN = { width: 42, beside: 264 };

/** Accounts on a phone. */
const STRIPS = 12;

const narrow = matchMedia('(max-width: 767px)');
const medium = matchMedia('(max-width: 1100px)');

/** The federation at a glance: a map where it is small, a grid of accounts and projects where it is large. */
export function picture(): HTMLElement {
  const host = element('div', { class: 'picture' });
  const draw = () => {
    host.replaceChildren(narrow.matches ? buildStrips() : isSmall() ? drawMap() : buildGrid());
  };
  narrow.addEventListener('change', draw);
  medium.addEventListener('change', draw);
  draw();
  return section('The federation', 'picture', [legend(), host]);
}

const selectAccount = ({ connection }: Row) => connection.account;
const selectProject = ({ connection }: Row) => connection.project;

function isSmall(): boolean {
  const count = (select: (row: Row) => string) => new Set(rows.map(select)).size;
  return (
    rows.length <= MAP.connections &&
    count(selectAccount) <= MAP.accounts &&
    count(selectProject) <= MAP.projects
  );
}

/** The states that there are; each leads to its connections. */
function legend(): HTMLElement {
  const items = words.flatMap((word) => {
    const count = countWord(rows, word);
    if (count === 0) return [];
    const link = element('a', { href: formatViewHref({ state: word }), class: `key ${tones[word]}` }, [
      `${count.toLocaleString('en-US')} ${word}`,
    ]);
    return [element('li', {}, [link])];
  });
  return element('ul', { class: 'legend', 'aria-label': 'States' }, items);
}

const nameAccount = (some: readonly Row[]) => some[0]?.accountName ?? '';

/** Every account with a square for each connection. */
function buildStrips(): HTMLElement {
  const accounts = sortGroups(groupItems(rows, selectAccount));
  const shown = accounts.slice(0, STRIPS).map(([account, some]) => {
    const title = account === '' ? 'no account' : nameAccount(some);
    const children = [
      element('span', { class: 'name' }, [title]),
      element('span', { class: 'faint' }, [describeWords(some)]),
      drawSquares(some, { size: 12, pitch: 15, columns: 20, most: 200 }),
    ];
    return element('li', {}, [
      account === ''
        ? element('div', {}, children)
        : element('a', { href: formatViewHref({ account }) }, children),
    ]);
  });
  return element('div', { class: 'card strips' }, [
    element('ul', {}, shown),
    ...describeRest(accounts.length - shown.length, 'account'),
  ]);
}

function describeRest(count: number, noun: string): readonly HTMLElement[] {
  if (count <= 0) return [];
  return [
    element('p', { class: 'faint rest' }, [
      `The sickest are shown; ${countedText(count, `more ${noun}`)} in the list.`,
    ]),
  ];
}

/** Accounts by projects: a cell is a link to its connections, with a square for each. */
function buildGrid(): HTMLElement {
  const accounts = sortGroups(groupItems(rows, selectAccount)).filter(([account]) => account !== '');
  const projects = sortGroups(groupItems(rows, selectProject));
  const count = countColumns();
  const columns = projects.slice(0, count).map(([project]) => project);
  const others = new Set(projects.slice(count).map(([project]) => project));
  const heads = columns.map((project) =>
    element('th', { scope: 'col' }, [
      element('a', { href: formatViewHref({ project }), title: project }, [element('span', {}, [project])]),
    ]),
  );
  const last =
    others.size > 0 ? [element('th', { scope: 'col', class: 'others' }, [`${others.size} more`])] : [];
  const body = accounts.slice(0, GRID.accounts).map(([account, some]) => {
    const byProject = groupItems(some, selectProject);
    const rest = some.filter((row) => others.has(selectProject(row)));
    return element('tr', {}, [
      element('th', { scope: 'row' }, [
        element('a', { href: formatViewHref({ account }), title: account }, [nameAccount(some)]),
      ]),
      ...columns.map((project) => buildCell(byProject.get(project) ?? [], { account, project })),
      ...(others.size > 0 ? [buildCell(rest, { account }, medium.matches ? 6 : 20)] : []),
    ]);
  });
  const corner = element('td', { class: 'faint' }, ['account / project']);
  const table = element('table', { class: 'grid', 'aria-labelledby': 'picture' }, [
    element('thead', {}, [element('tr', {}, [corner, ...heads, ...last])]),
    element('tbody', {}, body),
  ]);
  const attributes = { class: 'card scroll', tabindex: 0, role: 'group', 'aria-labelledby': 'picture' };
  return element('div', attributes, [table, ...describeRest(accounts.length - body.length, 'account')]);
}

const countColumns = () =>
  Math.min(GRID.projects, Math.max(1, Math.floor((innerWidth - COLUMN.beside) / COLUMN.width)));

/** Names that a tooltip has room for. */
const MOST_NAMES = 6;

function buildCell(
  some: readonly Row[],
  view: { readonly account: string; readonly project?: string },
  columns = 3,
): HTMLElement {
  if (some.length === 0) return element('td');
  const sick = some.filter(({ word }) => word !== 'ok');
  const named = sick.slice(0, MOST_NAMES).map(({ connection, word }) => `${connection.connection}: ${word}`);
  const title = [`${countedText(some.length, 'connection')}: ${describeWords(some)}`, ...named].join('\n');
  const grid = { size: 10, pitch: 12, columns, most: columns * 4 };
  const attributes = {
    href: formatViewHref(view),
    title,
    'aria-label': `${countedText(some.length, 'connection')}: ${describeWords(some)}`,
    // The keyboard goes to what is sick, and by the heads to everything else.
    tabindex: sick.length > 0 ? undefined : -1,
  };
  const more = some.length - grid.most;
  const rest = more > 0 ? [element('small', {}, [`+${more.toLocaleString('en-US')}`])] : [];
  return element('td', {}, [element('a', attributes, [drawSquares(some, grid), ...rest])]);
}
