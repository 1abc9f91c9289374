import { formatAge } from '../../domain/kernel/durations.ts';
import { countedText, element, goToSection, section, stateMark } from './elements.ts';
import { buildFilters } from './filters.ts';
import { parseOrder, selectRows, type OrderKey } from './list-query.ts';
import { report, rows, type Row } from './report.ts';
import { filterKeys, type View } from '../view-keys.ts';
import { changeView, formatConnectionHref, readView, watchView } from './view.ts';
import { createVirtualRows } from './virtual-rows.ts';

const columns = [
  ['state', 'State'],
  ['connection', 'Connection'],
  ['account', 'Account'],
  ['role', 'Role'],
  ['grant', 'Grant'],
  ['owner', 'Owner'],
  ['since', 'Since'],
] as const satisfies readonly (readonly [OrderKey, string])[];

/** All connections, the most urgent first: searched by words, limited by filters, sorted by columns. */
export function connectionList(): HTMLElement {
  const result = element('p', { class: 'faint', role: 'status' });
  const head = buildHead();
  const virtual = createVirtualRows(buildRow);
  const empty = element('p', { class: 'empty faint', hidden: '' }, [
    rows.length > 0
      ? 'No connection is like this.'
      : report.unread.length > 0
        ? 'None could be read.'
        : 'There is none yet. azfed init lists the service connections of an organization.',
  ]);
  const list = element('div', { class: 'card list', role: 'table', 'aria-labelledby': 'connections' }, [
    element('div', { role: 'rowgroup' }, [head.host]),
    virtual.host,
  ]);
  const heading = 'connections';
  let shown: string | undefined;
  const show = (view: View, isByLink: boolean) => {
    const key = JSON.stringify([view.sort, ...filterKeys.map((one) => view[one])]);
    if (key !== shown) {
      shown = key;
      const found = selectRows(rows, view);
      list.setAttribute('aria-rowcount', String(found.length + 1));
      virtual.show(found);
      head.show(view);
      empty.hidden = found.length > 0;
      const all = countedText(rows.length, 'connection');
      result.textContent =
        found.length === rows.length ? all : `${found.length.toLocaleString('en-US')} of ${all}`;
    }
    const isFiltered = filterKeys.some((one) => view[one] !== undefined);
    if (isByLink && isFiltered && view.connection === undefined) goToSection(heading);
  };
  watchView(show);
  return section('Connections', heading, [buildFilters(result), list, empty]);
}

function buildHead(): { readonly host: HTMLElement; readonly show: (view: View) => void } {
  const cells = columns.map(([key, title]) => {
    const button = element('button', { type: 'button' }, [title]);
    const cell = element('div', { role: 'columnheader', class: key }, [button]);
    button.addEventListener('click', () => {
      const order = parseOrder(readView().sort);
      changeView({ sort: order.key === key && !order.isDown ? `-${key}` : key === 'state' ? '' : key });
    });
    return { key, cell };
  });
  return {
    host: element(
      'div',
      { class: 'row head', role: 'row', 'aria-rowindex': 1 },
      cells.map(({ cell }) => cell),
    ),
    show({ sort }) {
      const order = parseOrder(sort);
      for (const { key, cell } of cells) {
        if (key === order.key) cell.setAttribute('aria-sort', order.isDown ? 'descending' : 'ascending');
        else cell.removeAttribute('aria-sort');
      }
    },
  };
}

function buildRow(row: Row, index: number): HTMLElement {
  const { connection, accountName, role } = row;
  const { connectionId, account, grant, owner = '', since } = connection;
  const link = element('a', { href: formatConnectionHref(connectionId) }, [connection.connection]);
  // The filters may have changed since the row was built.
  link.addEventListener('click', () => {
    link.href = formatConnectionHref(connectionId);
  });
  const place =
    accountName === account
      ? [account]
      : [element('span', {}, [accountName]), ' ', element('small', {}, [account])];
  const age =
    since === undefined ? '' : formatAge(Math.max(0, Date.parse(report.madeAt) - Date.parse(since)));
  const cells: readonly (readonly [OrderKey, readonly (Node | string)[]])[] = [
    ['state', [stateMark(row)]],
    ['connection', [link]],
    ['account', place],
    ['role', [role]],
    ['grant', [grant]],
    ['owner', [owner]],
    ['since', [age]],
  ];
  return element(
    'div',
    { class: 'row', role: 'row', 'aria-rowindex': index + 2 },
    cells.map(([key, cell]) => element('div', { role: 'cell', class: key }, cell)),
  );
}
