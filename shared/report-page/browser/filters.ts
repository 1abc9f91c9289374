import { element } from './elements.ts';
import { flagTexts, listOptions, parseOrder, type FilterKey } from './list-query.ts';
import { rows, type Flag } from './report.ts';
import { filterKeys, type View } from '../view-keys.ts';
import { changeView, watchView } from './view.ts';

const selects = [
  ['state', 'State'],
  ['severity', 'Severity'],
  ['project', 'Project'],
  ['account', 'Account'],
  ['grant', 'Grant'],
  ['owner', 'Owner'],
  ['organization', 'Organization'],
] as const satisfies readonly (readonly [FilterKey, string])[];

const orderTitles = [
  ['', 'Most urgent first'],
  ['connection', 'By name'],
  ['account', 'By account'],
  ['owner', 'By owner'],
  ['-since', 'Latest first'],
] as const;

/** The controls over the list. They show what the address says, and change it. */
export function buildFilters(result: HTMLElement): HTMLElement {
  const search = element('input', {
    ...{ type: 'search', id: 'search', autocomplete: 'off' },
    placeholder: 'Search name, account, role, id',
    'aria-label': 'Search connections',
  });
  search.addEventListener('input', () => {
    changeView({ q: search.value });
  });
  const controls = selects.flatMap(([key, title]) => buildSelect(key, title));
  const order = buildOrder();
  const more = element('button', { type: 'button', class: 'unfold', 'aria-expanded': 'false' }, ['Filters']);
  const folded = element('div', { class: 'selects' }, [...controls.map(({ label }) => label), order.label]);
  more.addEventListener('click', () => {
    more.setAttribute('aria-expanded', String(folded.classList.toggle('open')));
  });
  const flag = element('button', { type: 'button', class: 'chip', hidden: '' });
  flag.addEventListener('click', () => {
    changeView({ is: '' });
  });
  const clear = element('button', { type: 'button', class: 'clear', hidden: '' }, ['Clear filters']);
  clear.addEventListener('click', () => {
    changeView(Object.fromEntries(filterKeys.map((key) => [key, ''])));
    search.focus();
  });
  watchView((view) => {
    if (document.activeElement !== search || view.q === undefined) search.value = view.q ?? '';
    for (const { show } of [...controls, order]) show(view);
    const active = filterKeys.filter((key) => view[key] !== undefined && key !== 'q').length;
    more.textContent = active > 0 ? `Filters (${active})` : 'Filters';
    flag.hidden = view.is === undefined;
    flag.textContent = view.is === undefined ? '' : `Only ${flagTexts[view.is as Flag]} ✕`;
    flag.setAttribute('aria-label', `Show also what is not: ${flagTexts[view.is as Flag]}`);
    clear.hidden = !filterKeys.some((key) => view[key] !== undefined);
  });
  const line = element('div', { class: 'line' }, [result, flag, clear]);
  return element('div', { class: 'tools', role: 'group', 'aria-label': 'Filter' }, [
    search,
    more,
    folded,
    line,
  ]);
}

interface Control {
  readonly label: HTMLElement;
  readonly show: (view: View) => void;
}

/** None where all connections are the same in it. */
function buildSelect(key: FilterKey, title: string): readonly Control[] {
  const options = listOptions(rows, key);
  if (options.length < 2 && !['state', 'project', 'account'].includes(key)) return [];
  const names = new Map(rows.map(({ connection, accountName }) => [connection.account, accountName]));
  const name = (value: string) => {
    const known = key === 'account' ? names.get(value) : undefined;
    return known === undefined || known === value ? value : `${known} ${value}`;
  };
  const select = element('select', { 'aria-label': title }, [
    element('option', { value: '' }, [title]),
    ...options.map(([value, count]) =>
      element('option', { value }, [`${name(value)} (${count.toLocaleString('en-US')})`]),
    ),
  ]);
  select.addEventListener('change', () => {
    changeView({ [key]: select.value });
  });
  return [
    {
      label: element('label', {}, [select]),
      show(view) {
        const value = view[key] ?? '';
        select.value = value;
        // An address may name what the report does not hold.
        if (select.value !== value) select.append(element('option', { value }, [value]));
        select.value = value;
        select.classList.toggle('set', value !== '');
      },
    },
  ];
}

/** Where the heads of the columns have no room. */
function buildOrder(): Control {
  const select = element(
    'select',
    { 'aria-label': 'Order' },
    orderTitles.map(([value, title]) => element('option', { value }, [title])),
  );
  select.addEventListener('change', () => {
    changeView({ sort: select.value });
  });
  return {
    label: element('label', { class: 'order' }, [select]),
    show({ sort = '' }) {
      const { key } = parseOrder(sort);
      const known =
        orderTitles.find(([value]) => value === sort) ?? orderTitles.find(([value]) => value === key);
      select.value = known?.[0] ?? '';
    },
  };
}
